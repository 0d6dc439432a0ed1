// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Connections that send or take a byte now and then would live forever: each gets a limit in all.

#ifndef DPSIMS_RUNTIME_SERVE_CONNECTION_WATCH_H
#define DPSIMS_RUNTIME_SERVE_CONNECTION_WATCH_H

#include "runtime/serve/http.h"

#include <list>
#include <mutex>

#include <sys/socket.h>

namespace dpsims::serve {

class ConnectionWatch {
public:
  struct Connection {
    int socket;
    Clock::time_point since; ///< the clock runs from here
    bool working = false;    ///< the server has the request, and the clock stands
  };

  Connection *add(int socket) {
    const std::lock_guard<std::mutex> lock(mutex);
    return &open.emplace_back(Connection{socket, Clock::now(), false});
  }
  void remove(Connection *connection) {
    const std::lock_guard<std::mutex> lock(mutex);
    open.remove_if([&](const Connection &other) { return &other == connection; });
  }
  /// The request is complete; the response is begun; the response is sent.
  void begin(Connection *connection, bool working) {
    const std::lock_guard<std::mutex> lock(mutex);
    connection->since = Clock::now();
    connection->working = working;
  }
  size_t count() const {
    const std::lock_guard<std::mutex> lock(mutex);
    return open.size();
  }
  /// Ends those whose clock shows more; whoever reads from them sees their end.
  void endSlow(double seconds) {
    const std::lock_guard<std::mutex> lock(mutex);
    for (const Connection &connection : open)
      if (!connection.working && secondsSince(connection.since) > seconds)
        ::shutdown(connection.socket, SHUT_RDWR);
  }

private:
  mutable std::mutex mutex;
  std::list<Connection> open;
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_CONNECTION_WATCH_H
