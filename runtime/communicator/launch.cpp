// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/communicator/launch.h"

#include "runtime/base/error.h"
#include "runtime/base/machine.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <sched.h>
#include <unistd.h>

namespace dpsims {

static int countOf(const std::string &variable, const std::string &text) {
  const bool isNumber = !text.empty() && text.size() < 8 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!isNumber)
    fail("the environment variable ", variable, " is ", quoted(text), ": it must be a number of ranks");
  return std::stoi(text);
}

std::optional<Launch> launchOf(const std::function<const char *(const char *)> &variable) {
  struct Starter {
    const char *size, *rank;
  };
  for (const Starter &starter : {Starter{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                 Starter{"PMI_SIZE", "PMI_RANK"}, Starter{"SLURM_NTASKS", "PMIX_RANK"}}) {
    const char *size = variable(starter.size), *rank = variable(starter.rank);
    if (!size || !rank)
      continue;
    const Launch result{starter.size, countOf(starter.size, size), countOf(starter.rank, rank)};
    return result.size > 1 ? std::optional(result) : std::nullopt;
  }
  const char *torchrun = variable("TORCHELASTIC_RUN_ID"), *size = variable("WORLD_SIZE");
  if (torchrun && size && countOf("WORLD_SIZE", size) > 1)
    fail("torchrun started ", size, " processes, which no MPI joins: start them with mpirun -n ", size,
         ", or under Slurm with srun --mpi=pmix");
  return std::nullopt;
}

std::optional<Launch> launchOfProcess() {
  return launchOf([](const char *name) -> const char * { return std::getenv(name); });
}

// Where a rank is, and which processors it may use there.
struct Place {
  char host[64];
  cpu_set_t processors;
};

// Of all ranks.
static std::vector<Place> placesOf(Communicator &communicator) {
  Place own;
  std::memset(&own, 0, sizeof own);
  ::gethostname(own.host, sizeof own.host - 1);
  ::sched_getaffinity(0, sizeof own.processors, &own.processors);
  std::vector<Place> all(size_t(communicator.size()));
  communicator.allGather(&own, sizeof own, all.data());
  return all;
}

Share shareOf(const Communicator *ranks) {
  return ranks ? Share{size_t(ranks->rank()), size_t(ranks->size())} : Share{};
}

int localRank(Communicator &communicator) {
  const std::vector<Place> all = placesOf(communicator);
  const std::string own = all[size_t(communicator.rank())].host;
  return int(std::count_if(all.begin(), all.begin() + communicator.rank(),
                           [&](const Place &place) { return own == place.host; }));
}

int threadsOfRank(int asked, Communicator *communicator) {
  if (!communicator)
    return asked;
  const std::vector<Place> all = placesOf(*communicator);
  const Place &own = all[size_t(communicator->rank())];
  const auto sharing = std::count_if(all.begin(), all.end(),
                                     [&](const Place &place) { return std::memcmp(&place, &own, sizeof own) == 0; });
  const char *chosen = std::getenv("OMP_NUM_THREADS");
  return asked || (chosen && *chosen) ? asked : std::max(1, availableProcessors() / int(sharing));
}

} // namespace dpsims
