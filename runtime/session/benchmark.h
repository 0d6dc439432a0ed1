// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times of an entry, as a whole and by step: `dpsims-run bench`.

#ifndef DPSIMS_RUNTIME_SESSION_BENCHMARK_H
#define DPSIMS_RUNTIME_SESSION_BENCHMARK_H

#include "runtime/session/benchmark_ranks.h"
#include "runtime/session/session.h"

#include <ostream>
#include <string>
#include <vector>

namespace dpsims {

/// A step's best time; of several ranks see RankProfile.
struct StepTime {
  std::string kind, label, implementation;
  double seconds = 0;
  double waiting = 0;          ///< of an all-reduce, beside `seconds`: for other ranks
  uint64_t message = 0;        ///< of an all-reduce: the bytes that each rank gives
  double flops = 0, bytes = 0; ///< as the compiler counted: convolutions as direct ones, every tensor once
};

/// Copies between host and device; none on a device that shares the host's memory.
struct TransferTime {
  uint64_t bytes = 0;
  double seconds = 0;
};

/// What the steps' times add up to where they are spread over several streams that do not slow each other down.
struct StreamForecast {
  uint32_t streams = 1;
  uint64_t waits = 0; ///< of one for another
  double seconds = 0;
};

struct BenchmarkResult {
  std::string model, entry, device;
  int64_t batch = 1; ///< the first input's leading dimension, of all ranks together
  int runs = 0;
  double loadSeconds = 0;
  double minSeconds = 0, medianSeconds = 0; ///< of whole runs, as the host sees them
  double deviceSeconds = 0;                 ///< of whole runs, at best, as the device does: without copies
  double singleSeconds = 0;                 ///< the same with each step launched by itself
  std::string recorded;                     ///< ExecutablePlan::recorded: how whole runs were
  TransferTime upload, download;            ///< of the inputs and of the outputs
  double flops = 0;
  std::vector<StepTime> steps;          ///< in the order of execution, best of all runs, one step at a time
  double criticalSeconds = 0;           ///< the longest chain of steps that must keep their order
  std::vector<StreamForecast> forecast; ///< on a device with streams
  MemoryUse memory;
  uint64_t residentPeak = 0; ///< of the process, including the libraries
  DevicePeaks peaks;
  RankTimes ranks; ///< of several; what is not said to be of all is the first one's
};

/// Runs the entry on random inputs: twice to warm up, `runs` times as a whole, `runs` times step by step; then measures
/// the session's device. `ranks`: those that execute the entry together, each of which calls it; null: there is one.
/// The time of a run of several begins when all are ready, and ends with the last.
BenchmarkResult runBenchmark(Session &session, Device &device, int runs, Communicator *ranks = nullptr);

/// The shortest time of a step by the device's peaks: that of its arithmetic or of its memory traffic.
double shortestSeconds(const StepTime &step, const DevicePeaks &peaks);

/// A report for people, everything as JSON, and the steps as a trace of Chrome's format, which Perfetto shows.
void printBenchmark(const BenchmarkResult &result, std::ostream &out);
std::string benchmarkJson(const BenchmarkResult &result);
std::string benchmarkTrace(const BenchmarkResult &result);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_BENCHMARK_H
