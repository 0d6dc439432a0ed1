// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Integers and bits.

#include "test/emulator/ptx_test_support.h"

using namespace dpsims::ptx;

namespace {

constexpr int64_t lowest32 = INT32_MIN, lowest64 = INT64_MIN;

uint32_t word(const std::string &opcode, const std::vector<Value> &operands) {
  return static_cast<uint32_t>(evaluate(opcode, "b32", operands));
}
uint64_t wide(const std::string &opcode, const std::vector<Value> &operands) {
  return evaluate(opcode, "b64", operands);
}
uint16_t half(const std::string &opcode, const std::vector<Value> &operands) {
  return static_cast<uint16_t>(evaluate(opcode, "b16", operands));
}

} // namespace

TEST(PtxArithmetic, SumsWrapAround) {
  EXPECT_EQ(word("add.s32", {s32(INT32_MAX), s32(1)}), 0x80000000u);
  EXPECT_EQ(word("add.sat.s32", {s32(INT32_MAX), s32(1)}), 0x7fffffffu);
  EXPECT_EQ(word("sub.sat.s32", {s32(lowest32), s32(1)}), 0x80000000u);
  EXPECT_EQ(half("sub.u16", {u16(0), u16(1)}), 0xffffu);
  EXPECT_EQ(wide("add.u64", {u64(~0ull), u64(2)}), 1u);
  EXPECT_EQ(word("neg.s32", {s32(lowest32)}), 0x80000000u);
  EXPECT_EQ(word("abs.s32", {s32(-5)}), 5u);
}

TEST(PtxArithmetic, Products) {
  EXPECT_EQ(word("mul.lo.s32", {s32(-3), s32(7)}), static_cast<uint32_t>(-21));
  EXPECT_EQ(word("mul.hi.s32", {s32(-1), s32(1)}), 0xffffffffu);
  EXPECT_EQ(word("mul.hi.u32", {u32(0xffffffff), u32(0xffffffff)}), 0xfffffffeu);
  EXPECT_EQ(wide("mul.hi.s64", {s64(lowest64), s64(2)}), ~0ull);
  EXPECT_EQ(wide("mul.hi.u64", {u64(~0ull), u64(~0ull)}), ~1ull);
  EXPECT_EQ(wide("mul.wide.s32", {s32(lowest32), s32(-1)}), 0x80000000ull);
  EXPECT_EQ(wide("mul.wide.u32", {u32(0xffffffff), u32(2)}), 0x1fffffffeull);
  EXPECT_EQ(half("mul.hi.u16", {u16(0x8000), u16(4)}), 2u);
  EXPECT_EQ(wide("mad.wide.s32", {s32(-2), s32(3), s64(10)}), 4u);
  EXPECT_EQ(word("mad.lo.s32", {s32(-2), s32(3), s32(10)}), 4u);
  EXPECT_EQ(word("mad.hi.u32", {u32(0x80000000), u32(4), u32(1)}), 3u);
}

TEST(PtxArithmetic, DivisionsTruncate) {
  EXPECT_EQ(word("div.s32", {s32(-7), s32(2)}), static_cast<uint32_t>(-3));
  EXPECT_EQ(word("rem.s32", {s32(-7), s32(2)}), static_cast<uint32_t>(-1));
  EXPECT_EQ(word("rem.s32", {s32(7), s32(-2)}), 1u);
  EXPECT_EQ(word("div.s32", {s32(lowest32), s32(-1)}), 0x80000000u);
  EXPECT_EQ(word("rem.s32", {s32(lowest32), s32(-1)}), 0u);
  EXPECT_EQ(word("div.u32", {u32(0xfffffffe), u32(0xffffffff)}), 0u);
  EXPECT_EQ(word("div.u32", {u32(0x7fffffff), u32(3)}), 0x7fffffffu / 3);
  EXPECT_EQ(wide("div.s64", {s64(-1000000000000), s64(7)}), static_cast<uint64_t>(-1000000000000 / 7));
  EXPECT_EQ(wide("rem.u64", {u64(~0ull), u64(10)}), 5u);
  EXPECT_EQ(wide("div.s64", {s64(100), s64(7)}), 14u);
}

/// Small numbers are divided through doubles.
TEST(PtxArithmetic, SmallQuotientsAreExact) {
  for (uint32_t divisor : {1u, 2u, 3u, 7u, 641u, 65537u, 0x7fffffffu})
    for (uint32_t quotient : {0u, 1u, 1000u, 0x7fffffffu / divisor})
      for (int off : {-1, 0, 1}) {
        uint32_t dividend = divisor * quotient + static_cast<uint32_t>(off);
        if (dividend > 0x7fffffff)
          continue;
        EXPECT_EQ(word("div.u32", {u32(dividend), u32(divisor)}), dividend / divisor) << dividend << " " << divisor;
        EXPECT_EQ(word("rem.u32", {u32(dividend), u32(divisor)}), dividend % divisor) << dividend << " " << divisor;
      }
}

TEST(PtxArithmetic, MinimaKnowSigns) {
  EXPECT_EQ(word("min.s32", {s32(-1), s32(1)}), 0xffffffffu);
  EXPECT_EQ(word("min.u32", {u32(0xffffffff), u32(1)}), 1u);
  EXPECT_EQ(wide("max.s64", {s64(-1), s64(lowest64)}), ~0ull);
  EXPECT_EQ(half("max.s16", {{"s16", 0xffff}, {"s16", 1}}), 1u);
}

TEST(PtxArithmetic, ShiftsBeyondTheWidth) {
  EXPECT_EQ(word("shl.b32", {u32(1), u32(31)}), 0x80000000u);
  EXPECT_EQ(word("shl.b32", {u32(1), u32(32)}), 0u);
  EXPECT_EQ(word("shr.u32", {u32(0x80000000), u32(33)}), 0u);
  EXPECT_EQ(word("shr.s32", {s32(lowest32), u32(40)}), 0xffffffffu);
  EXPECT_EQ(wide("shr.s64", {s64(lowest64), u32(63)}), ~0ull);
  EXPECT_EQ(wide("shl.b64", {u64(1), u32(64)}), 0u);
  EXPECT_EQ(half("shr.u16", {u16(0x8000), u32(15)}), 1u);
  EXPECT_EQ(word("shf.l.wrap.b32", {u32(0x80000001), u32(5), u32(33)}), 11u);
  EXPECT_EQ(word("shf.r.clamp.b32", {u32(7), u32(9), u32(40)}), 9u);
}

TEST(PtxArithmetic, BitFields) {
  EXPECT_EQ(word("bfe.u32", {u32(0xabcd1234), u32(8), u32(8)}), 0x12u);
  EXPECT_EQ(word("bfe.s32", {s32(0x0000f000), u32(12), u32(4)}), 0xffffffffu);
  EXPECT_EQ(word("bfe.s32", {s32(lowest32), u32(28), u32(16)}), 0xfffffff8u);
  EXPECT_EQ(word("bfe.u32", {u32(0xffffffff), u32(4), u32(0)}), 0u);
  EXPECT_EQ(wide("bfe.u64", {u64(0xff00000000ull), u32(32), u32(64)}), 0xffu);
  EXPECT_EQ(word("bfi.b32", {u32(0xff), u32(0), u32(4), u32(4)}), 0xf0u);
  EXPECT_EQ(word("bfi.b32", {u32(0xff), u32(0x12345678), u32(40), u32(4)}), 0x12345678u);
  EXPECT_EQ(word("prmt.b32", {u32(0x33221180), u32(0x77665544), u32(0x7048)}), 0x778044ffu);
  EXPECT_EQ(word("popc.b32", {u32(0xf0f0)}), 8u);
  EXPECT_EQ(word("clz.b32", {u32(0)}), 32u);
  EXPECT_EQ(word("clz.b64", {u64(1)}), 63u);
  EXPECT_EQ(word("brev.b32", {u32(1)}), 0x80000000u);
  EXPECT_EQ(word("bfind.u32", {u32(0x10)}), 4u);
  EXPECT_EQ(word("bfind.s32", {s32(-1)}), 0xffffffffu);
}

TEST(PtxArithmetic, Logic) {
  EXPECT_EQ(word("and.b32", {u32(12), u32(10)}), 8u);
  EXPECT_EQ(word("xor.b32", {u32(12), u32(10)}), 6u);
  EXPECT_EQ(half("not.b16", {u16(0x00ff)}), 0xff00u);
  // a ? b : c, and the majority of three.
  std::string body = "mov.u32 %r1, 0xf0f0;\nmov.u32 %r2, 0xcccc;\nmov.u32 %r3, 0xaaaa;\n";
  EXPECT_EQ(wordsOf(body + "lop3.b32 %r4, %r1, %r2, %r3, 0xca;\nst.global.u32 [%w0], %r4;")[0],
            (0xf0f0u & 0xccccu) | (0xffff0f0fu & 0xaaaau));
  EXPECT_EQ(wordsOf(body + "lop3.b32 %r4, %r1, %r2, %r3, 0xe8;\nst.global.u32 [%w0], %r4;")[0], 0xe8e8u);
}

TEST(PtxArithmetic, Comparisons) {
  EXPECT_TRUE(holds("setp.lt.s32", s32(-1), s32(0)));
  EXPECT_FALSE(holds("setp.lt.u32", u32(0xffffffff), u32(0)));
  EXPECT_TRUE(holds("setp.hs.u32", u32(7), u32(7)));
  EXPECT_TRUE(holds("setp.ne.b64", u64(1ull << 40), u64(0)));
  EXPECT_FALSE(holds("setp.gt.u16", u16(3), u16(3)));
}

TEST(PtxArithmetic, ComparisonsCombine) {
  std::string body = "setp.lt.u32 %c1, %t, 8;\nsetp.ge.and.u32 %c2|%c3, %t, 4, %c1;\n"
                     "setp.eq.or.u32 %c4, %t, 20, !%c1;\nxor.pred %c5, %c2, %c4;\n"
                     "selp.u32 %r1, 1, 0, %c2;\nselp.u32 %r2, 2, 0, %c3;\nselp.u32 %r3, 4, 0, %c5;\n"
                     "or.b32 %r1, %r1, %r2;\nor.b32 %r1, %r1, %r3;\nst.global.u32 [%w0], %r1;";
  std::vector<uint32_t> words = wordsOf(body);
  for (uint32_t t = 0; t < 32; ++t) {
    bool small = t < 8, second = t >= 4 && small, third = t < 4 && small, fourth = t == 20 || !small;
    EXPECT_EQ(words[t], uint32_t(second) | uint32_t(third) << 1 | uint32_t(second != fourth) << 2) << t;
  }
}

TEST(PtxArithmetic, PartsOfRegisters) {
  std::string body = "mov.b64 %x1, {%t, 7};\nmov.b64 {%r1, %r2}, %x1;\nmov.b32 {%h1, %h2}, 0x00050003;\n"
                     "mov.b32 %r3, {%h2, %h1};\nmad.lo.u32 %r4, %r1, %r2, %r3;\nst.global.u32 [%w0], %r4;";
  EXPECT_EQ(wordsOf(body)[5], 5u * 7 + 0x00030005);
}
