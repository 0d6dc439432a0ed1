// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/iteration.h"

#include "runtime/base/error.h"

namespace dpsims {

namespace {

struct PatchInput {
  const char *name;
  TrainStream stream;
  int64_t reduction; // pixels a cell of the tap, each way
};

constexpr PatchInput patchInputs[] = {{"patch_index0", TrainStream::Patches0, 4},
                                      {"patch_index1", TrainStream::Patches1, 8},
                                      {"patch_index2", TrainStream::Patches2, 16},
                                      {"patch_index3", TrainStream::Patches3, 32}};

} // namespace

Iteration::Iteration(const CompiledModel &model, const Entry &entry, uint64_t seed, int rank)
    : arguments(model, entry,
                {"labels", "image", "instances", "z1", "z2", "z3", "patch_index0", "patch_index1", "patch_index2",
                 "patch_index3", "labelmix_choice"},
                rank),
      noise(seed) {
  const HostTensor *labels = arguments.input("labels", ElementType::I32);
  if (!labels || labels->shape.size() != 3)
    fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name),
         " has no input \"labels\" of (batch, height, width)");
  sizes = labels->shape;
  own = {0, sizes[0]};
  if (isSharded(entry)) {
    own.first = rank * sizes[0];
    sizes[0] *= model.ranks;
  }
  for (const Argument &output : entry.outputs) {
    if (output.type != ElementType::F32 || elementCount(output.shape) != 1)
      fail(ErrorCode::Incompatible, model.path, ": entry ", quoted(entry.name), ": the output ", quoted(output.name),
           " is not a loss: it is ", elementTypeName(output.type), " ", shapeText(output.shape),
           "; was the model compiled with dpsims-compile --training?");
    lossNames.push_back(output.name);
  }
  checkPositions(model);
}

void Iteration::checkPositions(const CompiledModel &model) {
  for (const PatchInput &patches : patchInputs)
    if (const HostTensor *tensor = arguments.input(patches.name, ElementType::I32)) {
      const int64_t cells = (sizes[1] / patches.reduction) * (sizes[2] / patches.reduction);
      if (tensor->shape.size() != 2 || tensor->shape[0] != own.count || tensor->shape[1] > cells)
        fail(ErrorCode::Incompatible, model.path, ": the input ", quoted(patches.name), " is ",
             shapeText(tensor->shape), ", expected (", own.count, ", ", cells, " or fewer)");
    }
}

void Iteration::prepare(const Batch &batch, uint64_t step) {
  arguments.set(batch);
  arguments.draw("z1", noise, TrainStream::Z1, step);
  arguments.draw("z2", noise, TrainStream::Z2, step);
  arguments.draw("z3", noise, TrainStream::Z3, step);
  for (const PatchInput &patches : patchInputs)
    if (HostTensor *tensor = arguments.input(patches.name, ElementType::I32))
      noise.positions(patches.stream, step, own, tensor->shape[1],
                      (sizes[1] / patches.reduction) * (sizes[2] / patches.reduction), tensor->buffer.as<int32_t>());
  if (HostTensor *tensor = arguments.input("labelmix_choice", ElementType::I32))
    noise.coins(TrainStream::LabelMix, step, tensor->count(), tensor->buffer.as<int32_t>());
}

std::vector<float> Iteration::losses() const {
  std::vector<float> result;
  for (const HostTensor &output : arguments.outputs())
    result.push_back(*output.buffer.as<float>());
  return result;
}

std::vector<float> Iteration::run(Session &session) {
  arguments.run(session);
  return losses();
}

std::vector<float> Iteration::collect(Session &session) {
  session.collect();
  return losses();
}

std::vector<float> Iteration::runChecked(Session &session, std::string &firstNonFinite) {
  arguments.runChecked(session, firstNonFinite);
  return losses();
}

} // namespace dpsims
