// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/step.h"

namespace dpsims::cuda {

namespace {

class AllReduce : public DeviceStep {
public:
  AllReduce(Libraries &libraries, Reduction reduction, std::vector<Operand> srcs, std::vector<Operand> dsts,
            std::vector<uint64_t> counts)
      : libraries(libraries), reduction(reduction), srcs(std::move(srcs)), dsts(std::move(dsts)),
        counts(std::move(counts)) {
    if (libraries.isHere())
      libraries.ranks(); // all ranks come here
  }

  void bind(const Addresses &addresses) override {
    srcs.bind(addresses);
    dsts.bind(addresses);
  }

  void run() override {
    Ranks &ranks = libraries.ranks();
    ranks.begin();
    for (size_t i = 0; i < counts.size(); ++i)
      ranks.allReduce(static_cast<const float *>(srcs.addresses()[i]), static_cast<float *>(dsts.addresses()[i]),
                      counts[i], reduction, libraries.stream());
    ranks.end();
  }

  std::string implementation() const override { return "NCCL"; }

private:
  Libraries &libraries;
  Reduction reduction;
  BoundOperands srcs, dsts;
  std::vector<uint64_t> counts;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const AllReduceStep &step) {
  std::vector<uint64_t> counts;
  for (uint32_t src : step.srcs)
    counts.push_back(context.buffer(src).count());
  return std::make_unique<AllReduce>(context.libraries, step.reduction, context.operands(step.srcs),
                                     context.operands(step.dsts), std::move(counts));
}

} // namespace dpsims::cuda
