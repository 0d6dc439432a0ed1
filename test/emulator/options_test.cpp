// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/emulator/options.h"

#include <gtest/gtest.h>
#include <stdexcept>

using namespace dpsims::emulated;

namespace {

TEST(Options, AreRead) {
  Options options = parseOptions("memory=64M,chip=sm_80,devices=2,no-driver=1,driver=12000,cudnn=90100,"
                                 "cublas=130000,fail-launch=k3,fail-alloc=7,races=1,seed=5,put-off=4,ignore-waits=1,"
                                 "ignore-wait=3,statistics=1,leaks=1");
  EXPECT_EQ(options.memory, uint64_t(64) << 20);
  EXPECT_EQ(options.chip, 80);
  EXPECT_EQ(options.devices, 2);
  EXPECT_FALSE(options.hasDriver);
  EXPECT_EQ(options.driver, 12000);
  EXPECT_EQ(options.cudnn, 90100u);
  EXPECT_EQ(options.cublas, 130000u);
  EXPECT_EQ(options.failLaunch, "k3");
  EXPECT_EQ(options.failAllocation, 7u);
  EXPECT_TRUE(options.races && options.ignoresWaits && options.statistics && options.leaks);
  EXPECT_EQ(options.seed, 5u);
  EXPECT_EQ(options.putOff, 4u);
  EXPECT_EQ(options.ignoredWait, 3u);
}

TEST(Options, UnknownOnesAreErrors) {
  for (const char *text : {"memory", "memory=", "memory=5X", "chip=80", "speed=3", "seed=1,,", "fail-launch="})
    EXPECT_THROW(parseOptions(text), std::invalid_argument) << text;
}

TEST(Options, AbsurdValuesAreErrors) {
  for (const char *text : {"memory=-1", "memory=0", "memory=99999999999G", "memory=+5", "races=2", "no-driver=-1",
                           "devices=-1", "devices=1000", "chip=sm_0", "chip=sm_-80", "driver=4294967296",
                           "fail-alloc=0", "ignore-wait=0", "seed=18446744073709551616"})
    EXPECT_THROW(parseOptions(text), std::invalid_argument) << text;
  try {
    parseOptions("devices=2,races=2");
    FAIL();
  } catch (const std::invalid_argument &error) {
    EXPECT_STREQ(error.what(), "DPSIMS_EMULATED_GPU: \"races=2\": must be a number from 0 to 1");
  }
}

TEST(Options, VisibleDevicesAreCountedAsTheDriverDoes) {
  EXPECT_EQ(visibleDevices(nullptr, 2), 2);
  EXPECT_EQ(visibleDevices("1,0", 2), 2);
  EXPECT_EQ(visibleDevices("1", 2), 1);
  EXPECT_EQ(visibleDevices("0,5,1", 2), 1);
  for (const char *list : {"", "-1", "5", "x", "x,0", "0x", "0,0"})
    EXPECT_EQ(visibleDevices(list, 2), 0) << list;
}

} // namespace
