// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Spaces, vectors, atomics, statistics.

#include "test/emulator/ptx_test_support.h"

#include <numeric>

using namespace dpsims::ptx;

TEST(PtxMemory, NarrowTypesWiden) {
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(5)),
                                     TestBuffer::of(std::vector<uint8_t>{0xff, 0x80, 0x12, 0x90})};
  runKernel(kernelText("ld.global.u8 %r1, [%p1];\nld.global.s8 %r2, [%p1];\nld.global.s16 %r3, [%p1+2];\n"
                       "ld.global.nc.u16 %h1, [%p1+2];\ncvt.u32.u16 %r4, %h1;\nld.global.s8 %h2, [%p1+1];\n"
                       "cvt.u32.u16 %r5, %h2;\nst.global.v2.u32 [%p0], {%r1, %r2};\nst.global.u32 [%p0+8], %r3;\n"
                       "st.global.u32 [%p0+12], %r4;\nst.global.u32 [%p0+16], %r5;\nst.global.u8 [%p1+3], %r4;",
                       2),
            buffers, 1);
  EXPECT_EQ(buffers[0].as<uint32_t>(), (std::vector<uint32_t>{0xff, 0xffffffff, 0xffff9012, 0x9012, 0xff80}));
  EXPECT_EQ(buffers[1].bytes[3], 0x12);
}

TEST(PtxMemory, Vectors) {
  std::vector<uint32_t> data(256);
  std::iota(data.begin(), data.end(), 0);
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(256)), TestBuffer::of(data)};
  runKernel(kernelText("mad.wide.u32 %x1, %t, 16, %p1;\nmad.wide.u32 %x2, %t, 16, %p0;\n"
                       "ld.global.v4.f32 {%f1, _, %f3, %f4}, [%x1];\nld.global.v2.b64 {%x3, %x4}, [%x1];\n"
                       "st.global.v4.b32 [%x2], {%f4, 7, %f1, %f3};\nmov.b64 {%r1, %r2}, %x4;\n"
                       "st.global.u32 [%x2+4], %r1;",
                       2),
            buffers, 64);
  std::vector<uint32_t> words = buffers[0].as<uint32_t>();
  for (uint32_t t = 0; t < 64; ++t) {
    EXPECT_EQ(words[4 * t], 4 * t + 3);
    EXPECT_EQ(words[4 * t + 1], 4 * t + 2);
    EXPECT_EQ(words[4 * t + 2], 4 * t);
  }
}

TEST(PtxMemory, LocalMemoryIsEachThreadsOwn) {
  std::string body = ".local .align 8 .b8 depot[16];\nmov.b64 %x1, depot;\ncvta.local.u64 %x2, %x1;\n"
                     "st.local.u32 [%x1+4], %t;\nst.u32 [%x2+8], 5;\nld.u32 %r1, [%x2+4];\nld.local.u32 %r2, [%x1+8];\n"
                     "mul.lo.u32 %r1, %r1, %r2;\nst.global.u32 [%w0], %r1;";
  std::vector<uint32_t> words = wordsOf(body, 70);
  for (uint32_t t = 0; t < 70; ++t)
    EXPECT_EQ(words[t], 5 * t);
}

TEST(PtxMemory, GenericAddresses) {
  std::string body = "mov.u64 %x1, word;\ncvta.shared.u64 %x2, %x1;\nst.u32 [%x2], 6;\nld.shared.u32 %r1, [word];\n"
                     "cvta.to.shared.u64 %x3, %x2;\nld.shared.u32 %r2, [%x3];\nadd.u32 %r1, %r1, %r2;\n"
                     "cvta.global.u64 %x4, %w0;\nst.u32 [%x4], %r1;";
  EXPECT_EQ(wordsOf(body, 1, ".shared .align 4 .u32 word;")[0], 12u);
}

TEST(PtxMemory, VariablesOfTheModule) {
  std::string declarations = ".const .align 4 .b32 table[4] = {10, 20, 30, 40};\n"
                             ".global .align 4 .b8 bytes[8] = {1, 2, 3};\n.global .f32 half = 0f3F000000;";
  std::string body = "and.b32 %r1, %t, 3;\nmov.u64 %x1, table;\nmad.wide.u32 %x2, %r1, 4, %x1;\n"
                     "ld.const.u32 %r2, [%x2];\nld.global.u8 %r3, [bytes+2];\nadd.u32 %r2, %r2, %r3;\n"
                     "ld.global.f32 %f1, [half];\ncvt.rzi.u32.f32 %r4, %f1;\nadd.u32 %r2, %r2, %r4;\n"
                     "st.global.u32 [%w0], %r2;";
  std::vector<uint32_t> words = wordsOf(body, 32, declarations);
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], (t % 4 + 1) * 10 + 3);
}

TEST(PtxMemory, DynamicSharedMemory) {
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(32))};
  std::string text = kernelText("mov.u32 %r1, pool;\nmad.lo.u32 %r1, %t, 4, %r1;\nst.shared.u32 [%r1], %t;\n"
                                "ld.shared.u32 %r2, [%r1];\nst.global.u32 [%w0], %r2;",
                                1, ".extern .shared .align 16 .b8 pool[];");
  runKernel(text, buffers, 32, 1, {}, 128);
  EXPECT_EQ(buffers[0].as<uint32_t>()[31], 31u);
  try {
    runKernel(text, buffers, 32, 1, {}, 124);
    ADD_FAILURE() << "no fault";
  } catch (const Fault &fault) {
    EXPECT_EQ(fault.kind, Fault::Kind::OutOfBounds) << fault.what();
  }
}

TEST(PtxMemory, ParametersOfAllSizes) {
  std::shared_ptr<const Module> module = Module::parse(
      ".version 8.0\n.target sm_80\n.address_size 64\n.visible .entry k(.param .u8 a, .param .f32 b, .param .u8 c,\n"
      ".param .align 8 .b8 s[12], .param .u64 .ptr .global .align 4 out)\n.maxntid 8, 2, 1\n.minnctapersm 1\n{\n"
      ".reg .b64 %x<4>;\n.reg .b32 %r<4>;\nld.param.u64 %x1, [out];\nmov.b64 %x2, s;\nld.param.u32 %r1, [%x2+8];\n"
      "ld.param.u8 %r2, [c];\nadd.u32 %r1, %r1, %r2;\nst.global.u32 [%x1], %r1;\nret;\n}\n");
  const Kernel *kernel = module->find("k");
  ASSERT_NE(kernel, nullptr);
  EXPECT_EQ(module->find("l"), nullptr);
  EXPECT_EQ(kernel->maxThreads, 16u);
  const std::pair<uint32_t, uint32_t> expected[] = {{0, 1}, {4, 4}, {8, 1}, {16, 12}, {32, 8}};
  ASSERT_EQ(kernel->parameters.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(kernel->parameters[i].offset, expected[i].first);
    EXPECT_EQ(kernel->parameters[i].size, expected[i].second);
  }
  EXPECT_EQ(kernel->parameterBytes, 40u);
  uint32_t result = 0;
  uint64_t address = reinterpret_cast<uint64_t>(&result);
  Launch launch;
  launch.parameters.resize(40);
  launch.parameters[8] = 3;
  launch.parameters[24] = 100;
  std::memcpy(launch.parameters.data() + 32, &address, sizeof address);
  launch.regions = {{address, address + 4, true, "result"}};
  run(*kernel, launch);
  EXPECT_EQ(result, 103u);
}

TEST(PtxMemory, Atomics) {
  // 3 blocks of 64 threads on the words of one line.
  std::string body = "atom.global.add.u32 %r1, [%p0], 2;\nred.global.max.s32 [%p0+4], %t;\n"
                     "red.global.add.f32 [%p0+8], 0f3F800000;\nred.global.or.b32 [%p0+12], %t;\n"
                     "atom.global.cas.b32 %r2, [%p0+16], 0, 77;\natom.global.exch.b32 %r3, [%p0+20], 5;\n"
                     "red.global.min.u32 [%p0+24], %t;\nred.global.inc.u32 [%p0+28], 9;";
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>{0, 0, 0, 0, 0, 0, 9, 0})};
  Statistics statistics = runKernel(kernelText(body, 1), buffers, 64, 3);
  float sum = 192;
  uint32_t sumBits;
  std::memcpy(&sumBits, &sum, sizeof sumBits);
  EXPECT_EQ(buffers[0].as<uint32_t>(), (std::vector<uint32_t>{384, 63, sumBits, 63, 77, 5, 0, 192 % 10}));
  EXPECT_EQ(statistics.atomics, 8u * 192);
}

TEST(PtxMemory, AtomicsOfSharedMemory) {
  std::string body = "setp.ne.u32 %c1, %t, 0;\n@!%c1 st.shared.u64 [sum], 0;\nbar.sync 0;\ncvt.u64.u32 %x1, %t;\n"
                     "atom.shared.add.u64 %x2, [sum], %x1;\nbar.sync 0;\nld.shared.u64 %x3, [sum];\n"
                     "cvt.u32.u64 %r1, %x3;\nst.global.u32 [%w0], %r1;";
  EXPECT_EQ(wordsOf(body, 64, ".shared .align 8 .b64 sum;"), std::vector<uint32_t>(64, 63 * 64 / 2));
}

TEST(PtxMemory, StatisticsCountSectors) {
  struct alignas(32) Sector {
    uint32_t words[8];
  };
  std::vector<Sector> storage(33 * 8);
  auto sectorsOf = [&](const char *stride, const char *offset) {
    std::shared_ptr<const Module> module = Module::parse(kernelText(
        std::string("mad.wide.u32 %x1, %t, ") + stride + ", %p0;\nld.global.u32 %r1, [%x1+" + offset + "];", 1));
    Launch launch;
    launch.threads = 32;
    uint64_t begin = reinterpret_cast<uint64_t>(storage.data());
    launch.parameters.resize(8);
    std::memcpy(launch.parameters.data(), &begin, sizeof begin);
    launch.regions = {{begin, begin + storage.size() * sizeof(Sector), true, "storage"}};
    Statistics statistics = run(*module->find("k"), launch);
    EXPECT_EQ(statistics.loads, 32u);
    EXPECT_EQ(statistics.loadBytes, 128u);
    return statistics.sectors;
  };
  EXPECT_EQ(sectorsOf("4", "0"), 4u);
  EXPECT_EQ(sectorsOf("4", "4"), 5u);
  EXPECT_EQ(sectorsOf("0", "0"), 1u);
  EXPECT_EQ(sectorsOf("32", "0"), 32u);
  EXPECT_EQ(sectorsOf("16", "0"), 16u);
}

TEST(PtxMemory, StatisticsCountInstructions) {
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<uint32_t>(64))};
  Statistics statistics =
      runKernel(".version 8.0\n.entry k(.param .u64 p)\n{\n.reg .b32 %r<3>;\nmov.u32 %r1, 1;\nbar.sync 0;\nret;\n}",
                buffers, 40, 2);
  EXPECT_EQ(statistics.barriers, 2u);
  EXPECT_EQ(statistics.instructions, 3u * 80);
  EXPECT_EQ(statistics.warpInstructions, 3u * 4);
}
