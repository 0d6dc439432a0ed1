// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/machine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include <sched.h>
#include <unistd.h>

namespace dpsims {

namespace {

std::string contentOf(const std::string &path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The first numbers of a file; none of what is not a number ("max").
std::vector<double> numbersOf(const std::string &path) {
  std::istringstream text(contentOf(path));
  std::vector<double> numbers;
  for (double number; text >> number;)
    numbers.push_back(number);
  return numbers;
}

template <typename Number> void lower(Number &limit, double found) {
  const auto value = Number(found);
  limit = limit == 0 ? value : std::min(limit, value);
}

/// Takes the limits of one group.
void addGroup(const std::string &folder, GroupLimits &limits) {
  if (const auto quota = numbersOf(folder + "/cpu.max"); quota.size() == 2 && quota[0] > 0 && quota[1] > 0)
    lower(limits.processors, quota[0] / quota[1]);
  const auto quota = numbersOf(folder + "/cpu.cfs_quota_us"), period = numbersOf(folder + "/cpu.cfs_period_us");
  if (!quota.empty() && !period.empty() && quota[0] > 0 && period[0] > 0)
    lower(limits.processors, quota[0] / period[0]);
  constexpr double none = 0x1p62; // version 1 writes the largest number that it has
  for (const char *file : {"/memory.max", "/memory.limit_in_bytes"})
    if (const auto bytes = numbersOf(folder + file); !bytes.empty() && bytes[0] > 0 && bytes[0] < none)
      lower(limits.memory, bytes[0]);
}

} // namespace

GroupLimits groupLimits(const std::string &membership, const std::string &mount) {
  GroupLimits limits;
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) { // "0::/user.slice", "4:cpu,cpuacct:/"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && controllers.find("cpu") == std::string::npos && controllers != "memory")
      continue;
    const std::string root = mount + (controllers.empty() ? "" : "/" + controllers);
    // Inside a container the path may be the host's, of which only the end is there, or nothing.
    for (std::string path = line.substr(second + 1);; path.erase(path.rfind('/'))) {
      addGroup(root + path, limits);
      if (path.find('/') == std::string::npos)
        break;
    }
  }
  return limits;
}

static const GroupLimits &ownLimits() {
  static const GroupLimits limits = groupLimits(contentOf("/proc/self/cgroup"), "/sys/fs/cgroup");
  return limits;
}

int availableProcessors() {
  cpu_set_t set;
  const int affinity =
      sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : int(sysconf(_SC_NPROCESSORS_ONLN));
  const double quota = ownLimits().processors;
  return std::max(1, quota > 0 ? std::min(affinity, int(std::ceil(quota))) : affinity);
}

uint64_t availableMemory() {
  const uint64_t machine = uint64_t(sysconf(_SC_PHYS_PAGES)) * uint64_t(sysconf(_SC_PAGESIZE));
  return ownLimits().memory ? std::min(machine, ownLimits().memory) : machine;
}

} // namespace dpsims
