// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small kernels for the emulator's tests.

#ifndef DPSIMS_TEST_EMULATOR_PTX_TEST_SUPPORT_H
#define DPSIMS_TEST_EMULATOR_PTX_TEST_SUPPORT_H

#include "test/emulator/ptx_emulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace dpsims::ptx {

/// A module with one kernel "k" of pointers, which it has in %p0, %p1, ... as global addresses; its thread is in %t,
/// its lane's own word of 4 bytes is at %w0, %w1, ... of each pointer. Registers: %r, %f, %d (f64), %x (64 bits), %h
/// (16 bits), %c (predicates), 32 of each.
inline std::string kernelText(const std::string &body, unsigned pointers, const std::string &declarations = "",
                              const std::string &directives = "") {
  std::string parameters, prologue;
  for (unsigned i = 0; i < pointers; ++i) {
    std::string n = std::to_string(i);
    parameters += std::string(i ? ", " : "") + ".param .u64 p" + n;
    prologue += "ld.param.u64 %p" + n + ", [p" + n + "];\ncvta.to.global.u64 %p" + n + ", %p" + n + ";\n" +
                "mad.wide.u32 %w" + n + ", %t, 4, %p" + n + ";\n";
  }
  return ".version 8.0\n.target sm_80\n.address_size 64\n" + declarations + "\n.visible .entry k(" + parameters +
         ")\n" + directives + "\n{\n.reg .b64 %p<8>, %w<8>, %x<32>;\n.reg .b32 %r<32>, %t;\n.reg .f32 %f<32>;\n" +
         ".reg .f64 %d<32>;\n.reg .b16 %h<32>;\n.reg .pred %c<32>;\nmov.u32 %t, %tid.x;\n" + prologue + body +
         "\nret;\n}\n";
}

struct TestBuffer {
  std::vector<uint8_t> bytes;
  bool writable = true;

  template <typename T> static TestBuffer of(const std::vector<T> &values, bool writable = true) {
    TestBuffer buffer{std::vector<uint8_t>(values.size() * sizeof(T)), writable};
    std::memcpy(buffer.bytes.data(), values.data(), buffer.bytes.size());
    return buffer;
  }
  template <typename T> std::vector<T> as() const {
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
};

/// Runs kernel "k" on buffers, which are its parameters.
inline Statistics runKernel(const Module &module, std::vector<TestBuffer> &buffers, uint32_t threads = 32,
                            uint32_t blocks = 1, Options options = {}, uint32_t dynamicSharedBytes = 0) {
  Launch launch;
  launch.threads = threads;
  launch.grid[0] = blocks;
  launch.dynamicSharedBytes = dynamicSharedBytes;
  for (size_t i = 0; i < buffers.size(); ++i) {
    uint64_t begin = reinterpret_cast<uint64_t>(buffers[i].bytes.data());
    const uint8_t *address = reinterpret_cast<const uint8_t *>(&begin);
    launch.parameters.insert(launch.parameters.end(), address, address + sizeof begin);
    launch.regions.push_back({begin, begin + buffers[i].bytes.size(), buffers[i].writable, "p" + std::to_string(i)});
  }
  std::sort(launch.regions.begin(), launch.regions.end(),
            [](const Region &a, const Region &b) { return a.begin < b.begin; });
  return run(*module.find("k"), launch, options);
}
inline Statistics runKernel(const std::string &text, std::vector<TestBuffer> &buffers, uint32_t threads = 32,
                            uint32_t blocks = 1, Options options = {}, uint32_t dynamicSharedBytes = 0) {
  return runKernel(*Module::parse(text), buffers, threads, blocks, options, dynamicSharedBytes);
}

/// The words that each of `threads` threads stores at %w0.
inline std::vector<uint32_t> wordsOf(const std::string &body, uint32_t threads = 32,
                                     const std::string &declarations = "") {
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(threads))};
  runKernel(kernelText(body, 1, declarations), buffers, threads);
  return buffers[0].as<uint32_t>();
}

struct Outcome {
  bool fault = false;
  Fault::Kind kind = Fault::Kind::Syntax;
  std::string message;
};

/// What running the body with races looked for comes to; each pointer has `words` words.
inline Outcome outcomeOf(const std::string &body, unsigned pointers = 1, uint32_t threads = 64, uint32_t blocks = 1,
                         const std::string &declarations = "", size_t words = 256) {
  std::vector<TestBuffer> buffers(pointers, TestBuffer::of(std::vector<uint32_t>(words)));
  Options options;
  options.races = true;
  options.maxInstructions = 100000;
  try {
    runKernel(kernelText(body, pointers, declarations), buffers, threads, blocks, options);
    return {};
  } catch (const Fault &fault) {
    return {true, fault.kind, fault.what()};
  }
}

inline void expectFine(const Outcome &outcome) { EXPECT_FALSE(outcome.fault) << outcome.message; }

/// A fault of the kind whose message has all the pieces.
inline void expectFault(const Outcome &outcome, Fault::Kind kind, std::initializer_list<const char *> pieces = {}) {
  ASSERT_TRUE(outcome.fault) << "no fault";
  EXPECT_EQ(static_cast<int>(outcome.kind), static_cast<int>(kind)) << outcome.message;
  for (const char *piece : pieces)
    EXPECT_NE(outcome.message.find(piece), std::string::npos) << outcome.message << "\nlacks: " << piece;
}

struct Value {
  const char *type; // "f32", "s16"
  uint64_t bits;
};

inline Value f32(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return {"f32", bits};
}
inline Value f64(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return {"f64", bits};
}
inline Value u16(uint64_t value) { return {"u16", value}; }
inline Value u32(uint64_t value) { return {"u32", value}; }
inline Value s32(int64_t value) { return {"s32", static_cast<uint32_t>(value)}; }
inline Value u64(uint64_t value) { return {"u64", value}; }
inline Value s64(int64_t value) { return {"s64", static_cast<uint64_t>(value)}; }

/// What `opcode d, a, b, c` gives, as bits of `type`.
inline uint64_t evaluate(const std::string &opcode, const std::string &type, const std::vector<Value> &operands) {
  std::string body = "{\n.reg ." + type + " %res;\n", list = "%res";
  std::vector<uint64_t> inputs;
  for (const Value &operand : operands) {
    std::string name = "%a" + std::to_string(inputs.size());
    body += ".reg ." + std::string(operand.type) + " " + name + ";\nld.global." + operand.type + " " + name +
            ", [%p1+" + std::to_string(8 * inputs.size()) + "];\n";
    list += ", " + name;
    inputs.push_back(operand.bits);
  }
  body += opcode + " " + list + ";\nst.global." + type + " [%p0], %res;\n}";
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint64_t>(1)), TestBuffer::of(inputs, false)};
  runKernel(kernelText(body, 2), buffers, 1);
  return buffers[0].as<uint64_t>()[0];
}

inline float evaluateFloat(const std::string &opcode, const std::vector<Value> &operands) {
  uint32_t bits = static_cast<uint32_t>(evaluate(opcode, "f32", operands));
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline double evaluateDouble(const std::string &opcode, const std::vector<Value> &operands) {
  uint64_t bits = evaluate(opcode, "f64", operands);
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Whether a comparison `opcode p, a, b` holds.
inline bool holds(const std::string &opcode, Value a, Value b) {
  std::string body = ".reg ." + std::string(a.type) + " %a, %b;\nld.global." + a.type + " %a, [%p1];\nld.global." +
                     b.type + " %b, [%p1+8];\n" + opcode + " %c1, %a, %b;\nselp.u32 %r1, 1, 0, %c1;\n" +
                     "st.global.u32 [%p0], %r1;";
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(1)),
                                     TestBuffer::of(std::vector<uint64_t>{a.bits, b.bits}, false)};
  runKernel(kernelText(body, 2), buffers, 1);
  return buffers[0].as<uint32_t>()[0] == 1;
}

} // namespace dpsims::ptx

#endif
