// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floats and conversions.

#include "test/emulator/ptx_test_support.h"

#include <cmath>

using namespace dpsims::ptx;

namespace {

const float infinity = HUGE_VALF, nan32 = std::nanf("");

bool isNegativeZero(float value) { return value == 0 && std::signbit(value); }

uint32_t toWord(const std::string &opcode, Value value) {
  return static_cast<uint32_t>(evaluate(opcode, "b32", {value}));
}

} // namespace

TEST(PtxFloat, ProductAndSumRoundOnce) {
  float a = 1 + 0x1p-12f, c = -(1 + 0x1p-11f);
  EXPECT_EQ(evaluateFloat("fma.rn.f32", {f32(a), f32(a), f32(c)}), 0x1p-24f);
  // Apart, the product is rounded first: no result of two instructions may come out of one.
  std::vector<TestBuffer> buffers = {TestBuffer::of(std::vector<float>(1)), TestBuffer::of(std::vector<float>{a, c})};
  runKernel(kernelText("ld.global.f32 %f1, [%p1];\nld.global.f32 %f2, [%p1+4];\nmul.rn.f32 %f3, %f1, %f1;\n"
                       "add.rn.f32 %f4, %f3, %f2;\nst.global.f32 [%p0], %f4;",
                       2),
            buffers, 1);
  EXPECT_EQ(buffers[0].as<float>()[0], 0.0f);
}

TEST(PtxFloat, DirectedRounding) {
  float tiny = 0x1p-30f;
  EXPECT_EQ(evaluateFloat("add.rn.f32", {f32(1), f32(tiny)}), 1.0f);
  EXPECT_EQ(evaluateFloat("add.rp.f32", {f32(1), f32(tiny)}), 1 + 0x1p-23f);
  EXPECT_EQ(evaluateFloat("add.rm.f32", {f32(1), f32(-tiny)}), 1 - 0x1p-24f);
  EXPECT_EQ(evaluateFloat("add.rz.f32", {f32(-1), f32(tiny)}), -1 + 0x1p-24f);
  EXPECT_EQ(evaluateFloat("mul.rm.f32", {f32(1 + 0x1p-23f), f32(1 + 0x1p-23f)}), 1 + 0x1p-22f);
  EXPECT_EQ(evaluateFloat("mul.rp.f32", {f32(1 + 0x1p-23f), f32(1 + 0x1p-23f)}), 1 + 0x1.8p-22f);
  EXPECT_EQ(evaluateFloat("fma.rm.f32", {f32(0x1p-40f), f32(-1), f32(1)}), 1 - 0x1p-24f);
  EXPECT_EQ(evaluateFloat("fma.rz.f32", {f32(0x1p-100f), f32(0x1p-40f), f32(0x1p100f)}), 0x1p100f);
  EXPECT_EQ(evaluateFloat("add.rm.f32", {f32(0x1.fffffep127f), f32(0x1p100f)}), 0x1.fffffep127f);
}

TEST(PtxFloat, MinimaAvoidNan) {
  EXPECT_EQ(evaluateFloat("min.f32", {f32(nan32), f32(3)}), 3);
  EXPECT_EQ(evaluateFloat("max.f32", {f32(3), f32(nan32)}), 3);
  EXPECT_TRUE(std::isnan(evaluateFloat("max.f32", {f32(nan32), f32(nan32)})));
  EXPECT_TRUE(std::isnan(evaluateFloat("max.NaN.f32", {f32(3), f32(nan32)})));
  EXPECT_TRUE(isNegativeZero(evaluateFloat("min.f32", {f32(0.0f), f32(-0.0f)})));
  EXPECT_TRUE(isNegativeZero(evaluateFloat("min.f32", {f32(-0.0f), f32(0.0f)})));
  EXPECT_FALSE(isNegativeZero(evaluateFloat("max.f32", {f32(-0.0f), f32(0.0f)})));
  EXPECT_FALSE(isNegativeZero(evaluateFloat("max.f32", {f32(0.0f), f32(-0.0f)})));
  EXPECT_EQ(evaluateDouble("min.f64", {f64(NAN), f64(-2)}), -2);
}

TEST(PtxFloat, SignsAndZeros) {
  EXPECT_EQ(evaluateFloat("abs.f32", {f32(-2)}), 2);
  EXPECT_TRUE(isNegativeZero(evaluateFloat("neg.f32", {f32(0)})));
  EXPECT_EQ(evaluateFloat("copysign.f32", {f32(-1), f32(3)}), -3); // the sign of the first, the rest of the second
  EXPECT_EQ(evaluateFloat("rcp.rn.f32", {f32(-0.0f)}), -infinity);
  EXPECT_EQ(evaluateFloat("div.rn.f32", {f32(1), f32(3)}), 1.0f / 3);
  EXPECT_TRUE(std::isnan(evaluateFloat("sqrt.rn.f32", {f32(-1)})));
}

TEST(PtxFloat, FlushToZero) {
  EXPECT_EQ(evaluateFloat("add.f32", {f32(0x1p-130f), f32(0)}), 0x1p-130f);
  EXPECT_EQ(evaluateFloat("add.ftz.f32", {f32(0x1p-130f), f32(0)}), 0);
  EXPECT_EQ(evaluateFloat("mul.ftz.f32", {f32(0x1p-100f), f32(0x1p-40f)}), 0);
  EXPECT_TRUE(isNegativeZero(evaluateFloat("mul.ftz.f32", {f32(-0x1p-130f), f32(1)})));
  EXPECT_TRUE(holds("setp.eq.ftz.f32", f32(0x1p-130f), f32(0)));
  EXPECT_FALSE(holds("setp.eq.f32", f32(0x1p-130f), f32(0)));
}

TEST(PtxFloat, Saturation) {
  EXPECT_EQ(evaluateFloat("add.sat.f32", {f32(1), f32(1)}), 1);
  EXPECT_EQ(evaluateFloat("fma.rn.sat.f32", {f32(-1), f32(1), f32(0)}), 0);
  EXPECT_EQ(evaluateFloat("mul.sat.f32", {f32(nan32), f32(1)}), 0);
}

TEST(PtxFloat, Approximations) {
  for (float x : {-140.0f, -20.5f, -0.3f, 0.0f, 1e-3f, 0.49f, 0.51f, 7.75f, 127.9f})
    EXPECT_NEAR(evaluateFloat("ex2.approx.f32", {f32(x)}) / std::exp2(x), 1, x < -126 ? 1e-3 : 2e-7) << x;
  EXPECT_EQ(evaluateFloat("ex2.approx.f32", {f32(infinity)}), infinity);
  EXPECT_EQ(evaluateFloat("ex2.approx.f32", {f32(-infinity)}), 0);
  EXPECT_TRUE(std::isnan(evaluateFloat("ex2.approx.f32", {f32(nan32)})));
  EXPECT_FLOAT_EQ(evaluateFloat("lg2.approx.f32", {f32(10)}), std::log2(10.0f));
  EXPECT_FLOAT_EQ(evaluateFloat("rsqrt.approx.f32", {f32(2)}), std::sqrt(0.5f));
  EXPECT_FLOAT_EQ(evaluateFloat("tanh.approx.f32", {f32(0.5)}), std::tanh(0.5f));
}

TEST(PtxFloat, Doubles) {
  EXPECT_EQ(evaluateDouble("fma.rn.f64", {f64(0.1), f64(0.2), f64(0.3)}), std::fma(0.1, 0.2, 0.3));
  EXPECT_EQ(evaluateDouble("div.rn.f64", {f64(1), f64(3)}), 1.0 / 3);
  EXPECT_EQ(evaluateDouble("cvt.f64.f32", {f32(0.1f)}), double(0.1f));
  EXPECT_TRUE(holds("setp.gt.f64", f64(1), f64(-1)));
}

TEST(PtxFloat, ComparisonsWithNan) {
  struct Case {
    const char *opcode;
    bool oneNan, oneTwo, equal;
  };
  const Case cases[] = {
      {"eq", false, false, true},  {"ne", false, true, false},  {"lt", false, true, false},  {"le", false, true, true},
      {"gt", false, false, false}, {"ge", false, false, true},  {"equ", true, false, true},  {"neu", true, true, false},
      {"ltu", true, true, false},  {"leu", true, true, true},   {"gtu", true, false, false}, {"geu", true, false, true},
      {"num", false, true, true},  {"nan", true, false, false},
  };
  for (const Case &c : cases) {
    std::string opcode = std::string("setp.") + c.opcode + ".f32";
    EXPECT_EQ(holds(opcode, f32(1), f32(nan32)), c.oneNan) << opcode;
    EXPECT_EQ(holds(opcode, f32(1), f32(2)), c.oneTwo) << opcode;
    EXPECT_EQ(holds(opcode, f32(2), f32(2)), c.equal) << opcode;
  }
}

TEST(PtxConvert, FloatsToIntegersSaturate) {
  EXPECT_EQ(toWord("cvt.rzi.s32.f32", f32(-2.9f)), static_cast<uint32_t>(-2));
  EXPECT_EQ(toWord("cvt.rni.s32.f32", f32(2.5f)), 2u);
  EXPECT_EQ(toWord("cvt.rni.s32.f32", f32(3.5f)), 4u);
  EXPECT_EQ(toWord("cvt.rmi.s32.f32", f32(-2.1f)), static_cast<uint32_t>(-3));
  EXPECT_EQ(toWord("cvt.rpi.s32.f32", f32(2.1f)), 3u);
  EXPECT_EQ(toWord("cvt.rzi.s32.f32", f32(3e9f)), 0x7fffffffu);
  EXPECT_EQ(toWord("cvt.rzi.s32.f32", f32(-infinity)), 0x80000000u);
  EXPECT_EQ(toWord("cvt.rzi.s32.f32", f32(nan32)), 0u);
  EXPECT_EQ(toWord("cvt.rzi.u32.f32", f32(-1)), 0u);
  EXPECT_EQ(toWord("cvt.rzi.u32.f32", f32(5e9f)), 0xffffffffu);
  EXPECT_EQ(evaluate("cvt.rzi.s64.f32", "b64", {f32(nan32)}), uint64_t(1) << 63);
  EXPECT_EQ(evaluate("cvt.rzi.u64.f64", "b64", {f64(1e19)}), 10000000000000000000ull);
  // Of a narrow integer in a wider register.
  EXPECT_EQ(toWord("cvt.rzi.u8.f32", f32(300)), 255u);
  EXPECT_EQ(toWord("cvt.rni.s8.f32", f32(-300)), static_cast<uint32_t>(-128) & 0xffffffffu);
}

TEST(PtxConvert, IntegersToFloats) {
  EXPECT_EQ(evaluateFloat("cvt.rn.f32.s32", {s32(-16777217)}), -16777216.0f);
  EXPECT_EQ(evaluateFloat("cvt.rp.f32.s32", {s32(16777217)}), 16777218.0f);
  EXPECT_EQ(evaluateFloat("cvt.rz.f32.u32", {u32(0xffffffff)}), 0x1.fffffep31f);
  // Through a double it would be rounded twice.
  EXPECT_EQ(evaluateFloat("cvt.rn.f32.u64", {u64(0x8000008000000001ull)}), 0x1.000002p63f);
  EXPECT_EQ(evaluateDouble("cvt.rn.f64.s32", {s32(-7)}), -7);
  EXPECT_EQ(evaluateFloat("cvt.rn.f32.u16", {u16(65535)}), 65535.0f);
}

TEST(PtxConvert, Integers) {
  EXPECT_EQ(evaluate("cvt.s64.s32", "b64", {s32(-1)}), ~0ull);
  EXPECT_EQ(evaluate("cvt.u64.u32", "b64", {u32(0xffffffff)}), 0xffffffffull);
  EXPECT_EQ(toWord("cvt.s32.s8", {"b32", 0x1ff}), 0xffffffffu);
  EXPECT_EQ(toWord("cvt.u32.u8", {"b32", 0x1ff}), 0xffu);
  EXPECT_EQ(toWord("cvt.s32.s16", {"b16", 0x8000}), 0xffff8000u);
  EXPECT_EQ(toWord("cvt.sat.u8.s32", s32(-5)), 0u);
  EXPECT_EQ(toWord("cvt.sat.u8.s32", s32(300)), 255u);
  EXPECT_EQ(toWord("cvt.sat.s8.s32", s32(-300)), static_cast<uint32_t>(-128));
  EXPECT_EQ(toWord("cvt.u32.u64", u64(0x123456789ull)), 0x23456789u);
}

TEST(PtxConvert, RoundingToIntegersInFloats) {
  EXPECT_EQ(evaluateFloat("cvt.rni.f32.f32", {f32(2.5f)}), 2);
  EXPECT_EQ(evaluateFloat("cvt.rmi.f32.f32", {f32(-2.5f)}), -3);
  EXPECT_EQ(evaluateFloat("cvt.rpi.f32.f32", {f32(2.2f)}), 3);
  EXPECT_EQ(evaluateFloat("cvt.rzi.f32.f32", {f32(-2.7f)}), -2);
  EXPECT_EQ(evaluateFloat("cvt.sat.f32.f32", {f32(nan32)}), 0);
  EXPECT_EQ(evaluateFloat("cvt.sat.f32.f32", {f32(2)}), 1);
}

TEST(PtxConvert, HalfPrecision) {
  auto toHalf = [](const char *opcode, float x) { return evaluate(opcode, "b16", {f32(x)}) & 0xffff; };
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", 1), 0x3c00u);
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", 65519), 0x7bffu);
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", 65520), 0x7c00u);
  EXPECT_EQ(toHalf("cvt.rz.f16.f32", 1e6f), 0x7bffu);
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", 0x1p-24f), 0x0001u);
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", 0x1p-25f), 0x0000u);
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", -0x1.8p-24f), 0x8002u); // to even
  EXPECT_EQ(toHalf("cvt.rn.f16.f32", nan32), 0x7fffu);
  EXPECT_EQ(toHalf("cvt.rn.bf16.f32", 1.0f + 0x1p-8f), 0x3f80u);
  EXPECT_EQ(toHalf("cvt.rn.bf16.f32", 1.0f + 0x1.8p-7f), 0x3f82u);
  EXPECT_EQ(toHalf("cvt.rn.bf16.f32", nan32), 0x7fffu);
  EXPECT_EQ(evaluateFloat("cvt.f32.f16", {{"b16", 0x0001}}), 0x1p-24f);
  EXPECT_EQ(evaluateFloat("cvt.f32.f16", {{"b16", 0xc000}}), -2);
  EXPECT_EQ(evaluateFloat("cvt.f32.bf16", {{"b16", 0xc000}}), -2);
  EXPECT_EQ(evaluate("cvt.rn.bf16x2.f32", "b32", {f32(-2), f32(1)}) & 0xffffffff, 0xc0003f80u);
}
