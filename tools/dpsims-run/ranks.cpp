// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A command that several processes execute together, as mpirun or srun started them.

#include "tools/dpsims-run/commands.h"

#include "runtime/base/log.h"
#include "runtime/communicator/launch.h"
#include "runtime/communicator/mpi_transport.h"
#include "runtime/communicator/rank_communicator.h"

#include <iostream>
#include <new>
#include <optional>

#include <unistd.h>

namespace dpsims {

RankFlags::RankFlags() : timeout(defaultRankTimeout) {}

void RankFlags::addTo(CLI::App &command) {
  command
      .add_option("--rank-timeout", timeout,
                  "under mpirun: seconds after which ranks that do not answer end the run; more than the longest "
                  "evaluation takes")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str()
      ->type_name("SECONDS");
}

static std::string lineOf(const std::exception &error) {
  return dynamic_cast<const std::bad_alloc *>(&error) ? "out of memory" : error.what();
}

// The first rank's lines are the run's; of the others' only warnings are news.
static void setLogOfRank(int rank) {
  setLogSink([rank](LogLevel level, const std::string &line) {
    if (rank == 0 || level != LogLevel::Note)
      std::cerr << "dpsims-run: " << name(level) << ": " << (rank ? "rank " + std::to_string(rank) + ": " : "") << line
                << "\n";
  });
}

// Does not return: the others are ended, by whom the failure is to tell.
[[noreturn]] static void endAll(RankCommunicator &ranks, const std::exception &error) {
  const bool isOthers = dynamic_cast<const RankFailed *>(&error) != nullptr;
  if (!isOthers && ranks.giveUp()) {
    reportError("rank " + std::to_string(ranks.rank()) + ": " + lineOf(error));
    try {
      ranks.abort(exitStatus(error));
    } catch (const std::exception &) { // the network is gone: who started the ranks ends them, as one has
    }
    ::_exit(exitStatus(error));
  }
  ::sleep(10); // whoever tells ends this one
  ::_exit(exitStatus(error));
}

// What fails before the ranks have met fails on all, as a rule: the first tells, who started it ends the others, and
// one that is still there after a second has a reason of its own.
static std::shared_ptr<RankCommunicator> meet(const Launch &launch, double timeout) {
  try {
    return std::make_shared<RankCommunicator>(startMpi(launch), timeout);
  } catch (const Error &) {
    if (launch.rank > 0)
      ::sleep(1);
    throw;
  }
}

int withRanks(const RankFlags &flags, const std::function<int(const std::shared_ptr<Communicator> &)> &work) {
  const std::optional<Launch> launch = launchOfProcess();
  if (!launch)
    return work(nullptr);
  const std::shared_ptr<RankCommunicator> ranks = meet(*launch, flags.timeout);
  setLogOfRank(ranks->rank());
  try {
    const int status = work(ranks);
    ranks->finish();
    return status;
  } catch (const std::exception &error) {
    endAll(*ranks, error);
  }
}

} // namespace dpsims
