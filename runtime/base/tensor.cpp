// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/tensor.h"

#include "runtime/base/align.h"
#include "runtime/base/error.h"

#include <cstdlib>
#include <cstring>
#include <utility>

namespace dpsims {

namespace {
struct TypeInfo {
  const char *name;
  size_t size;
};
} // namespace

// In the order of ElementType.
static constexpr TypeInfo types[] = {{"F32", 4},  {"I32", 4}, {"U8", 1},   {"F64", 8},     {"F16", 2},
                                     {"BF16", 2}, {"I64", 8}, {"I16", 2},  {"I8", 1},      {"U64", 8},
                                     {"U32", 4},  {"U16", 2}, {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
static_assert(std::size(types) == size_t(ElementType::F8E5M2) + 1);

size_t elementSize(ElementType type) { return types[size_t(type)].size; }

const char *elementTypeName(ElementType type) { return types[size_t(type)].name; }

bool elementTypeFromName(std::string_view name, ElementType &type) {
  for (size_t i = 0; i < std::size(types); ++i)
    if (name == types[i].name) {
      type = ElementType(i);
      return true;
    }
  return false;
}

std::string shapeText(const Shape &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

int64_t checkedMultiply(int64_t a, int64_t b) {
  int64_t result;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &result))
    fail("size ", a, " * ", b, " is out of range");
  return result;
}

int64_t checkedAdd(int64_t a, int64_t b) {
  int64_t result;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &result))
    fail("size ", a, " + ", b, " is out of range");
  return result;
}

int64_t elementCount(const Shape &shape) {
  // A zero anywhere makes the product 0, but a later overflow or negative size is wrong all the same.
  int64_t count = 1;
  bool empty = false;
  for (int64_t size : shape) {
    int64_t next;
    if (size < 0 || __builtin_mul_overflow(count, size ? size : 1, &next))
      fail("shape ", shapeText(shape), " has a negative size or too many elements");
    count = next;
    empty |= size == 0;
  }
  return empty ? 0 : count;
}

int64_t byteSize(ElementType type, const Shape &shape) {
  int64_t bytes;
  if (__builtin_mul_overflow(elementCount(shape), int64_t(elementSize(type)), &bytes))
    fail("shape ", shapeText(shape), " of ", elementTypeName(type), " has too many bytes");
  return bytes;
}

HostBuffer::HostBuffer(size_t bytes) : bytes(bytes) {
  if (bytes == 0)
    return;
  constexpr size_t alignment = 64;
  // aligned_alloc wants a multiple of the alignment.
  const size_t rounded = alignUp(bytes, alignment);
  if (rounded >= bytes)
    address = std::aligned_alloc(alignment, rounded);
  if (!address)
    fail(ErrorCode::OutOfMemory, "cannot get ", bytes >> 20, " MiB of memory; use a smaller batch or image");
}

HostBuffer::~HostBuffer() { std::free(address); }

HostBuffer::HostBuffer(HostBuffer &&other) noexcept
    : address(std::exchange(other.address, nullptr)), bytes(std::exchange(other.bytes, 0)) {}

HostBuffer &HostBuffer::operator=(HostBuffer &&other) noexcept {
  std::swap(address, other.address);
  std::swap(bytes, other.bytes);
  return *this;
}

HostBuffer HostBuffer::zeroed(size_t bytes) {
  HostBuffer buffer(bytes);
  if (bytes)
    std::memset(buffer.data(), 0, bytes);
  return buffer;
}

HostTensor::HostTensor(ElementType type, Shape shape)
    : type(type), shape(std::move(shape)), buffer(size_t(byteSize(type, this->shape))) {}

} // namespace dpsims
