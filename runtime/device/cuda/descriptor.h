// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CUDA_DESCRIPTOR_H
#define DPSIMS_RUNTIME_DEVICE_CUDA_DESCRIPTOR_H

#include <cudnn.h>
#include <string>
#include <vector>

namespace dpsims::cuda {

/// A descriptor of cuDNN's graph API, owned. Errors: cuDNN refuses a call.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor &&other) noexcept;
  Descriptor &operator=(Descriptor &&other) noexcept;

  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t count, const void *values);
  void set(cudnnBackendAttributeName_t name, const Descriptor &value);
  void setInts(cudnnBackendAttributeName_t name, const std::vector<int64_t> &values);
  void setText(cudnnBackendAttributeName_t name, const std::string &text);

  int64_t getInt(cudnnBackendAttributeName_t name) const;
  /// Empty if the descriptor has no such text.
  std::string getText(cudnnBackendAttributeName_t name) const;
  /// Descriptors of `elementType`, all that there are; none if cuDNN does not say.
  std::vector<Descriptor> getDescriptors(cudnnBackendAttributeName_t name,
                                         cudnnBackendDescriptorType_t elementType) const;

  void finalize();
  /// False if cuDNN cannot do what the descriptor asks for.
  bool tryFinalize();
  cudnnBackendDescriptor_t get() const { return handle; }
  explicit operator bool() const { return handle != nullptr; }

private:
  cudnnBackendDescriptor_t handle = nullptr;
};

} // namespace dpsims::cuda

#endif // DPSIMS_RUNTIME_DEVICE_CUDA_DESCRIPTOR_H
