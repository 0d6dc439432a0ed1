// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/number.h"
#include "support.h"

#include <cstdint>

using namespace dpsims;
using namespace dpsims::test;

TEST(Number, WholeIsDecimalWhateverItBeginsWith) {
  EXPECT_EQ(wholeNumber("0"), 0u);
  EXPECT_EQ(wholeNumber("010"), 10u);
  EXPECT_EQ(wholeNumber("00000089"), 89u);
  EXPECT_EQ(wholeNumber("+7"), 7u);
  EXPECT_EQ(wholeNumber("0x10"), 16u);
  EXPECT_EQ(wholeNumber("-0"), 0u);
  EXPECT_EQ(wholeNumber("18446744073709551615"), UINT64_MAX);
}

TEST(Number, WholeDoesNotWrap) {
  EXPECT_EQ(errorOf([] { wholeNumber("-1"); }), "-1 is negative; the least is 0");
  EXPECT_EQ(errorOf([] { wholeNumber("18446744073709551616"); }),
            "18446744073709551616 is too large; the largest whole number is 18446744073709551615");
  for (const char *text : {"", "-", "0x", "1e3", "1.0", " 5", "5 ", "0b1", "1_000", "+-1"})
    EXPECT_EQ(errorOf([&] { wholeNumber(text); }),
              "\"" + std::string(text) + "\" is not a whole number; write its digits, as 20000");
}

TEST(Number, FiniteIsDecimal) {
  EXPECT_EQ(finiteNumber("1e-4"), 1e-4);
  EXPECT_EQ(finiteNumber("010.5"), 10.5);
  for (const char *text : {"nan", "inf", "1e999", "0x1p3", "", "1 "})
    EXPECT_EQ(errorOf([&] { finiteNumber(text); }),
              "\"" + std::string(text) + "\" is not a number of double precision; write one as 0.001 or 1e-3");
}
