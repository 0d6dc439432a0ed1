// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether this process is one of several, as who started it says in the environment.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_LAUNCH_H
#define DPSIMS_RUNTIME_COMMUNICATOR_LAUNCH_H

#include "runtime/base/share.h"
#include "runtime/communicator/communicator.h"

#include <functional>
#include <optional>
#include <string>

namespace dpsims {

struct Launch {
  std::string variable; ///< that says how many there are: "OMPI_COMM_WORLD_SIZE"
  int size = 1;
  int rank = 0; ///< 0 where nothing says it
};

/// By the first of these that are set: OMPI_COMM_WORLD_SIZE and _RANK (Open MPI's mpirun), PMI_SIZE and PMI_RANK
/// (MPICH's, Slurm's pmi2), SLURM_NTASKS and PMIX_RANK (srun --mpi=pmix). None: the process is alone. `variable` gives
/// a variable's value, or null. Error: it is no number; torchrun started several processes (TORCHELASTIC_RUN_ID).
std::optional<Launch> launchOf(const std::function<const char *(const char *)> &variable);

/// The same, of this process's environment.
std::optional<Launch> launchOfProcess();

/// This rank's share of what all do; null: there is one.
Share shareOf(const Communicator *ranks);

/// How many ranks of a lower number are on this machine. All ranks call it together.
int localRank(Communicator &communicator);

/// Threads that this rank is to compute with, for DeviceOptions::threads: `asked`, or where that is 0 and
/// OMP_NUM_THREADS is not set, its share of the processors that other ranks of this machine may use as well, at
/// least 1. All ranks call it together; null: there is one.
int threadsOfRank(int asked, Communicator *communicator);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_LAUNCH_H
