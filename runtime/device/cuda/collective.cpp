// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/step.h"

namespace dpsims::cuda {

namespace {

class Collective : public DeviceStep {
public:
  /// `counts`: of each tensor, the elements of a rank's part, or of all.
  Collective(Libraries &libraries, CollectiveKind kind, std::vector<Operand> srcs, std::vector<Operand> dsts,
             std::vector<uint64_t> counts)
      : libraries(libraries), kind(kind), srcs(std::move(srcs)), dsts(std::move(dsts)), counts(std::move(counts)) {
    if (libraries.isHere())
      libraries.ranks(); // all ranks come here
  }

  void bind(const Addresses &addresses) override {
    srcs.bind(addresses);
    dsts.bind(addresses);
  }

  void run() override {
    Ranks &ranks = libraries.ranks();
    const bool meets = kind != CollectiveKind::OwnPart;
    if (meets)
      ranks.begin();
    for (size_t i = 0; i < counts.size(); ++i)
      enqueue(ranks, static_cast<const float *>(srcs.addresses()[i]), static_cast<float *>(dsts.addresses()[i]),
              counts[i]);
    if (meets)
      ranks.end();
  }

  std::string implementation() const override { return kind == CollectiveKind::OwnPart ? "copy" : "NCCL"; }

private:
  void enqueue(Ranks &ranks, const float *src, float *dst, uint64_t count) {
    switch (kind) {
    case CollectiveKind::Sum:
      return ranks.allReduce(src, dst, count, Reduction::Sum, libraries.stream());
    case CollectiveKind::Max:
      return ranks.allReduce(src, dst, count, Reduction::Max, libraries.stream());
    case CollectiveKind::ReduceScatter:
      return ranks.reduceScatter(src, dst, count, libraries.stream());
    case CollectiveKind::AllGather:
      return ranks.allGather(src, dst, count, libraries.stream());
    case CollectiveKind::OwnPart:
      return ranks.copyOwnPart(src, dst, count, libraries.stream());
    }
  }

  Libraries &libraries;
  CollectiveKind kind;
  BoundOperands srcs, dsts;
  std::vector<uint64_t> counts;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CudaStepContext &context, const CollectiveStep &step) {
  std::vector<uint64_t> counts;
  const bool gathers = step.kind == CollectiveKind::AllGather;
  for (uint32_t part : gathers ? step.srcs : step.dsts)
    counts.push_back(context.buffer(part).count());
  return std::make_unique<Collective>(context.libraries, step.kind, context.operands(step.srcs),
                                      context.operands(step.dsts), std::move(counts));
}

} // namespace dpsims::cuda
