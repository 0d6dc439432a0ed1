// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The library calls `access` for each request: once for its headers, for each piece of its body, for its end. Then the
// connection is suspended until the reply resumes it, and `access` is called a last time.

#include "runtime/serve/http_server.h"

#include "runtime/serve/connection_watch.h"
#include "runtime/serve/listen.h"

#include <atomic>
#include <cstring>
#include <optional>
#include <thread>

#include <microhttpd.h>
#include <netdb.h>
#include <unistd.h>

namespace dpsims::serve {

namespace {

/// One request and its response.
struct Exchange {
  ConnectionWatch *watch = nullptr;
  ConnectionWatch::Connection *watched = nullptr;
  MHD_Connection *connection = nullptr;
  HttpRequest request;
  uint64_t received = 0; ///< bytes of the body
  std::optional<HttpResponse> response;
};

class ConnectionReply : public Reply {
public:
  explicit ConnectionReply(Exchange &exchange) : exchange(&exchange) {}
  ~ConnectionReply() override {
    if (exchange)
      ConnectionReply::send(errorResponse(500, "internal", "the server gave no response"));
  }
  void send(HttpResponse response) override {
    Exchange &done = *std::exchange(exchange, nullptr);
    done.response = std::move(response);
    done.watch->begin(done.watched, false);
    MHD_resume_connection(done.connection);
  }
  bool abandoned() const override {
    char byte;
    return exchange && ::recv(exchange->watched->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  }

private:
  Exchange *exchange;
};

std::string header(MHD_Connection *connection, const char *name) {
  const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value ? value : "";
}

// "127.0.0.1"
std::string peerOf(MHD_Connection *connection) {
  const MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  char text[NI_MAXHOST] = "";
  if (info && info->client_addr) {
    const socklen_t size = info->client_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    ::getnameinfo(info->client_addr, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
  }
  return text;
}

extern "C" {
static MHD_Result addParameter(void *closure, MHD_ValueKind, const char *key, size_t keySize, const char *value,
                               size_t valueSize) {
  static_cast<Pairs *>(closure)->emplace_back(std::string(key, keySize), value ? std::string(value, valueSize) : "");
  return MHD_YES;
}
}

HttpRequest requestOf(MHD_Connection *connection, const char *path, const char *method) {
  HttpRequest request;
  request.method = std::strcmp(method, "HEAD") == 0 ? "GET" : method;
  request.path = path;
  request.host = header(connection, "Host");
  request.origin = header(connection, "Origin");
  request.contentType = header(connection, "Content-Type");
  request.peer = peerOf(connection);
  MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, addParameter, &request.query);
  return request;
}

MHD_Result queueResponse(MHD_Connection *connection, const HttpResponse &response) {
  MHD_Response *raw = MHD_create_response_from_buffer(response.body.size(), const_cast<char *>(response.body.data()),
                                                      MHD_RESPMEM_MUST_COPY);
  if (!raw)
    return MHD_NO;
  MHD_add_response_header(raw, "Content-Type", response.type.c_str());
  MHD_add_response_header(raw, "X-Content-Type-Options", "nosniff");
  for (const auto &[name, value] : response.headers)
    MHD_add_response_header(raw, name.c_str(), value.c_str());
  const MHD_Result result = MHD_queue_response(connection, unsigned(response.status), raw);
  MHD_destroy_response(raw);
  return result;
}

HttpResponse tooLarge(size_t limit) {
  return errorResponse(413, "too_large", "the request has more than " + std::to_string(limit) + " bytes");
}

} // namespace

class HttpServer::Implementation {
public:
  Implementation(const std::string &address, uint16_t port, const HttpLimits &limits, Handler handler)
      : limits(limits), handler(std::move(handler)), listener(listenOn(address, port)) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    if (listener.isIpv6)
      flags |= MHD_USE_IPv6;
    daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, access, this, MHD_OPTION_LISTEN_SOCKET, listener.socket,
                              MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_CONNECTION_TIMEOUT,
                              limits.idleSeconds, MHD_OPTION_NOTIFY_COMPLETED, completed, this,
                              MHD_OPTION_NOTIFY_CONNECTION, changed, this, MHD_OPTION_END);
    if (!daemon) {
      ::close(listener.socket);
      fail(ErrorCode::Io, "cannot start the HTTP server: ", systemError());
    }
  }
  ~Implementation() {
    stopListening();
    MHD_stop_daemon(daemon);
  }

  void stopListening() {
    if (const MHD_socket socket = MHD_quiesce_daemon(daemon); socket != MHD_INVALID_SOCKET)
      ::close(socket);
  }

  const HttpLimits limits;
  const Handler handler;
  const Listener listener;
  ConnectionWatch watch;
  std::atomic<size_t> exchanges{0};

private:
  static MHD_Result access(void *self, MHD_Connection *connection, const char *path, const char *method, const char *,
                           const char *data, size_t *size, void **context) {
    auto *server = static_cast<Implementation *>(self);
    try {
      return server->advance(connection, path, method, data, size, context);
    } catch (const std::exception &) { // out of memory: the connection is closed
      return MHD_NO;
    }
  }

  MHD_Result advance(MHD_Connection *connection, const char *path, const char *method, const char *data, size_t *size,
                     void **context) {
    auto *exchange = static_cast<Exchange *>(*context);
    if (!exchange)
      return start(connection, path, method, context);
    if (*size > 0) {
      const bool accepted = receive(*exchange, data, *size);
      *size = 0;
      return accepted ? MHD_YES : MHD_NO;
    }
    if (exchange->response)
      return queueResponse(connection, *exchange->response);
    if (exchange->received > limits.body)
      return queueResponse(connection, tooLarge(limits.body));
    handle(*exchange);
    return MHD_YES;
  }

  MHD_Result start(MHD_Connection *connection, const char *path, const char *method, void **context) {
    auto exchange = std::make_unique<Exchange>();
    exchange->watch = &watch;
    exchange->watched = static_cast<ConnectionWatch::Connection *>(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
    exchange->connection = connection;
    exchange->request = requestOf(connection, path, method);
    const std::string length = header(connection, "Content-Length");
    ++exchanges;
    *context = exchange.release(); // `completed` deletes it
    return std::strtoull(length.c_str(), nullptr, 10) > 4 * limits.body
               ? queueResponse(connection, tooLarge(limits.body)) // and closes the connection
               : MHD_YES;
  }

  // False if it is not worth reading on. Who sent a little too much gets a response, which needs the rest to be read.
  bool receive(Exchange &exchange, const char *data, size_t size) const {
    exchange.received += size;
    if (exchange.received <= limits.body)
      exchange.request.body.append(data, size);
    else
      std::string().swap(exchange.request.body);
    return exchange.received <= 4 * limits.body;
  }

  void handle(Exchange &exchange) {
    exchange.request.arrival = Clock::now();
    watch.begin(exchange.watched, true);
    auto reply = std::make_unique<ConnectionReply>(exchange);
    MHD_suspend_connection(exchange.connection);
    try {
      handler(std::move(exchange.request), std::move(reply));
    } catch (const std::exception &) {
      return; // the reply, which went, has said so
    }
  }

  static void completed(void *self, MHD_Connection *, void **context, MHD_RequestTerminationCode) {
    auto *server = static_cast<Implementation *>(self);
    auto *exchange = static_cast<Exchange *>(*context);
    if (!exchange)
      return;
    server->watch.begin(exchange->watched, false);
    delete exchange;
    --server->exchanges;
  }

  static void changed(void *self, MHD_Connection *connection, void **context, MHD_ConnectionNotificationCode what) {
    auto *server = static_cast<Implementation *>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
      *context = server->watch.add(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
    else
      server->watch.remove(static_cast<ConnectionWatch::Connection *>(*context));
  }

  MHD_Daemon *daemon = nullptr;
};

HttpServer::HttpServer(const std::string &address, uint16_t port, const HttpLimits &limits, Handler handler)
    : implementation(std::make_unique<Implementation>(address, port, limits, std::move(handler))) {}
HttpServer::~HttpServer() = default;

uint16_t HttpServer::port() const { return implementation->listener.port; }
size_t HttpServer::connections() const { return implementation->watch.count(); }
void HttpServer::closeSlow() { implementation->watch.endSlow(implementation->limits.requestSeconds); }
void HttpServer::stopListening() { implementation->stopListening(); }

void HttpServer::drain(double seconds) {
  const Clock::time_point start = Clock::now();
  while (implementation->exchanges > 0 && secondsSince(start) < seconds)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

} // namespace dpsims::serve
