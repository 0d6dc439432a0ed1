// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the parser refuses, with its line.

#include "test/emulator/ptx_test_support.h"

using namespace dpsims::ptx;
using Kind = Fault::Kind;

namespace {

void expectRefused(const std::string &text, Kind kind, const char *piece) {
  try {
    Module::parse(text);
    ADD_FAILURE() << "parsed: " << text;
  } catch (const Fault &fault) {
    EXPECT_EQ(static_cast<int>(fault.kind), static_cast<int>(kind)) << fault.what();
    EXPECT_NE(std::string(fault.what()).find(piece), std::string::npos) << fault.what();
  }
}

void expectBodyRefused(const std::string &body, Kind kind, const char *piece) {
  expectRefused(kernelText(body, 1), kind, piece);
}

} // namespace

TEST(PtxParser, UnknownInstructions) {
  expectBodyRefused("\n\nfoo.s32 %r1, %r2;", Kind::Unsupported, "PTX line 20: unsupported instruction 'foo.s32'");
  expectBodyRefused("add.cc.u32 %r1, %r2, 1;", Kind::Unsupported, "add.cc.u32");
  expectBodyRefused("add.foo.u32 %r1, %r2, 1;", Kind::Unsupported, "add.foo.u32");
  expectBodyRefused("add.rz.f64 %d1, %d2, %d3;", Kind::Unsupported, "add.rz.f64");
  expectBodyRefused("ld.global.v8.f32 {%f1, %f2}, [%p0];", Kind::Unsupported, "ld.global.v8.f32");
  expectBodyRefused("bar.sync 0, 64;", Kind::Syntax, "2 operands");
  expectBodyRefused("call (%r1), f, (%r2);", Kind::Syntax, "(");
  expectBodyRefused("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1}, {%r1}, {%r2}, {%f1};",
                    Kind::Unsupported, "mma.sync");
}

TEST(PtxParser, UnknownDirectives) {
  expectRefused(".version 8.0\n.target sm_80\n.func f() { ret; }", Kind::Unsupported, "PTX line 3");
  expectRefused(".version 8.0\n.entry k() .cluster_dim { ret; }", Kind::Unsupported, ".cluster_dim");
  expectBodyRefused(".tex .u32 t;", Kind::Unsupported, ".tex");
}

TEST(PtxParser, OperandsOfWrongKind) {
  expectBodyRefused("add.u32 %r1, %r2;", Kind::Syntax, "2 operands");
  expectBodyRefused("add.u32 %r1, %r2, %x1;", Kind::Syntax, "another size");
  expectBodyRefused("add.u32 %r1, %r2, %c1;", Kind::Syntax, "is a predicate");
  expectBodyRefused("add.u32 %r1, %r2, %none;", Kind::Syntax, "'%none' is not a register");
  expectBodyRefused("add.u32 %r1, %r2, %r32;", Kind::Syntax, "'%r32' is not a register");
  expectBodyRefused("mov.u32 %tid.x, 1;", Kind::Syntax, "cannot be written");
  expectBodyRefused("@%r1 mov.u32 %r2, 1;", Kind::Syntax, "'%r1' is not a predicate");
  expectBodyRefused("ld.global.u32 %h1, [%p0];", Kind::Syntax, "another size");
  expectBodyRefused("ld.global.v2.u32 {%r1}, [%p0];", Kind::Syntax, "1 registers instead of 2");
  expectBodyRefused("cvt.s32.f32 %r1, %f1;", Kind::Syntax, "rounding mode");
  expectBodyRefused("bra NOWHERE;", Kind::Syntax, "no label 'NOWHERE'");
  expectBodyRefused("A:\nA:\n", Kind::Syntax, "second label 'A'");
}

TEST(PtxParser, BrokenText) {
  expectRefused(".version 8.0\n.entry k() { ret", Kind::Syntax, "at the end");
  expectRefused(".entry k(.param .u64 p", Kind::Syntax, "')' expected");
  expectRefused(".entry k() { ret; ", Kind::Syntax, "at the end");
  expectRefused("/* without end", Kind::Syntax, "comment");
  expectRefused(".entry k() { .pragma \"x; }", Kind::Syntax, "string");
  expectRefused(".entry k() { .reg .b32 %r<99999999999999999999>; }", Kind::Syntax, "whole number");
  expectRefused(".entry k() { ret; }\n.entry k() { ret; }", Kind::Syntax, "second kernel 'k'");
  expectRefused(".shared .align 3 .b8 x[4];", Kind::Syntax, "alignment of 3");
  expectRefused(".global .u32 x[2] = {1, 2, 3};", Kind::Syntax, "more initial values");
  expectRefused(".entry k(.param .b8 x[0]) { ret; }", Kind::Syntax, "parameter of 0 bytes");
}

/// Every beginning of a good text is parsed or refused, never more.
TEST(PtxParser, CutText) {
  std::string text = kernelText(".loc 1 2 3\n@!%c1 shfl.sync.bfly.b32 %r1|%c2, %r2, 1, 31, -1;\n"
                                "ld.global.v2.f32 {%f1, %f2}, [%p0+-8];\nL:\nmov.f32 %f3, 0f3F800000; /* c */",
                                2, ".const .align 4 .b32 t[2] = {1, -2};\n.shared .f32 s[3];\n.file 1 \"a.cu\"");
  Module::parse(text);
  for (size_t length = 0; length < text.size(); ++length) {
    try {
      Module::parse(text.substr(0, length));
    } catch (const Fault &) {
    }
  }
}

TEST(PtxParser, DirectivesForDebuggers) {
  std::shared_ptr<const Module> module =
      Module::parse(".version 8.0\n.target sm_80, debug\n.address_size 64\n.file 1 \"a.cu\", 12, 34\n"
                    ".visible .entry k()\n.reqntid 7, 1, 1\n{\n.pragma \"nounroll\";\n.loc 1 2 3, function_name f, "
                    "inlined_at 1 2 3\nret;\n}\n.section .debug_str { .b8 1, 2 }\n");
  EXPECT_EQ(module->find("k")->maxThreads, 7u);
}
