// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/communicator/mpi_transport.h"

#include "runtime/base/beside.h"
#include "runtime/base/error.h"
#include "runtime/communicator/ranks_library.h"

#include <dlfcn.h>

namespace dpsims {

namespace {

class MpiTransport : public Transport {
public:
  MpiTransport(const dpsims_ranks_library &table, const Launch &launch) : table(table) {
    check(table.start(&own, &count));
    if (count != launch.size)
      fail(ErrorCode::Incompatible, launch.variable, " is ", launch.size, ", but ", table.name(),
           ", which this build is for, finds ", count, count == 1 ? " rank" : " ranks",
           ": start it with the mpirun of that MPI");
  }

  int rank() const override { return own; }
  int size() const override { return count; }

  void beginAllToAll(const void *src, void *dst, size_t bytes) override { check(table.all_to_all(src, dst, bytes)); }
  void beginAllGather(const void *src, void *dst, size_t bytes) override { check(table.all_gather(src, dst, bytes)); }
  void beginBroadcast(void *data, size_t bytes, int root) override { check(table.broadcast(data, bytes, root)); }

  bool done() override {
    int32_t isDone = 0;
    check(table.done(&isDone));
    return isDone != 0;
  }

  void post(int to, const RankNote &note) override { check(table.post(to, note.kind, note.exchange)); }

  bool take(int &from, RankNote &note) override {
    int32_t found = 0, sender = 0;
    check(table.take(&found, &sender, &note.kind, &note.exchange));
    from = sender;
    return found != 0;
  }

  void finish() override { check(table.finish()); }
  void abort(int status) override { check(table.abort(status)); }

private:
  void check(int32_t status) const {
    if (status != 0)
      fail(ErrorCode::Unavailable, table.last_error());
  }

  const dpsims_ranks_library &table;
  int32_t own = 0, count = 0;
};

// Never closed: MPI stays in the process.
const dpsims_ranks_library &loadLibrary(const Launch &launch) {
  constexpr const char *name = "libdpsims-mpi.so";
  const std::string found = besideProgram(name), path = found.empty() ? name : found;
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL); // MPI's own plugins look for its symbols
  if (!library) {
    const char *reason = dlerror();
    fail(ErrorCode::Unavailable, launch.variable, " says that this is one of ", launch.size, " ranks, and ", name,
         " cannot be loaded (", reason ? reason : "no reason given",
         "): install Open MPI (Debian's libopenmpi-dev and openmpi-bin) and build again");
  }
  void *table = dlsym(library, DPSIMS_RANKS_LIBRARY_SYMBOL);
  const dpsims_ranks_library *result = table ? reinterpret_cast<dpsims_ranks_library_function>(table)() : nullptr;
  if (!result || result->version != DPSIMS_RANKS_LIBRARY_VERSION || result->size < sizeof(dpsims_ranks_library))
    fail(ErrorCode::Incompatible, path, ": is of another dpsims-run than this one: build or install both together");
  return *result;
}

} // namespace

std::unique_ptr<Transport> startMpi(const Launch &launch) {
  return std::make_unique<MpiTransport>(loadLibrary(launch), launch);
}

} // namespace dpsims
