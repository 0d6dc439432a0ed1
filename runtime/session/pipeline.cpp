// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/pipeline.h"

#include "runtime/base/error.h"

#include <cstring>

namespace dpsims {

namespace {

constexpr uint64_t pieceAlignment = 256;

char *at(const DeviceMemory &memory, uint64_t offset) { return static_cast<char *>(memory.data()) + offset; }

PieceLayout layOut(const std::vector<Argument> &arguments) {
  PieceLayout layout;
  for (const Argument &argument : arguments)
    layout.add(argument.bytes());
  return layout;
}

} // namespace

void PieceLayout::add(uint64_t pieceBytes) {
  sizes.push_back(pieceBytes);
  offsets.push_back(end);
  end += (pieceBytes + pieceAlignment - 1) / pieceAlignment * pieceAlignment;
}

Pipeline::Pipeline(Device &device, const Entry &entry, size_t depth)
    : device(device), inputLayout(layOut(entry.inputs)), outputLayout(layOut(entry.outputs)),
      inputMemory(device.allocate(inputLayout.bytes())), outputMemory(device.allocate(outputLayout.bytes())) {
  for (size_t i = 0; i < inputLayout.count(); ++i)
    planInputs.push_back(at(*inputMemory, inputLayout.offset(i)));
  for (size_t i = 0; i < outputLayout.count(); ++i)
    planOutputs.push_back(at(*outputMemory, outputLayout.offset(i)));
  for (size_t i = 0; i < depth; ++i)
    slots.push_back({device.allocateHost(inputLayout.bytes()), device.allocateHost(outputLayout.bytes()),
                     device.allocate(inputLayout.bytes()), device.allocate(outputLayout.bytes()), device.createEvent(),
                     device.createEvent(), device.createEvent(), planOutputs});
}

Pipeline::~Pipeline() {
  try {
    device.synchronize();
  } catch (const Error &) { // it came to nothing; whoever waited for it has been told
  }
}

// A slot is free once its last run is done, so nothing of that run needs to be waited for.
void Pipeline::begin(const std::vector<const void *> &inputs) {
  Slot &run = slot(begun);
  for (size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(at(*run.hostInputs, inputLayout.offset(i)), inputs[i], inputLayout.size(i));
  device.copy(Queue::Upload, run.deviceInputs->data(), run.hostInputs->data(), inputLayout.bytes());
  run.uploaded->record(Queue::Upload);
  run.uploaded->wait(Queue::Compute);
  device.copy(Queue::Compute, inputMemory->data(), run.deviceInputs->data(), inputLayout.bytes());
}

void Pipeline::end(const std::vector<void *> &outputs) {
  Slot &run = slot(begun);
  run.outputs = outputs;
  device.copy(Queue::Compute, run.deviceOutputs->data(), outputMemory->data(), outputLayout.bytes());
  run.computed->record(Queue::Compute);
  run.computed->wait(Queue::Download);
  device.copy(Queue::Download, run.hostOutputs->data(), run.deviceOutputs->data(), outputLayout.bytes());
  run.downloaded->record(Queue::Download);
  ++begun;
}

void Pipeline::wait(size_t count) {
  const uint64_t last = collected + count;
  if (last <= done)
    return;
  slot(last - 1).downloaded->synchronize();
  done = last;
}

void Pipeline::collect() {
  wait(1);
  const Slot &run = slot(collected);
  for (size_t i = 0; i < run.outputs.size(); ++i)
    std::memcpy(run.outputs[i], at(*run.hostOutputs, outputLayout.offset(i)), outputLayout.size(i));
  ++collected;
}

uint64_t Pipeline::bytes() const { return (1 + slots.size()) * (inputLayout.bytes() + outputLayout.bytes()); }

} // namespace dpsims
