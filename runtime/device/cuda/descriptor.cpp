// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/descriptor.h"

#include "runtime/device/cuda/check.h"

#include <utility>

namespace dpsims::cuda {

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) {
  check(cudnnBackendCreateDescriptor(type, &handle), "cudnnBackendCreateDescriptor");
}

Descriptor::~Descriptor() {
  if (handle)
    cudnnBackendDestroyDescriptor(handle);
}

Descriptor::Descriptor(Descriptor &&other) noexcept { *this = std::move(other); }

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  std::swap(handle, other.handle);
  return *this;
}

void Descriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count,
                     const void *values) {
  check(cudnnBackendSetAttribute(handle, name, type, count, values), "cudnnBackendSetAttribute");
}

void Descriptor::set(cudnnBackendAttributeName_t name, const Descriptor &value) {
  set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.handle);
}

void Descriptor::setInts(cudnnBackendAttributeName_t name, const std::vector<int64_t> &values) {
  set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
}

void Descriptor::setText(cudnnBackendAttributeName_t name, const std::string &text) {
  set(name, CUDNN_TYPE_CHAR, static_cast<int64_t>(text.size()), text.data());
}

int64_t Descriptor::getInt(cudnnBackendAttributeName_t name) const {
  int64_t count = 0, value = 0;
  check(cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_INT64, 1, &count, &value), "cudnnBackendGetAttribute");
  return value;
}

std::string Descriptor::getText(cudnnBackendAttributeName_t name) const {
  int64_t count = 0;
  if (cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_CHAR, 0, &count, nullptr) != CUDNN_STATUS_SUCCESS || count <= 0)
    return {};
  std::string text(static_cast<size_t>(count), '\0');
  if (cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_CHAR, count, &count, text.data()) != CUDNN_STATUS_SUCCESS)
    return {};
  text.resize(static_cast<size_t>(count));
  while (!text.empty() && text.back() == '\0')
    text.pop_back();
  return text;
}

std::vector<Descriptor> Descriptor::getDescriptors(cudnnBackendAttributeName_t name,
                                                   cudnnBackendDescriptorType_t elementType) const {
  int64_t count = 0;
  if (cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr) != CUDNN_STATUS_SUCCESS)
    return {};
  std::vector<Descriptor> elements;
  std::vector<cudnnBackendDescriptor_t> handles;
  for (int64_t i = 0; i < count; ++i) {
    elements.emplace_back(elementType);
    handles.push_back(elements.back().get());
  }
  if (count > 0 && cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &count,
                                            handles.data()) != CUDNN_STATUS_SUCCESS)
    return {};
  elements.resize(static_cast<size_t>(count));
  return elements;
}

void Descriptor::finalize() { check(cudnnBackendFinalize(handle), "cudnnBackendFinalize"); }

bool Descriptor::tryFinalize() { return cudnnBackendFinalize(handle) == CUDNN_STATUS_SUCCESS; }

} // namespace dpsims::cuda
