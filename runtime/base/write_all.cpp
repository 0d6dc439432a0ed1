// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/write_all.h"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace dpsims {

int writeAll(int descriptor, const void *data, size_t count) {
  auto *bytes = static_cast<const char *>(data);
  while (count > 0) {
    const ssize_t n = ::write(descriptor, bytes, std::min(count, size_t(1) << 30));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n < 0 ? errno : EIO;
    bytes += n;
    count -= size_t(n);
  }
  return 0;
}

} // namespace dpsims
