// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/serve/engine.h"

#include "runtime/base/log.h"
#include "runtime/base/text.h"
#include "runtime/image/jpeg.h"
#include "runtime/image/png.h"

#include <new>

namespace dpsims::serve {

namespace {

HttpResponse superseded() {
  return errorResponse(409, "superseded", "a newer request of the same client took this one's place");
}

HttpResponse full(size_t waiting) {
  return errorResponse(503, "busy", std::to_string(waiting) + " requests wait already: try again later");
}

HttpResponse stopping() { return errorResponse(503, "stopping", "the server is being stopped"); }

/// What the work on one request gives, or the error that it ends in.
template <typename Work> HttpResponse responseOf(const Work &work) try {
  return work();
} catch (const HttpError &error) {
  return errorResponse(error);
} catch (const Error &error) {
  return errorResponse(error);
} catch (const std::bad_alloc &) {
  return errorResponse(503, "out_of_memory", "there is not enough memory for this request");
} catch (const std::exception &error) {
  return errorResponse(500, "internal", error.what());
}

std::string milliseconds(double seconds) { return numberText(seconds * 1e3, "%.1f"); }

} // namespace

Engine::Engine(Session &session, const SampleProgram &program, const LabelCodec &codec, const Limits &limits,
               Observer observer)
    : session(session), program(program), codec(codec), limits(limits), observer(std::move(observer)), batch(program),
      queue(limits.waiting) {
  batch.run(session);
  thread = std::thread([this] { work(); });
}

void Engine::submit(Job job) {
  std::optional<Job> older;
  const JobQueue::Answer answer = queue.push(job, older);
  if (answer == JobQueue::Answer::Full)
    job.reply->send(full(limits.waiting));
  if (answer == JobQueue::Answer::Closed)
    job.reply->send(stopping());
  if (older)
    older->reply->send(superseded());
}

void Engine::stop() {
  queue.close();
  if (thread.joinable())
    thread.join();
}

void Engine::work() {
  while (true) {
    std::vector<Job> jobs = queue.take(program.batch());
    if (jobs.empty())
      return;
    std::vector<Job> ready;
    for (Job &job : jobs)
      if (isDue(job) && prepare(job, ready.size()))
        ready.push_back(std::move(job));
    if (!ready.empty())
      paint(ready);
  }
}

// Nobody waits for some, and some have waited too long.
bool Engine::isDue(Job &job) const {
  if (job.reply->abandoned()) {
    job.reply->send(errorResponse(499, "abandoned", "the client closed its connection"));
    return false;
  }
  if (secondsSince(job.request.arrival) > limits.waitSeconds) {
    job.reply->send(errorResponse(503, "timed_out", "the request waited too long for its turn: try again later"));
    return false;
  }
  return true;
}

// Fills a slot of the batch; a job that needs no run, or is wrong, is answered.
bool Engine::prepare(Job &job, size_t slot) {
  bool filled = false;
  HttpResponse response = responseOf([&] {
    if (!job.sample)
      return job.answer(job.request);
    setMaps(codec.decode(job.request.contentType, job.request.body), slot);
    drawNoise(*job.sample, program.noiseDim(), batch.noise(slot));
    filled = true;
    return HttpResponse();
  });
  if (!filled)
    job.reply->send(std::move(response));
  return filled;
}

// A map without instances has one for each class.
void Engine::setMaps(const LabelMaps &maps, size_t slot) {
  batch.setLabels(slot, maps.labels);
  if (program.needsInstances())
    batch.setInstances(slot, maps.instances ? *maps.instances : maps.labels);
}

void Engine::paint(std::vector<Job> &jobs) {
  const Clock::time_point start = Clock::now();
  const HttpResponse failure = responseOf([&] {
    batch.run(session);
    return HttpResponse();
  });
  works = failure.status == 200;
  if (!works)
    warn("a picture failed: ", failure.body);
  const double seconds = secondsSince(start);
  if (works)
    observer(jobs.size(), seconds);
  for (size_t slot = 0; slot < jobs.size(); ++slot)
    if (works)
      reply(jobs[slot], slot, seconds);
    else
      jobs[slot].reply->send(failure);
}

void Engine::reply(Job &job, size_t slot, double runSeconds) const {
  job.reply->send(responseOf([&] {
    const bool jpeg = job.sample->format == PictureFormat::Jpeg;
    const uint8_t *pixels = batch.picture(slot);
    const std::vector<uint8_t> bytes = jpeg ? encodeRgbJpeg(program.width(), program.height(), pixels)
                                            : encodeRgbPng(program.width(), program.height(), pixels);
    HttpResponse response{200, jpeg ? "image/jpeg" : "image/png", std::string(bytes.begin(), bytes.end()), {}};
    response.headers = {{"Cache-Control", "no-store"},
                        {"Server-Timing", "run;dur=" + milliseconds(runSeconds) +
                                              ", total;dur=" + milliseconds(secondsSince(job.request.arrival))}};
    return response;
  }));
}

} // namespace dpsims::serve
