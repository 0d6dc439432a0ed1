// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types, shapes and host memory.

#ifndef DPSIMS_RUNTIME_BASE_TENSOR_H
#define DPSIMS_RUNTIME_BASE_TENSOR_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dpsims {

/// Types of elements. Programs have those that the compiled model (runtime/format/model.fbs) names; the others occur in
/// weights files.
enum class ElementType : uint8_t { F32, I32, U8, F64, F16, BF16, I64, I16, I8, U64, U32, U16, Bool, F8E4M3, F8E5M2 };

/// Size of one element in bytes.
size_t elementSize(ElementType type);

/// "F32", "I32", ...: the names of safetensors.
const char *elementTypeName(ElementType type);

/// The type of that name; false if there is none.
bool elementTypeFromName(std::string_view name, ElementType &type);

/// Sizes, outermost first; row-major and contiguous. An empty shape is a scalar: one element.
using Shape = std::vector<int64_t>;

/// "(64, 3, 4, 4)".
std::string shapeText(const Shape &shape);

/// Number of elements. Error: a size is negative, or the number does not fit 63 bits.
int64_t elementCount(const Shape &shape);

/// Size in bytes. Error: as elementCount, or the size does not fit 63 bits.
int64_t byteSize(ElementType type, const Shape &shape);

/// a * b and a + b. Error: the result does not fit 63 bits, or an operand is negative.
int64_t checkedMultiply(int64_t a, int64_t b);
int64_t checkedAdd(int64_t a, int64_t b);

/// Host memory, aligned to 64 bytes (a cache line, an AVX-512 register), owned.
class HostBuffer {
public:
  HostBuffer() = default;
  /// `bytes` bytes, not initialized; `bytes` may be 0. Error: there is not so much memory.
  explicit HostBuffer(size_t bytes);
  ~HostBuffer();
  HostBuffer(HostBuffer &&other) noexcept;
  HostBuffer &operator=(HostBuffer &&other) noexcept;

  /// The same, filled with zeros.
  static HostBuffer zeroed(size_t bytes);

  size_t size() const { return bytes; }
  void *data() { return address; }
  const void *data() const { return address; }
  template <typename T> T *as() { return static_cast<T *>(address); }
  template <typename T> const T *as() const { return static_cast<const T *>(address); }

private:
  void *address = nullptr;
  size_t bytes = 0;
};

/// A tensor in host memory.
struct HostTensor {
  HostTensor() = default;
  /// Not initialized.
  HostTensor(ElementType type, Shape shape);

  int64_t count() const { return elementCount(shape); }

  ElementType type = ElementType::F32;
  Shape shape;
  HostBuffer buffer;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_BASE_TENSOR_H
