// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests and responses, as the parts of the server hand them to each other.

#ifndef DPSIMS_RUNTIME_SERVE_HTTP_H
#define DPSIMS_RUNTIME_SERVE_HTTP_H

#include "runtime/base/error.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dpsims::serve {

using Clock = std::chrono::steady_clock;

inline double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Names and values, in the order in which they came.
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method; ///< HEAD is GET here: the library leaves the body out
  std::string path;   ///< without the query, decoded
  Pairs query;
  std::string host, origin, contentType; ///< headers; empty where there are none
  std::string peer;                      ///< the client's address, without its port
  std::string body;
  Clock::time_point arrival; ///< when it was complete
};

struct HttpResponse {
  int status = 200;
  std::string type; ///< Content-Type
  std::string body;
  Pairs headers;
};

/// Where the response to one request goes; send once, from any thread. Destroyed without: it says 500.
class Reply {
public:
  Reply() = default;
  Reply(const Reply &) = delete;
  Reply &operator=(const Reply &) = delete;
  virtual ~Reply() = default;
  virtual void send(HttpResponse response) = 0;
  /// Has the client closed its connection?
  virtual bool abandoned() const = 0;
};

/// What is wrong with a request, with the status that says so.
class HttpError : public Error {
public:
  HttpError(int status, const char *code, const std::string &message) : Error(message), number(status), text(code) {}

  int status() const { return number; }
  const char *word() const { return text; } ///< for programs, "too_large"

private:
  int number;
  const char *text;
};

/// {"error": {"code": CODE, "message": MESSAGE}}
HttpResponse errorResponse(int status, const std::string &code, const std::string &message);
HttpResponse errorResponse(const HttpError &error);
/// 400 where the request is to blame, else 500.
HttpResponse errorResponse(const Error &error);

HttpResponse jsonResponse(std::string text);

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_HTTP_H
