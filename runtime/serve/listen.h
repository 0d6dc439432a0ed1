// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_SERVE_LISTEN_H
#define DPSIMS_RUNTIME_SERVE_LISTEN_H

#include <cstdint>
#include <string>

namespace dpsims::serve {

/// A socket that listens.
struct Listener {
  int socket = -1;
  uint16_t port = 0;
  bool isIpv6 = false;
};

/// `address` in numbers, of IPv4 or IPv6. Error: as HttpServer's.
Listener listenOn(const std::string &address, uint16_t port);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_LISTEN_H
