// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For the tests of the server: replies that are kept, and a model whose pictures show what it was given.

#ifndef DPSIMS_TEST_UNIT_SERVE_SUPPORT_H
#define DPSIMS_TEST_UNIT_SERVE_SUPPORT_H

#include "model_builder.h"

#include "runtime/serve/http.h"

#include <future>
#include <memory>
#include <utility>

namespace dpsims::test {

class KeptReply : public serve::Reply {
public:
  explicit KeptReply(std::promise<serve::HttpResponse> promise, bool gone = false)
      : promise(std::move(promise)), gone(gone) {}
  void send(serve::HttpResponse response) override { promise.set_value(std::move(response)); }
  bool abandoned() const override { return gone; }

private:
  std::promise<serve::HttpResponse> promise;
  const bool gone;
};

/// A reply, and where its response will be.
inline std::pair<std::unique_ptr<serve::Reply>, std::future<serve::HttpResponse>> makeReply(bool gone = false) {
  std::promise<serve::HttpResponse> promise;
  std::future<serve::HttpResponse> future = promise.get_future();
  return {std::make_unique<KeptReply>(std::move(promise), gone), std::move(future)};
}

inline std::shared_ptr<const CompiledModel> painterModel(const std::string &configuration, uint64_t batch = 1,
                                                         bool instances = false) {
  return painterOf(configuration, batch, instances).load();
}

} // namespace dpsims::test

#endif // DPSIMS_TEST_UNIT_SERVE_SUPPORT_H
