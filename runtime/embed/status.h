// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From exceptions to statuses: nothing is thrown across the interface in C.

#ifndef DPSIMS_RUNTIME_EMBED_STATUS_H
#define DPSIMS_RUNTIME_EMBED_STATUS_H

#include "include/dpsims/dpsims.h"
#include "runtime/base/error.h"

#include <cstring>
#include <exception>
#include <new>

namespace dpsims::embed {

/// Keeps the message for dpsims_last_error, and returns the status.
dpsims_status report(dpsims_status status, const char *message) noexcept;

/// The status of work that throws where it fails.
template <typename Work> dpsims_status guarded(const Work &work) noexcept try {
  work();
  return DPSIMS_OK;
} catch (const Error &error) {
  return report(static_cast<dpsims_status>(error.code()), error.what());
} catch (const std::bad_alloc &) {
  return report(DPSIMS_OUT_OF_MEMORY, "out of memory");
} catch (const std::exception &error) {
  return report(DPSIMS_INTERNAL, error.what());
} catch (...) {
  return report(DPSIMS_INTERNAL, "an exception of an unknown type");
}

/// Error: the argument `name` of the call is null.
inline void requirePointer(const void *pointer, const char *name) {
  if (!pointer)
    fail(name, " is null");
}

/// A structure of the caller's, whose first member says how much of it the caller knows; the rest is as in `initial`.
/// `least`: the size that it had in the first version. Error: the size is that of no version.
template <typename Structure>
Structure sized(const Structure *given, const Structure &initial, size_t least, const char *name) {
  requirePointer(given, name);
  if (given->size < least || given->size > sizeof(Structure) || given->size % alignof(Structure))
    fail(name, "->size is ", given->size, ", expected sizeof(", name, "), ", sizeof(Structure),
         ": begin with its initializer, and use the header of this library");
  Structure result = initial;
  std::memcpy(&result, given, given->size);
  return result;
}

} // namespace dpsims::embed

#endif // DPSIMS_RUNTIME_EMBED_STATUS_H
