// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Double of cuDNN: backend descriptors and their attributes. Every attribute has its type and its number of values;
// anything else is an error.

#ifndef DPSIMS_TEST_EMULATOR_CUDNN_DESCRIPTOR_H
#define DPSIMS_TEST_EMULATOR_CUDNN_DESCRIPTOR_H

#include "test/emulator/cudnn_engine.h"

#include <cstring>
#include <map>
#include <memory>
#include <vector>

namespace dpsims::emulated {

class DnnDescriptor {
public:
  using Name = cudnnBackendAttributeName_t;
  using Type = cudnnBackendAttributeType_t;

  explicit DnnDescriptor(cudnnBackendDescriptorType_t type) : type(type) {}

  /// Error: finalized, unknown to this type of descriptor, another type of value, a wrong number of them.
  void set(Name name, Type type, int64_t count, const void *values);
  /// Error: an attribute is missing.
  void requireComplete() const;

  bool has(Name name) const { return attributes.count(name) != 0; }
  template <typename T> std::vector<T> list(Name name) const {
    const std::vector<unsigned char> &bytes = attributes.at(name);
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  template <typename T> T get(Name name) const { return list<T>(name).at(0); }
  template <typename T> T get(Name name, T otherwise) const { return has(name) ? get<T>(name) : otherwise; }
  std::array<int64_t, 2> pair(Name name) const;
  std::string text(Name name) const;

  /// The finalized descriptor of a type that an attribute refers to. Error: it is not.
  std::shared_ptr<DnnDescriptor> reference(Name name, cudnnBackendDescriptorType_t type) const;
  std::vector<std::shared_ptr<DnnDescriptor>> references(Name name) const;

  /// Error: it, or one that it refers to, was destroyed.
  void requireLive() const;

  const cudnnBackendDescriptorType_t type;
  bool isFinal = false;
  bool isDestroyed = false;

  // What finalization makes of the attributes.
  DnnTensor tensor;
  DnnConvolution conv;
  DnnPointwise pointwise;
  std::shared_ptr<const DnnGraph> graph; // of a graph, and of what is asked of it
  std::vector<DnnEngine> engines;        // a heuristic's proposals, the one of an engine or a configuration
  std::shared_ptr<const DnnPlan> plan;

  /// The descriptors that it was made of, which must outlive it.
  std::vector<std::shared_ptr<DnnDescriptor>> parts;

private:
  std::map<Name, std::vector<unsigned char>> attributes;
};

/// Descriptors by handle. Error: there is none.
std::shared_ptr<DnnDescriptor> findDescriptor(cudnnBackendDescriptor_t handle);
/// Error: there is no such handle of the library.
void requireDnnHandle(cudnnHandle_t handle);
cudaStream_t streamOf(cudnnHandle_t handle);

/// Makes what the attributes say, or an error.
void finalize(DnnDescriptor &descriptor);

/// Copies `count` values at most, and says how many there are. Error: not finalized, unknown, another type.
void getAttribute(DnnDescriptor &descriptor, DnnDescriptor::Name name, DnnDescriptor::Type type, int64_t wanted,
                  int64_t *count, void *values);

/// Bytes of a value.
size_t sizeOf(DnnDescriptor::Type type);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_CUDNN_DESCRIPTOR_H
