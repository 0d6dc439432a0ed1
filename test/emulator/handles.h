// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_TEST_EMULATOR_HANDLES_H
#define DPSIMS_TEST_EMULATOR_HANDLES_H

#include <cstdint>
#include <map>
#include <memory>

namespace dpsims::emulated {

/// Objects that a library gives out by handle. A handle is a number that is never used again: whatever was destroyed is
/// not found.
template <typename Object> class Handles {
public:
  template <typename Handle> Handle add(std::shared_ptr<Object> object) {
    objects[next] = std::move(object);
    return reinterpret_cast<Handle>(next++);
  }

  /// Null: there is no such object.
  std::shared_ptr<Object> find(const void *handle) const {
    auto found = objects.find(reinterpret_cast<uint64_t>(handle));
    return found == objects.end() ? nullptr : found->second;
  }

  /// False: there is no such object.
  bool remove(const void *handle) { return objects.erase(reinterpret_cast<uint64_t>(handle)) != 0; }

  size_t size() const { return objects.size(); }

private:
  std::map<uint64_t, std::shared_ptr<Object>> objects;
  uint64_t next = 0x1000; // small numbers are not handles: a null pointer with an offset is none
};

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_HANDLES_H
