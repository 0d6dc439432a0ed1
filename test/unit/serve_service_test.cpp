// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The queue, the limits, the engine, and what the service answers; without a socket.

#include "serve_support.h"
#include "support.h"

#include "runtime/device/device.h"
#include "runtime/image/png.h"
#include "runtime/serve/example_map.h"
#include "runtime/serve/model_description.h"
#include "runtime/serve/service.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <set>

using namespace dpsims;
using namespace dpsims::serve;
using namespace dpsims::test;

namespace {

using Response = std::future<HttpResponse>;

std::pair<Job, Response> makeJob(const std::string &client, uint64_t seed = 0) {
  auto [reply, response] = makeReply();
  Job job;
  job.sample = SampleParameters();
  job.sample->client = client;
  job.sample->seed = seed;
  job.reply = std::move(reply);
  return {std::move(job), std::move(response)};
}

JobQueue::Answer push(JobQueue &queue, const std::string &client, uint64_t seed, std::optional<Job> &older) {
  auto [job, response] = makeJob(client, seed);
  return queue.push(job, older);
}

TEST(ServeQueue, TheNewestRequestOfAClientWins) {
  JobQueue queue(2);
  std::optional<Job> older;
  EXPECT_EQ(push(queue, "a", 1, older), JobQueue::Answer::Taken);
  EXPECT_EQ(push(queue, "b", 2, older), JobQueue::Answer::Taken);
  EXPECT_FALSE(older);
  EXPECT_EQ(push(queue, "a", 3, older), JobQueue::Answer::Taken); // although it is full
  ASSERT_TRUE(older);
  EXPECT_EQ(older->sample->seed, 1u);
  EXPECT_EQ(queue.size(), 2u);
  const std::vector<Job> taken = queue.take(8);
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].sample->seed, 3u); // in the old one's place
  EXPECT_EQ(taken[1].sample->seed, 2u);
}

TEST(ServeQueue, IsBounded) {
  JobQueue queue(2);
  std::optional<Job> older;
  push(queue, "", 1, older);
  push(queue, "", 2, older);
  EXPECT_EQ(push(queue, "", 3, older), JobQueue::Answer::Full);
  EXPECT_FALSE(older);
  EXPECT_EQ(queue.take(1).size(), 1u);
  queue.close();
  EXPECT_EQ(push(queue, "", 4, older), JobQueue::Answer::Closed);
  EXPECT_EQ(queue.take(5).size(), 1u); // what waited
  EXPECT_TRUE(queue.take(5).empty());
}

TEST(ServeRate, AnAddressHasASecondsWorth) {
  RateLimit limit(4);
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(limit.allow("a", start));
  EXPECT_FALSE(limit.allow("a", start));
  EXPECT_TRUE(limit.allow("b", start));
  EXPECT_FALSE(limit.allow("a", start + std::chrono::milliseconds(200)));
  EXPECT_TRUE(limit.allow("a", start + std::chrono::milliseconds(300)));
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(RateLimit(0).allow("a", start));
}

TEST(ServeRate, RemembersOnlySoManyAddresses) {
  RateLimit limit(4);
  const Clock::time_point start = Clock::now();
  for (size_t i = 0; i < RateLimit::mostAddresses; ++i)
    EXPECT_TRUE(limit.allow(std::to_string(i), start));
  EXPECT_FALSE(limit.allow("another", start));
  EXPECT_TRUE(limit.allow("another", start + std::chrono::seconds(2)));
  EXPECT_EQ(limit.addresses(), 1u);
}

/// The whole server but its sockets.
struct Server {
  explicit Server(uint64_t batch = 1, bool instances = false, Service::Options options = {})
      : model(painterModel(R"({"num_classes": 5, "data": {"ignore": [9], "things": [3]}})", batch, instances)),
        device(createDevice("cpu")), program(*model), codec(*model, 4, 6),
        session(model, program.entry(), *device, nullptr), service(session, program, codec, std::move(options)) {}

  Response ask(HttpRequest request, bool gone = false) {
    auto [reply, response] = makeReply(gone);
    service.handle(std::move(request), std::move(reply));
    return std::move(response);
  }
  Response get(const std::string &path) { return ask(request("GET", path)); }
  Response sample(const std::string &runs, Pairs query = {}, bool gone = false) {
    HttpRequest asked = request("POST", "/v1/sample");
    asked.query = std::move(query);
    asked.contentType = "application/json";
    asked.body = R"({"width": 6, "height": 4, "runs": )" + runs + "}";
    return ask(std::move(asked), gone);
  }
  static HttpRequest request(const std::string &method, const std::string &path) {
    HttpRequest result;
    result.method = method;
    result.path = path;
    result.host = "localhost:8080";
    result.peer = "127.0.0.1";
    result.arrival = Clock::now();
    return result;
  }

  std::shared_ptr<const CompiledModel> model;
  std::unique_ptr<Device> device;
  SampleProgram program;
  LabelCodec codec;
  Session session;
  Service service;
};

RgbImage pictureOf(Response response) {
  const HttpResponse answer = response.get();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.type, "image/png");
  return decodeRgbPng(reinterpret_cast<const uint8_t *>(answer.body.data()), answer.body.size(), "answer");
}

std::string codeOf(Response response, int status) {
  const HttpResponse answer = response.get();
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.type, "application/json");
  return nlohmann::json::parse(answer.body)["error"]["code"];
}

TEST(ServeService, MakesPictures) {
  Server server;
  const RgbImage image = pictureOf(server.sample("[3, 12, 1, 11, -1, 1]"));
  EXPECT_EQ(image.width, 6);
  EXPECT_EQ(image.pixels[0], 120);
  EXPECT_EQ(image.pixels[3 * 12], 40);
  EXPECT_EQ(image.pixels[3 * 23], 255);
  std::set<uint8_t> noises;
  for (const char *seed : {"0", "1", "2", "3"})
    noises.insert(pictureOf(server.sample("[0, 24]", {{"seed", seed}})).pixels[1]);
  EXPECT_GE(noises.size(), 3u);
  EXPECT_EQ(server.sample("[0, 24]", {{"format", "jpeg"}}).get().type, "image/jpeg");
}

TEST(ServeService, ClassesAreInstancesWhereNoneAreGiven) {
  Server server(1, true);
  EXPECT_EQ(pictureOf(server.sample("[3, 24]")).pixels[2], 3);
  EXPECT_EQ(pictureOf(server.sample("[3, 24], \"instances\": [77, 24]")).pixels[2], 77);
}

TEST(ServeService, WaitingRequestsShareARunAndKeepTheirPictures) {
  Server server(4);
  std::vector<Response> responses;
  for (int i = 0; i < 12; ++i)
    responses.push_back(server.sample("[" + std::to_string(i % 5) + ", 24]"));
  for (int i = 0; i < 12; ++i)
    EXPECT_EQ(pictureOf(std::move(responses[size_t(i)])).pixels[0], i % 5 * 40);
}

TEST(ServeService, AnswersWhatIsWrong) {
  Server server;
  EXPECT_EQ(codeOf(server.get("/nothing"), 404), "not_found");
  EXPECT_EQ(codeOf(server.get("/v1/sample"), 405), "method_not_allowed");
  EXPECT_EQ(codeOf(server.sample("[7, 24]"), 400), "invalid_data");
  EXPECT_EQ(codeOf(server.sample("[0, 24]", {{"seed", "x"}}), 400), "invalid_argument");
  EXPECT_EQ(codeOf(server.ask(Server::request("POST", "/v1/sample")), 415), "unsupported_type");
  HttpRequest bytes = Server::request("POST", "/v1/\xff\xfe");
  EXPECT_EQ(codeOf(server.ask(bytes), 404), "not_found");
}

TEST(ServeService, OtherSitesAreKeptOut) {
  Server server;
  HttpRequest request = Server::request("GET", "/healthz");
  request.host = "evil.example:8080";
  EXPECT_EQ(codeOf(server.ask(request), 403), "forbidden");
  request.host = "127.0.0.1:8080";
  EXPECT_EQ(server.ask(request).get().status, 200);
  request.origin = "http://evil.example";
  EXPECT_EQ(codeOf(server.ask(request), 403), "forbidden");
  request.origin = "http://127.0.0.1:8080";
  EXPECT_EQ(server.ask(request).get().status, 200);
  Service::Options exposed;
  exposed.loopback = false;
  Server open(1, false, exposed);
  request.host = request.origin = "";
  request.host = "street.example";
  EXPECT_EQ(open.ask(request).get().status, 200);
}

TEST(ServeService, LimitsTheRateOfAnAddress) {
  Service::Options options;
  options.rate = 2;
  Server server(1, false, options);
  pictureOf(server.sample("[0, 24]"));
  pictureOf(server.sample("[0, 24]"));
  EXPECT_EQ(codeOf(server.sample("[0, 24]"), 429), "too_many_requests");
  EXPECT_EQ(server.get("/healthz").get().status, 200);
}

TEST(ServeService, WhatNobodyWaitsForIsNotComputed) {
  Server server;
  EXPECT_EQ(codeOf(server.sample("[0, 24]", {}, /*gone=*/true), 499), "abandoned");
  EXPECT_TRUE(hasParts(server.get("/metrics").get().body, {"dpsims_pictures_total 0\n"}));
}

TEST(ServeService, WhatWaitedTooLongIsAnswered) {
  Server server;
  HttpRequest request = Server::request("POST", "/v1/sample");
  request.arrival -= std::chrono::seconds(11);
  EXPECT_EQ(codeOf(server.ask(request), 503), "timed_out");
}

TEST(ServeService, StopsWithAnAnswerToAll) {
  Server server;
  Response first = server.sample("[0, 24]");
  server.service.stop();
  pictureOf(std::move(first));
  EXPECT_EQ(codeOf(server.sample("[0, 24]"), 503), "stopping");
}

TEST(ServeService, CountsWhatItAnswers) {
  Server server;
  pictureOf(server.sample("[0, 24]"));
  codeOf(server.sample("[7, 24]"), 400);
  codeOf(server.get("/nothing"), 404);
  const std::string text = server.get("/metrics").get().body;
  EXPECT_TRUE(hasParts(text, {"dpsims_requests_total{route=\"/v1/sample\",status=\"200\"} 1\n",
                              "dpsims_requests_total{route=\"/v1/sample\",status=\"400\"} 1\n",
                              "dpsims_requests_total{route=\"other\",status=\"404\"} 1\n", "dpsims_pictures_total 1\n",
                              "dpsims_request_seconds_count{route=\"/v1/sample\"} 2\n",
                              "dpsims_request_seconds_bucket{route=\"/v1/sample\",le=\"+Inf\"} 2\n",
                              "dpsims_healthy 1\n", "# TYPE dpsims_run_seconds histogram\n"}));
}

TEST(ServeService, ConvertsLabelMaps) {
  Server server;
  HttpRequest request = Server::request("POST", "/v1/labels");
  request.contentType = "application/json";
  request.body = R"({"width": 6, "height": 4, "runs": [3, 20, -1, 4]})";
  request.query = {{"format", "png"}};
  const HttpResponse png = server.ask(request).get();
  ASSERT_EQ(png.status, 200) << png.body;
  HttpRequest back = Server::request("POST", "/v1/labels");
  back.contentType = "image/png";
  back.body = png.body;
  EXPECT_EQ(server.ask(back).get().body, "{\"width\":6,\"height\":4,\"runs\":[3,20,-1,4]}\n");
  for (const Pairs &query : {Pairs{{"format", "gif"}}, Pairs{{"map", "photo"}}, Pairs{{"maps", "labels"}},
                             Pairs{{"format", "png"}, {"format", "png"}}}) {
    request.query = query;
    EXPECT_EQ(codeOf(server.ask(request), 400), "invalid_argument");
  }
  request.query = {{"map", "instances"}};
  EXPECT_EQ(codeOf(server.ask(request), 400), "invalid_data"); // there are none
  request.body = R"({"width": 6, "height": 4, "runs": [3, 24], "instances": [70000, 20, 5, 4]})";
  EXPECT_EQ(server.ask(request).get().body, "{\"width\":6,\"height\":4,\"runs\":[70000,20,5,4]}\n");
  request.query.emplace_back("format", "png");
  const std::string file = server.ask(request).get().body;
  const LabelMap saved = decodeLabelMap(reinterpret_cast<const uint8_t *>(file.data()), file.size(), "i.png");
  EXPECT_EQ(saved.at(0, 0), 0);
  EXPECT_EQ(saved.at(5, 3), 1);
}

TEST(ServeModel, IsDescribed) {
  Server server;
  const nlohmann::json model = nlohmann::json::parse(describeModel("a.dpsims", server.program, server.codec));
  EXPECT_EQ(model["width"], 6);
  EXPECT_EQ(model["classes"].size(), 5u);
  EXPECT_EQ(model["classes"][2]["thing"], false);
  EXPECT_EQ(model["classes"][3]["thing"], true);
  EXPECT_EQ(model["unlabeled"], true);
  EXPECT_NO_THROW(parseRuns(model["example"].dump(), 5, {}));
}

TEST(ServeModel, TheExampleIsAStreetWhereTheClassesAreThere) {
  const std::vector<std::string> names = {"void", "sky",  "building", "pole", "road",       "pavement",
                                          "tree", "sign", "fence",    "car",  "pedestrian", "bicyclist"};
  const LabelMap street = exampleMap(names, 64, 64);
  EXPECT_EQ(street.at(32, 0), 1);  // sky
  EXPECT_EQ(street.at(32, 63), 4); // road
  const std::vector<std::string> others = {"sky",          "building", "pole", "road",   "sidewalk", "vegetation",
                                           "traffic sign", "fence",    "car",  "person", "rider",    "train"};
  EXPECT_EQ(exampleMap(others, 64, 64).at(32, 63), 3);
  const LabelMap shapes = exampleMap({"0", "1"}, 8, 16);
  EXPECT_EQ(std::set<int32_t>(shapes.ids.begin(), shapes.ids.end()), (std::set<int32_t>{0, 1}));
}

} // namespace
