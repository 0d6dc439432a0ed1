// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cpu/cpu_kind.h"

#include "runtime/base/machine.h"
#include "runtime/device/cpu/cpu_device.h"
#include "runtime/device/cpu/processor.h"

#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

constexpr const char *instructionSets[] = {"sse4_2",      "avx",         "f16c",     "fma",      "avx2",
                                           "avx_vnni",    "avx512f",     "avx512bw", "avx512vl", "avx512_vnni",
                                           "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"};

class CpuKind : public DeviceKind {
public:
  std::string target() const override { return "cpu"; }
  const char *noun() const override { return "processor"; }
  int count() const override { return 1; }
  std::string description(int) const override { return processorName(); }
  std::unique_ptr<Device> create(const DeviceOptions &options) const override { return createCpuDevice(options); }

  DeviceReport report() const override {
    const unsigned threads = static_cast<unsigned>(availableProcessors());
    std::vector<std::string> instructions;
    std::string list;
    for (const char *set : instructionSets)
      if (processorHas(set)) {
        instructions.push_back(set);
        list += (list.empty() ? "" : " ") + instructions.back();
      }
    const nlohmann::json json = {{"name", processorName()}, {"threads", threads}, {"instructions", instructions}};
    return {"processor",
            json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
            {{"processor", processorName() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads")},
             {"instructions", list}}};
  }
};

} // namespace

const DeviceKind &cpuKind() {
  static const CpuKind kind;
  return kind;
}

} // namespace dpsims
