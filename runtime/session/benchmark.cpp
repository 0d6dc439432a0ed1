// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/benchmark.h"

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/device/plan/step_order.h"
#include "runtime/format/describe.h"
#include "runtime/random/philox.h"
#include "runtime/session/execute.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace dpsims {

namespace {

constexpr size_t slowest = 20;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Ids are of the configuration's classes.
int64_t idLimit(const CompiledModel &model) {
  nlohmann::json config = nlohmann::json::parse(model.config, nullptr, false);
  bool known = config.is_object() && config.contains("num_classes") && config["num_classes"].is_number_unsigned();
  return known ? std::max<int64_t>(1, config["num_classes"].get<int32_t>()) : 2;
}

// Each rank has images of its own.
std::vector<HostTensor> randomInputs(const CompiledModel &model, const Entry &entry, uint64_t rank) {
  std::vector<HostTensor> inputs;
  for (const Argument &argument : entry.inputs) {
    HostTensor tensor(argument.type, argument.shape);
    RandomSequence sequence{1, argument.sharded ? rank : 0, static_cast<uint32_t>(inputs.size())};
    uint64_t count = static_cast<uint64_t>(tensor.count()), limit = static_cast<uint64_t>(idLimit(model));
    if (isFloating(argument.type)) {
      HostTensor wide(ElementType::F32, argument.shape);
      fillNormal(sequence, 0, count, wide.buffer.as<float>());
      narrow(argument.type, wide.buffer.as<float>(), count, tensor.buffer.data());
    }
    for (uint64_t i = 0; i < count && argument.type == ElementType::I32; ++i)
      tensor.buffer.as<int32_t>()[i] = static_cast<int32_t>(randomWord(sequence, i) % limit);
    for (uint64_t i = 0; i < count && argument.type == ElementType::U8; ++i)
      tensor.buffer.as<uint8_t>()[i] = static_cast<uint8_t>(randomWord(sequence, i));
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

StepTime makeStep(const Session &session, size_t index) {
  const Step &step = session.entry().main.steps[index];
  return {step.kind(),
          step.label,
          session.plan().implementation(index),
          std::numeric_limits<double>::infinity(),
          0,
          messageBytes(session.entry().main, step),
          static_cast<double>(step.flops),
          static_cast<double>(step.bytes)};
}

struct KindTotal {
  size_t count = 0;
  double seconds = 0, flops = 0, bytes = 0, waiting = 0;
};

std::map<std::string, KindTotal> totals(const BenchmarkResult &result) {
  std::map<std::string, KindTotal> kinds;
  for (const StepTime &step : result.steps) {
    KindTotal &kind = kinds[step.kind];
    ++kind.count;
    kind.seconds += step.seconds;
    kind.flops += step.flops;
    kind.bytes += step.bytes;
    kind.waiting += step.waiting;
  }
  return kinds;
}

double ratio(double amount, double of) { return of > 0 ? amount / of : 0; }

// Speed and its share of the peak; `first` is in front.
std::string line(const DevicePeaks &peaks, const std::string &first, double seconds, double total, double flops,
                 double bytes, const std::string &last) {
  char text[256];
  double speed = ratio(flops, seconds), rate = ratio(bytes, seconds);
  double peak = peaks.arithmetic.empty() ? 0 : peaks.arithmetic[0].flops;
  std::snprintf(text, sizeof(text), "  %-18s %10.3f ms %5.1f %%  %8.1f GFLOP/s %5.1f %%  %7.1f GB/s %5.1f %%  ",
                first.c_str(), seconds * 1e3, 100 * ratio(seconds, total), speed * 1e-9, 100 * ratio(speed, peak),
                rate * 1e-9, 100 * ratio(rate, peaks.bandwidth));
  return text + last + "\n";
}

// The best of a few copies; the first one does not count.
TransferTime measureTransfer(Device &device, Queue queue, const std::vector<Argument> &arguments) {
  TransferTime result;
  for (const Argument &argument : arguments)
    result.bytes += argument.bytes();
  if (device.sharesHostMemory() || result.bytes == 0)
    return {};
  std::unique_ptr<DeviceMemory> host = device.allocateHost(result.bytes), remote = device.allocate(result.bytes);
  std::unique_ptr<DeviceEvent> start = device.createEvent(/*timed=*/true), stop = device.createEvent(/*timed=*/true);
  for (int trial = 0; trial < 6; ++trial) {
    start->record(queue);
    if (queue == Queue::Upload)
      device.copy(queue, remote->data(), host->data(), result.bytes);
    else
      device.copy(queue, host->data(), remote->data(), result.bytes);
    stop->record(queue);
    stop->synchronize();
    double seconds = stop->secondsSince(*start);
    result.seconds = trial < 2 ? seconds : std::min(result.seconds, seconds);
  }
  return result;
}

// The most memory that the process has had at a time so far, in bytes; 0 if the system does not say. getrusage's figure
// begins with what the parent had.
uint64_t residentPeak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  return 0;
}

// Host tensors for an entry, and where they are.
struct Arguments {
  Arguments(const CompiledModel &model, const Entry &entry, const Communicator *ranks)
      : inputs(randomInputs(model, entry, ranks ? uint64_t(ranks->rank()) : 0)), outputs(makeOutputs(entry)) {
    for (const HostTensor &input : inputs)
      from.push_back(input.buffer.data());
    for (HostTensor &output : outputs)
      to.push_back(output.buffer.data());
  }

  std::vector<HostTensor> inputs, outputs;
  std::vector<const void *> from;
  std::vector<void *> to;
};

// Where the ranks meet: what comes after begins on all at once.
void meet(Communicator *ranks) { largestOfRanks({0}, ranks); }

void timeRuns(Session &session, const Device &device, Arguments &arguments, Communicator *ranks,
              BenchmarkResult &result) {
  session.run(arguments.from, arguments.to);
  session.run(arguments.from, arguments.to); // where it may record a graph
  std::vector<double> times;
  for (int i = 0; i < result.runs; ++i) {
    meet(ranks);
    double start = now();
    session.run(arguments.from, arguments.to);
    times.push_back(now() - start);
  }
  times = largestOfRanks(times, ranks);
  std::sort(times.begin(), times.end());
  result.minSeconds = times.front();
  result.medianSeconds = times[times.size() / 2];
  result.recorded = session.plan().recorded();
  result.deviceSeconds = result.singleSeconds = result.minSeconds;
  if (device.sharesHostMemory())
    return;
  result.singleSeconds = session.time(arguments.from, arguments.to, /*single=*/true);
  for (int i = 0; i < result.runs; ++i) {
    result.deviceSeconds = std::min(result.deviceSeconds, session.time(arguments.from, arguments.to));
    result.singleSeconds = std::min(result.singleSeconds, session.time(arguments.from, arguments.to, /*single=*/true));
  }
  const std::vector<double> slowest = largestOfRanks({result.deviceSeconds, result.singleSeconds}, ranks);
  result.deviceSeconds = slowest[0];
  result.singleSeconds = slowest[1];
}

void timeSteps(Session &session, Arguments &arguments, Communicator *ranks, BenchmarkResult &result) {
  for (size_t i = 0; i < session.entry().main.steps.size(); ++i)
    result.steps.push_back(makeStep(session, i));
  RankProfile profile(session.entry().main, ranks ? ranks->size() : 1);
  std::vector<double> seconds(result.steps.size());
  for (int i = 0; i < result.runs; ++i) {
    meet(ranks);
    session.profile(arguments.from, arguments.to, seconds);
    profile.add(ranks ? gatherOfRanks(seconds, *ranks) : seconds);
  }
  const std::vector<double> waiting = profile.waiting();
  for (size_t i = 0; i < result.steps.size(); ++i) {
    result.steps[i].seconds = profile.best()[i];
    result.steps[i].waiting = waiting[i];
    result.flops += result.steps[i].flops;
  }
  if (ranks)
    result.ranks = profile.times();
}

// On a device with memory of its own steps of several streams run beside each other, and its graph has no gaps that
// steps by themselves have: there the whole run says what is exposed.
void findExposed(const Device &device, BenchmarkResult &result) {
  RankTimes &ranks = result.ranks;
  ranks.exposed = device.sharesHostMemory() ? ranks.transfer + ranks.meanWaiting()
                                            : std::max(0.0, result.deviceSeconds - ranks.meanCompute());
}

void forecastStreams(const Session &session, const Device &device, BenchmarkResult &result) {
  if (device.sharesHostMemory())
    return;
  const Plan &plan = session.entry().main;
  std::vector<double> seconds;
  for (const StepTime &step : result.steps)
    seconds.push_back(step.seconds);
  result.criticalSeconds = criticalPath(StepConflicts(plan), seconds);
  for (uint32_t streams : {1u, 2u, 4u}) {
    const StepOrder order = orderSteps(plan, streams);
    result.forecast.push_back({streams, order.waitCount(), endOf(order, seconds)});
  }
}

// Percentages are of the first.
void putFirst(const std::string &name, DevicePeaks &peaks) {
  std::stable_partition(peaks.arithmetic.begin(), peaks.arithmetic.end(), [&](const DevicePeaks::Arithmetic &peak) {
    return peak.name.substr(0, peak.name.find(',')) == name;
  });
}

} // namespace

BenchmarkResult runBenchmark(Session &session, Device &device, int runs, Communicator *ranks) {
  const Entry &entry = session.entry();
  BenchmarkResult result;
  result.model = session.model().path;
  result.entry = entry.name;
  result.device = device.description();
  result.runs = runs;
  if (!entry.inputs.empty() && !entry.inputs[0].shape.empty())
    result.batch = entry.inputs[0].shape[0] * (ranks && entry.inputs[0].sharded ? ranks->size() : 1);
  Arguments arguments(session.model(), entry, ranks);
  timeRuns(session, device, arguments, ranks, result);
  timeSteps(session, arguments, ranks, result);
  findExposed(device, result);
  forecastStreams(session, device, result);
  result.memory = session.memory();
  result.residentPeak = residentPeak();
  // Last: its memory is not the model's.
  result.upload = measureTransfer(device, Queue::Upload, entry.inputs);
  result.download = measureTransfer(device, Queue::Download, entry.outputs);
  result.peaks = device.measurePeaks();
  if (session.model().precision == Precision::TF32)
    putFirst("TF32", result.peaks);
  if (session.model().precision == Precision::BF16)
    putFirst("bf16", result.peaks);
  return result;
}

namespace {

// Where the host's times have copies in them.
void printDeviceTimes(const BenchmarkResult &r, std::ostream &out) {
  if (r.upload.bytes == 0 && r.download.bytes == 0)
    return;
  char text[256];
  std::snprintf(text, sizeof(text),
                "  on the device %.3f ms, %.3f ms with each step launched by itself; replayed: ", r.deviceSeconds * 1e3,
                r.singleSeconds * 1e3);
  out << text << r.recorded << "\n";
  auto speed = [](const TransferTime &t) { return ratio(static_cast<double>(t.bytes), t.seconds) * 1e-9; };
  std::snprintf(text, sizeof(text), "  copies: inputs %s in %.3f ms (%.1f GB/s), outputs %s in %.3f ms (%.1f GB/s)\n",
                bytesText(r.upload.bytes).c_str(), r.upload.seconds * 1e3, speed(r.upload),
                bytesText(r.download.bytes).c_str(), r.download.seconds * 1e3, speed(r.download));
  out << text;
}

std::string waitingText(double seconds) {
  char text[64];
  std::snprintf(text, sizeof(text), ", and %.3f ms of waiting", seconds * 1e3);
  return seconds > 0 ? text : "";
}

void printForecast(const BenchmarkResult &r, std::ostream &out) {
  if (r.forecast.empty())
    return;
  char text[256];
  out << "  on N streams, by the steps' times, if none slows another down:";
  for (const StreamForecast &forecast : r.forecast) {
    std::snprintf(text, sizeof(text), " %u: %.3f ms (%llu waits),", forecast.streams, forecast.seconds * 1e3,
                  static_cast<unsigned long long>(forecast.waits));
    out << text;
  }
  std::snprintf(text, sizeof(text), " any number: %.3f ms\n", r.criticalSeconds * 1e3);
  out << text;
}

} // namespace

void printBenchmark(const BenchmarkResult &r, std::ostream &out) {
  char text[256];
  out << r.model << ": entry " << oneLine(r.entry) << ", batch " << r.batch << ", " << r.device << "\n";
  std::snprintf(text, sizeof(text),
                "  load %.0f ms; run min %.3f ms, median %.3f ms of %d; %.2f images/s; %.1f GFLOP/s\n",
                r.loadSeconds * 1e3, r.minSeconds * 1e3, r.medianSeconds * 1e3, r.runs,
                static_cast<double>(r.batch) / r.minSeconds, r.flops / r.minSeconds * 1e-9);
  out << text;
  printRankTimes(r.ranks, out);
  printDeviceTimes(r, out);
  printForecast(r, out);
  out << "  machine:";
  for (const DevicePeaks::Arithmetic &peak : r.peaks.arithmetic)
    out << " " << amountText(peak.flops, "FLOP/s") << " (" << peak.name << "),";
  out << " " << amountText(r.peaks.bandwidth, "B/s") << " copying\n";
  out << "  memory: arena " << bytesText(r.memory.arena) << ", constants " << bytesText(r.memory.constants)
      << ", variables " << bytesText(r.memory.variables) << ", workspace " << bytesText(r.memory.workspace)
      << ", arguments " << bytesText(r.memory.arguments) << ", while loading " << bytesText(r.memory.load)
      << "; process at most " << bytesText(r.residentPeak) << "\n";
  double total = 0;
  for (const StepTime &step : r.steps)
    total += step.seconds;
  double shortest = 0;
  for (const StepTime &step : r.steps)
    shortest += shortestSeconds(step, r.peaks);
  std::snprintf(text, sizeof(text), "  by these peaks the steps take %.3f ms at best; they took %.2f times that\n",
                shortest * 1e3, ratio(total, shortest));
  out << text;
  out << "by kind (one step at a time; GFLOP/s as if all convolutions were direct):\n";
  for (const auto &[kind, sum] : totals(r))
    out << line(r.peaks, kind, sum.seconds, total, sum.flops, sum.bytes,
                std::to_string(sum.count) + " steps" + waitingText(sum.waiting));
  std::vector<const StepTime *> order;
  for (const StepTime &step : r.steps)
    order.push_back(&step);
  std::stable_sort(order.begin(), order.end(),
                   [](const StepTime *a, const StepTime *b) { return a->seconds > b->seconds; });
  order.resize(std::min(order.size(), slowest));
  out << "slowest steps:\n";
  for (const StepTime *step : order)
    out << line(r.peaks, std::to_string(step - r.steps.data()) + " " + step->kind, step->seconds, total, step->flops,
                step->bytes, oneLine(step->label + " [" + step->implementation + "]") + waitingText(step->waiting));
}

} // namespace dpsims
