// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/listen.h"

#include "runtime/base/error.h"

#include <cerrno>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dpsims::serve {

[[noreturn]] static void failListening(const std::string &address, uint16_t port, int number) {
  if (number == EADDRINUSE)
    fail(ErrorCode::Unavailable, "--port ", port, ": another program listens there; choose another port, or 0 for any");
  if (number == EACCES)
    fail(ErrorCode::Unavailable, "--port ", port, ": only root may use it; choose one above 1023");
  if (number == EADDRNOTAVAIL)
    fail(ErrorCode::Unavailable, "--expose ", address, ": is no address of this machine (ip address lists them)");
  fail(ErrorCode::Io, "cannot listen on ", address, ", port ", port, ": ", systemError(number));
}

static uint16_t portOf(int socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr *>(&bound), &size) != 0)
    return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6 *>(&bound)->sin6_port
                                           : reinterpret_cast<sockaddr_in *>(&bound)->sin_port);
}

Listener listenOn(const std::string &address, uint16_t port) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo *found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    fail("--expose ", quoted(address), ": is not an address such as 192.168.1.20, or 0.0.0.0 for all of this machine");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> info(found, ::freeaddrinfo);
  const int socket = ::socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0)
    failListening(address, port, errno);
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes); // connections of the last run may still linger
  if (::bind(socket, info->ai_addr, info->ai_addrlen) != 0 || ::listen(socket, SOMAXCONN) != 0) {
    const int number = errno;
    ::close(socket);
    failListening(address, port, number);
  }
  return {socket, portOf(socket), info->ai_family == AF_INET6};
}

} // namespace dpsims::serve
