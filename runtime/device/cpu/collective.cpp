// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"
#include "runtime/device/cpu/step.h"

#include <cstring>

namespace dpsims {

namespace {

struct Tensor {
  Operand src, dst;
  uint64_t srcCount, dstCount;
};

void copy(float *dst, const float *src, uint64_t count) {
  if (dst != src)
    std::memcpy(dst, src, count * sizeof(float));
}

// Of a step with several tensors these lie one after another in its workspace while the ranks exchange them: one
// message, not many. A single tensor is exchanged where it lies.
class Collective : public DeviceStep {
public:
  Collective(Communicator &communicator, CollectiveKind kind, std::vector<Tensor> tensors,
             std::optional<Operand> together)
      : communicator(communicator), kind(kind), tensors(std::move(tensors)), together(together) {
    for (const Tensor &tensor : this->tensors)
      srcCount += tensor.srcCount, dstCount += tensor.dstCount;
  }

  void bind(const Addresses &addresses) override {
    srcs.clear(), dsts.clear();
    for (const Tensor &tensor : tensors) {
      srcs.push_back(static_cast<const float *>(addresses.resolve(tensor.src)));
      dsts.push_back(static_cast<float *>(addresses.resolve(tensor.dst)));
    }
    workspace = together ? static_cast<float *>(addresses.resolve(*together)) : nullptr;
  }

  void run() override {
    switch (kind) {
    case CollectiveKind::Sum:
    case CollectiveKind::Max:
      return reduce();
    case CollectiveKind::ReduceScatter:
      return scatter();
    case CollectiveKind::AllGather:
      return gather();
    case CollectiveKind::OwnPart:
      for (size_t i = 0; i < tensors.size(); ++i)
        copy(dsts[i], srcs[i] + size_t(communicator.rank()) * tensors[i].dstCount, tensors[i].dstCount);
    }
  }

  std::string implementation() const override {
    static const char *const names[] = {"ranks' sum", "ranks' maximum", "part of the ranks' sum", "ranks' parts",
                                        "own part"};
    return names[size_t(kind)];
  }

private:
  void reduce() {
    float *exchanged = workspace ? workspace : dsts[0];
    uint64_t place = 0;
    for (size_t i = 0; i < tensors.size(); place += tensors[i++].srcCount)
      copy(exchanged + place, srcs[i], tensors[i].srcCount);
    communicator.allReduce(exchanged, srcCount, kind == CollectiveKind::Sum ? Reduction::Sum : Reduction::Max);
    place = 0;
    for (size_t i = 0; i < tensors.size(); place += tensors[i++].srcCount)
      copy(dsts[i], exchanged + place, tensors[i].srcCount);
  }

  // In the workspace all parts of the first rank come first, then those of the second.
  void scatter() {
    if (!workspace)
      return communicator.reduceScatter(srcs[0], dstCount, dsts[0]);
    float *next = workspace, *part = workspace + srcCount;
    for (int rank = 0; rank < communicator.size(); ++rank)
      for (size_t i = 0; i < tensors.size(); next += tensors[i++].dstCount)
        copy(next, srcs[i] + size_t(rank) * tensors[i].dstCount, tensors[i].dstCount);
    communicator.reduceScatter(workspace, dstCount, part);
    for (size_t i = 0; i < tensors.size(); part += tensors[i++].dstCount)
      copy(dsts[i], part, tensors[i].dstCount);
  }

  void gather() {
    if (!workspace)
      return communicator.allGather(srcs[0], srcCount * sizeof(float), dsts[0]);
    float *next = workspace, *whole = workspace + srcCount;
    for (size_t i = 0; i < tensors.size(); next += tensors[i++].srcCount)
      copy(next, srcs[i], tensors[i].srcCount);
    communicator.allGather(workspace, srcCount * sizeof(float), whole);
    for (int rank = 0; rank < communicator.size(); ++rank)
      for (size_t i = 0; i < tensors.size(); whole += tensors[i++].srcCount)
        copy(dsts[i] + size_t(rank) * tensors[i].srcCount, whole, tensors[i].srcCount);
  }

  Communicator &communicator;
  CollectiveKind kind;
  std::vector<Tensor> tensors;
  uint64_t srcCount = 0, dstCount = 0; // of all tensors
  std::optional<Operand> together;
  std::vector<const float *> srcs;
  std::vector<float *> dsts;
  float *workspace = nullptr;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const CollectiveStep &step) {
  std::vector<Tensor> tensors;
  uint64_t bytes = 0;
  for (size_t i = 0; i < step.srcs.size(); ++i) {
    const Buffer &src = context.buffer(step.srcs[i]), &dst = context.buffer(step.dsts[i]);
    tensors.push_back({context.operand(step.srcs[i]), context.operand(step.dsts[i]), src.count(), dst.count()});
    bytes += src.bytes() + (step.isReduction() ? 0 : dst.bytes());
  }
  std::optional<Operand> together;
  if (tensors.size() > 1 && step.kind != CollectiveKind::OwnPart)
    together = context.workspace().reserve(bytes);
  if (context.communicator)
    return std::make_unique<Collective>(*context.communicator, step.kind, std::move(tensors), together);
  failDevice(ErrorCode::InvalidData, "ranks meet in a model that is for one; the file is damaged, or its compiler has ",
             "a bug");
}

} // namespace dpsims
