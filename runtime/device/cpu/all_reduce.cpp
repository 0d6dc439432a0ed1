// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"
#include "runtime/device/cpu/step.h"

#include <cstring>

namespace dpsims {

namespace {

// The tensors of a step lie one after another in its workspace while the ranks exchange them: one message, not many. A
// single tensor is exchanged where its result lies.
class AllReduce : public DeviceStep {
public:
  struct Tensor {
    Operand src, dst;
    uint64_t count;
  };

  AllReduce(Communicator &communicator, Reduction reduction, std::vector<Tensor> tensors,
            std::optional<Operand> together)
      : communicator(communicator), reduction(reduction), tensors(std::move(tensors)), together(together) {}

  void bind(const Addresses &addresses) override {
    srcs.clear(), dsts.clear();
    for (const Tensor &tensor : tensors) {
      srcs.push_back(static_cast<const float *>(addresses.resolve(tensor.src)));
      dsts.push_back(static_cast<float *>(addresses.resolve(tensor.dst)));
    }
    exchanged = together ? static_cast<float *>(addresses.resolve(*together)) : dsts[0];
  }

  void run() override {
    uint64_t count = 0;
    for (size_t i = 0; i < tensors.size(); count += tensors[i++].count)
      copy(exchanged + count, srcs[i], tensors[i].count);
    communicator.allReduce(exchanged, count, reduction);
    count = 0;
    for (size_t i = 0; i < tensors.size(); count += tensors[i++].count)
      copy(dsts[i], exchanged + count, tensors[i].count);
  }

  std::string implementation() const override { return reduction == Reduction::Sum ? "ranks' sum" : "ranks' maximum"; }

private:
  static void copy(float *dst, const float *src, uint64_t count) {
    if (dst != src)
      std::memcpy(dst, src, count * sizeof(float));
  }

  Communicator &communicator;
  Reduction reduction;
  std::vector<Tensor> tensors;
  std::optional<Operand> together;
  std::vector<const float *> srcs;
  std::vector<float *> dsts;
  float *exchanged = nullptr;
};

} // namespace

std::unique_ptr<DeviceStep> makeLibraryStep(const CpuStepContext &context, const AllReduceStep &step) {
  std::vector<AllReduce::Tensor> tensors;
  uint64_t bytes = 0;
  for (size_t i = 0; i < step.srcs.size(); ++i) {
    const Buffer &src = context.buffer(step.srcs[i]);
    tensors.push_back({context.operand(step.srcs[i]), context.operand(step.dsts[i]), src.count()});
    bytes += src.bytes();
  }
  std::optional<Operand> together;
  if (tensors.size() > 1)
    together = context.workspace().reserve(bytes);
  if (context.communicator)
    return std::make_unique<AllReduce>(*context.communicator, step.reduction, std::move(tensors), together);
  failDevice(ErrorCode::InvalidData, "ranks meet in a model that is for one; the file is damaged, or its compiler has ",
             "a bug");
}

} // namespace dpsims
