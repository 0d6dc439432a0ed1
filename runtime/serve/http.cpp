// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/http.h"

#include <nlohmann/json.hpp>

namespace dpsims::serve {

HttpResponse jsonResponse(std::string text) { return {200, "application/json", std::move(text), {}}; }

HttpResponse errorResponse(int status, const std::string &code, const std::string &message) {
  const nlohmann::json body = {{"error", {{"code", code}, {"message", message}}}};
  // A message may quote bytes of the request.
  HttpResponse response = jsonResponse(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  response.status = status;
  if (status == 429 || status == 503)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

HttpResponse errorResponse(const HttpError &error) { return errorResponse(error.status(), error.word(), error.what()); }

HttpResponse errorResponse(const Error &error) {
  const ErrorCode code = error.code();
  const bool theirs =
      code == ErrorCode::InvalidArgument || code == ErrorCode::InvalidData || code == ErrorCode::Incompatible;
  return errorResponse(theirs ? 400 : 500, name(code), error.what());
}

} // namespace dpsims::serve
