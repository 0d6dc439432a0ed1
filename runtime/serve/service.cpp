// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/service.h"

#include "runtime/serve/assets.h"

#include <set>

namespace dpsims::serve {

namespace {

/// Counts what is answered.
class CountedReply : public Reply {
public:
  CountedReply(std::unique_ptr<Reply> reply, Metrics &metrics, const char *route, Clock::time_point arrival)
      : reply(std::move(reply)), metrics(metrics), route(route), arrival(arrival) {}
  void send(HttpResponse response) override {
    metrics.answered(route, response.status, secondsSince(arrival));
    reply->send(std::move(response));
  }
  bool abandoned() const override { return reply->abandoned(); }

private:
  const std::unique_ptr<Reply> reply;
  Metrics &metrics;
  const char *const route;
  const Clock::time_point arrival;
};

// "localhost:8080" -> "localhost"
std::string withoutPort(const std::string &host) {
  const size_t colon = host.rfind(':');
  return colon == std::string::npos || host.back() == ']' ? host : host.substr(0, colon);
}

bool isLoopback(const std::string &host) {
  const std::string name = withoutPort(host);
  return name.empty() || name == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

/// The query of POST /v1/labels.
struct ConvertParameters {
  bool png = false, instances = false;
};

/// Is the value of the parameter the second of two?
bool isSecond(const std::string &name, const std::string &value, const char *first, const char *second) {
  if (value != first && value != second)
    throw HttpError(400, "invalid_argument", name + ": " + quoted(value) + " is neither " + first + " nor " + second);
  return value == second;
}

ConvertParameters parseConvertParameters(const Pairs &query) {
  ConvertParameters parameters;
  std::set<std::string> seen;
  for (const auto &[name, value] : query) {
    if (!seen.insert(name).second)
      throw HttpError(400, "invalid_argument", quoted(name) + ": is given twice");
    if (name == "format")
      parameters.png = isSecond(name, value, "json", "png");
    else if (name == "map")
      parameters.instances = isSecond(name, value, "labels", "instances");
    else
      throw HttpError(400, "invalid_argument", "unknown parameter " + quoted(name) + "; there are format and map");
  }
  return parameters;
}

HttpResponse pngResponse(const std::vector<uint8_t> &bytes) {
  return {200, "image/png", std::string(bytes.begin(), bytes.end()), {{"Cache-Control", "no-store"}}};
}

} // namespace

struct Service::Route {
  const char *path, *method;
  bool isModel; ///< it needs the model's time, which is limited
  void (Service::*answer)(HttpRequest &&request, std::unique_ptr<Reply> &reply);
};

const Service::Route *Service::findRoute(const std::string &path) {
  static const Route routes[] = {{"/healthz", "GET", false, &Service::health},
                                 {"/metrics", "GET", false, &Service::metricsText},
                                 {"/v1/model", "GET", false, &Service::describe},
                                 {"/v1/sample", "POST", true, &Service::sample},
                                 {"/v1/labels", "POST", true, &Service::convert}};
  for (const Route &route : routes)
    if (path == route.path)
      return &route;
  static const Route files = {"page", "GET", false, &Service::page};
  return path == "/" || findAsset(path.substr(1)) ? &files : nullptr;
}

Service::Service(Session &session, const SampleProgram &program, const LabelCodec &codec, Options given)
    : codec(codec), options(std::move(given)), rate(options.rate),
      engine(session, program, codec, options.limits,
             [this](size_t pictures, double seconds) { metrics.ran(pictures, seconds); }) {}

// A page of another site must not reach this machine through its user's browser: neither by a name of its own that
// means 127.0.0.1, nor by asking it as what it is.
void Service::checkSender(const HttpRequest &request) const {
  if (options.loopback && !isLoopback(request.host))
    throw HttpError(403, "forbidden", "this server answers to localhost only, not to " + quoted(request.host));
  if (!request.origin.empty() && request.origin != "http://" + request.host &&
      request.origin != "https://" + request.host)
    throw HttpError(403, "forbidden", "pages of " + quoted(request.origin) + " may not use this server");
}

void Service::checkRate(const HttpRequest &request) {
  if (!rate.allow(request.peer, request.arrival))
    throw HttpError(429, "too_many_requests", "more requests than " + textOf(options.rate) + " a second");
}

void Service::handle(HttpRequest request, std::unique_ptr<Reply> reply) {
  const Route *route = findRoute(request.path);
  std::unique_ptr<Reply> counted =
      std::make_unique<CountedReply>(std::move(reply), metrics, route ? route->path : "other", request.arrival);
  try {
    checkSender(request);
    if (!route)
      throw HttpError(404, "not_found", "there is no " + quoted(request.path) + "; /openapi.json lists what there is");
    if (request.method != route->method) {
      HttpResponse response =
          errorResponse(405, "method_not_allowed", quoted(request.method) + ": this is for " + route->method);
      response.headers.emplace_back("Allow", route->method);
      return counted->send(std::move(response));
    }
    if (route->isModel)
      checkRate(request);
    (this->*route->answer)(std::move(request), counted);
  } catch (const HttpError &error) {
    counted->send(errorResponse(error));
  }
}

void Service::page(HttpRequest &&request, std::unique_ptr<Reply> &reply) {
  const std::string name = request.path == "/" ? "index.html" : request.path.substr(1);
  HttpResponse response{200, assetType(name), std::string(*findAsset(name)), {}};
  response.headers = {{"Cache-Control", "no-cache"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy",
                       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
                       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}};
  reply->send(std::move(response));
}

void Service::health(HttpRequest &&, std::unique_ptr<Reply> &reply) {
  if (!engine.healthy())
    return reply->send(errorResponse(503, "unhealthy", "the last run of the model failed"));
  reply->send(jsonResponse("{\"status\": \"ok\"}\n"));
}

void Service::metricsText(HttpRequest &&, std::unique_ptr<Reply> &reply) {
  reply->send({200,
               "text/plain; version=0.0.4; charset=utf-8",
               metrics.text({engine.waiting(), connections, engine.healthy()}),
               {{"Cache-Control", "no-store"}}});
}

void Service::describe(HttpRequest &&, std::unique_ptr<Reply> &reply) { reply->send(jsonResponse(options.model)); }

void Service::sample(HttpRequest &&request, std::unique_ptr<Reply> &reply) {
  SampleParameters parameters = SampleParameters::parse(request.query);
  engine.submit({std::move(request), std::move(parameters), {}, std::move(reply)});
}

// Label maps to and from files: the page does not need to know how they are stored.
void Service::convert(HttpRequest &&request, std::unique_ptr<Reply> &reply) {
  const ConvertParameters parameters = parseConvertParameters(request.query);
  auto answer = [this, parameters](const HttpRequest &asked) {
    const LabelMaps maps = codec.decode(asked.contentType, asked.body);
    if (parameters.instances && !maps.instances)
      fail(ErrorCode::InvalidData, "the request: has no instances: give them as the JSON key \"instances\"");
    const LabelMap &map = parameters.instances ? *maps.instances : maps.labels;
    if (!parameters.png)
      return jsonResponse(formatRuns(map) + "\n");
    return pngResponse(parameters.instances ? encodeInstances(map) : codec.encode(map));
  };
  engine.submit({std::move(request), std::nullopt, std::move(answer), std::move(reply)});
}

} // namespace dpsims::serve
