// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the server answers: runtime/serve/openapi.json describes it.

#ifndef DPSIMS_RUNTIME_SERVE_SERVICE_H
#define DPSIMS_RUNTIME_SERVE_SERVICE_H

#include "runtime/serve/engine.h"
#include "runtime/serve/metrics.h"
#include "runtime/serve/rate_limit.h"

#include <atomic>
#include <memory>
#include <string>

namespace dpsims::serve {

class Service {
public:
  struct Options {
    bool loopback = true;  ///< answers only to the names of this machine, so that no page elsewhere reaches it
    double rate = 100;     ///< requests to the model that an address may make in a second; 0: any number
    std::string model;     ///< what GET /v1/model says
    Engine::Limits limits; ///< of the engine
  };

  /// What is given must outlive the object.
  Service(Session &session, const SampleProgram &program, const LabelCodec &codec, Options options);

  /// Answers, now or when the model had its turn. For one thread.
  void handle(HttpRequest request, std::unique_ptr<Reply> reply);

  /// Refuses new requests to the model, answers those that wait.
  void stop() { engine.stop(); }

  /// How many are open, for the metrics; from any thread.
  void setConnections(size_t count) { connections = count; }

private:
  struct Route;
  static const Route *findRoute(const std::string &path);
  void checkSender(const HttpRequest &request) const;
  void checkRate(const HttpRequest &request);

  void page(HttpRequest &&request, std::unique_ptr<Reply> &reply);
  void health(HttpRequest &&request, std::unique_ptr<Reply> &reply);
  void metricsText(HttpRequest &&request, std::unique_ptr<Reply> &reply);
  void describe(HttpRequest &&request, std::unique_ptr<Reply> &reply);
  void sample(HttpRequest &&request, std::unique_ptr<Reply> &reply);
  void convert(HttpRequest &&request, std::unique_ptr<Reply> &reply);

  const LabelCodec &codec;
  Options options;
  Metrics metrics;
  std::atomic<size_t> connections{0};
  RateLimit rate;
  Engine engine; // the last member: its thread uses the others
};

} // namespace dpsims::serve

#endif // DPSIMS_RUNTIME_SERVE_SERVICE_H
