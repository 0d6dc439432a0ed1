// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranks that are processes, over MPI: the program's half of libdpsims-mpi.so.

#ifndef DPSIMS_RUNTIME_COMMUNICATOR_MPI_TRANSPORT_H
#define DPSIMS_RUNTIME_COMMUNICATOR_MPI_TRANSPORT_H

#include "runtime/communicator/launch.h"
#include "runtime/communicator/transport.h"

#include <memory>

namespace dpsims {

/// Loads the library, and meets the other processes. Once a process. Error: the library or its MPI is missing, or is
/// another MPI than the one that started the process; MPI cannot start.
std::unique_ptr<Transport> startMpi(const Launch &launch);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_COMMUNICATOR_MPI_TRANSPORT_H
