// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Limits that containers set.

#include "support.h"

#include "runtime/base/machine.h"
#include "runtime/device/device.h"

#include <gtest/gtest.h>

#include <filesystem>

#include <sched.h>

using namespace dpsims;
using namespace dpsims::test;

namespace {

struct Groups {
  TemporaryDirectory directory;

  void set(const std::string &file, const std::string &text) const {
    std::filesystem::create_directories(std::filesystem::path(directory / file).parent_path());
    writeFile(directory / file, text);
  }
  GroupLimits limits(const std::string &membership) const { return groupLimits(membership, directory.path); }
};

} // namespace

TEST(Machine, TightestGroupCounts) {
  Groups groups;
  groups.set("user/job/cpu.max", "max 100000\n");
  groups.set("user/job/memory.max", "3000000000\n");
  groups.set("user/cpu.max", "150000 100000\n");
  groups.set("user/memory.max", "2000000000\n");
  groups.set("memory.max", "max\n");
  const GroupLimits limits = groups.limits("0::/user/job\n");
  EXPECT_DOUBLE_EQ(limits.processors, 1.5);
  EXPECT_EQ(limits.memory, 2000000000u);
}

TEST(Machine, OldGroupsCountToo) {
  Groups groups;
  groups.set("cpu,cpuacct/docker/cpu.cfs_quota_us", "-1\n");
  groups.set("cpu,cpuacct/docker/cpu.cfs_period_us", "100000\n");
  groups.set("cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  groups.set("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  groups.set("memory/docker/memory.limit_in_bytes", "9223372036854771712\n");
  groups.set("memory/memory.limit_in_bytes", "1073741824\n");
  const GroupLimits limits = groups.limits("5:memory:/docker\n4:cpu,cpuacct:/docker\n0::/\n");
  EXPECT_DOUBLE_EQ(limits.processors, 2.5);
  EXPECT_EQ(limits.memory, 1073741824u);
}

// In a container the path is often the host's, and nothing is there.
TEST(Machine, GroupsMayBeOutOfSight) {
  Groups groups;
  groups.set("cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(groups.limits("0::/system.slice/docker-1234.scope\n").processors, 0.5);
  for (const char *membership : {"", "nonsense", "0:", "0::", "::::", "4:memory:/none\n"}) {
    EXPECT_EQ(Groups().limits(membership).processors, 0) << membership;
    EXPECT_EQ(Groups().limits(membership).memory, 0u) << membership;
  }
}

TEST(Machine, ThreadsAreAtMostTheProcessors) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(availableProcessors(), CPU_COUNT(&before));
  DeviceOptions options;
  options.threads = 4096;
  const std::string most = ", " + std::to_string(availableProcessors()) + " thread";
  EXPECT_TRUE(hasParts(createDevice("cpu", options)->description(), {most.c_str()}));
  CPU_ZERO(&one);
  int first = 0;
  while (!CPU_ISSET(first, &before))
    ++first;
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(availableProcessors(), 1);
  EXPECT_TRUE(hasParts(createDevice("cpu", options)->description(), {", 1 thread"}));
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(availableMemory(), uint64_t(1) << 20);
}
