// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/chip.h"

#include <tuple>

namespace dpsims::cuda {

std::optional<Chip> Chip::parse(const std::string &name) {
  std::string digits = name.compare(0, 3, "sm_") == 0 ? name.substr(3) : "";
  char suffix = 0;
  if (!digits.empty() && (digits.back() == 'a' || digits.back() == 'f')) {
    suffix = digits.back();
    digits.pop_back();
  }
  if (digits.size() < 2 || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  int number = std::stoi(digits);
  return Chip{number / 10, number % 10, suffix};
}

std::string Chip::name() const {
  std::string text = "sm_" + std::to_string(major) + std::to_string(minor);
  return suffix ? text + suffix : text;
}

bool Chip::runsOn(const Chip &gpu) const {
  return major == gpu.major && (suffix == 'a' ? minor == gpu.minor : minor <= gpu.minor);
}

bool Chip::compilesFor(const Chip &gpu) const {
  return suffix ? runsOn(gpu) : std::tie(major, minor) <= std::tie(gpu.major, gpu.minor);
}

} // namespace dpsims::cuda
