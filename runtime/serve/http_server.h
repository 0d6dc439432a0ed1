// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// HTTP by libmicrohttpd: one thread waits for all connections, so that a slow client costs a descriptor and no more.

#ifndef DPSIMS_RUNTIME_SERVE_HTTP_SERVER_H
#define DPSIMS_RUNTIME_SERVE_HTTP_SERVER_H

#include "runtime/serve/http.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dpsims::serve {

struct HttpLimits {
  size_t body = size_t(4) << 20; ///< bytes of a request; more are read and dropped, up to four times that
  unsigned connections = 128;    ///< more wait until one of these is closed
  unsigned idleSeconds = 10;     ///< without a byte from the client, or to it
  double requestSeconds = 20;    ///< for all of a request after the response before it, and for all of a response
};

class HttpServer {
public:
  /// Called on the server's thread: it must not wait. What it throws is answered as an error.
  using Handler = std::function<void(HttpRequest request, std::unique_ptr<Reply> reply)>;

  /// Listens. `port` 0: one that is free. Error: the port is taken, or the address is none of this machine.
  HttpServer(const std::string &address, uint16_t port, const HttpLimits &limits, Handler handler);
  /// Closes all connections. Every request must have been answered.
  ~HttpServer();

  uint16_t port() const;
  /// Connections that are open.
  size_t connections() const;

  /// Closes connections that break the limits on time; to be called a few times a second.
  void closeSlow();

  /// Takes no more connections, and waits until what was answered is sent, but not longer than that.
  void stopListening();
  void drain(double seconds);

private:
  class Implementation;
  std::unique_ptr<Implementation> implementation;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_HTTP_SERVER_H
