/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * libdpsims-mpi.so: ranks over MPI. All calls come from one thread, and none waits but the first and the last.
 */
#include "runtime/communicator/ranks_library.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

enum { note_tag = 1, notes_kept = 64 };

static MPI_Comm exchanges = MPI_COMM_NULL, notes = MPI_COMM_NULL;
static MPI_Request request = MPI_REQUEST_NULL;

/* Notes that were sent: MPI reads them until the other rank has them. */
static uint64_t sent[notes_kept][2];
static MPI_Request sending[notes_kept];
static unsigned next_note;

static char message[MPI_MAX_ERROR_STRING + 64];

static int32_t check(const char *call, int code) {
  if (code == MPI_SUCCESS)
    return 0;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS)
    snprintf(text, sizeof text, "error %d", code);
  snprintf(message, sizeof message, "MPI: %s: %s", call, text);
  return 1;
}

static const char *last_error(void) { return message; }

static const char *name(void) {
  static char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  if (MPI_Get_library_version(text, &length) != MPI_SUCCESS)
    return "MPI";
  text[strcspn(text, ",\n")] = 0;
  return text;
}

/* A communicator of the program's own, whose errors are returned. */
static int32_t duplicate(MPI_Comm *result) {
  return check("MPI_Comm_dup", MPI_Comm_dup(MPI_COMM_WORLD, result)) ||
         check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(*result, MPI_ERRORS_RETURN));
}

static int32_t start(int32_t *rank, int32_t *count) {
  int provided = 0, own = 0, all = 0;
  if (check("MPI_Init_thread", MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided)) || duplicate(&exchanges) ||
      duplicate(&notes) || check("MPI_Comm_rank", MPI_Comm_rank(exchanges, &own)) ||
      check("MPI_Comm_size", MPI_Comm_size(exchanges, &all)))
    return 1;
  for (int i = 0; i < notes_kept; ++i)
    sending[i] = MPI_REQUEST_NULL;
  *rank = own;
  *count = all;
  return 0;
}

static int32_t all_to_all(const void *src, void *dst, uint64_t bytes) {
  return check("MPI_Ialltoall",
               MPI_Ialltoall(src, (int)bytes, MPI_BYTE, dst, (int)bytes, MPI_BYTE, exchanges, &request));
}

static int32_t all_gather(const void *src, void *dst, uint64_t bytes) {
  return check("MPI_Iallgather",
               MPI_Iallgather(src, (int)bytes, MPI_BYTE, dst, (int)bytes, MPI_BYTE, exchanges, &request));
}

static int32_t broadcast(void *data, uint64_t bytes, int32_t root) {
  return check("MPI_Ibcast", MPI_Ibcast(data, (int)bytes, MPI_BYTE, root, exchanges, &request));
}

static int32_t done(int32_t *is_done) {
  int flag = 0;
  const int32_t status = check("MPI_Test", MPI_Test(&request, &flag, MPI_STATUS_IGNORE));
  *is_done = flag;
  return status;
}

static int32_t post(int32_t to, uint64_t kind, uint64_t exchange) {
  const unsigned place = next_note++ % notes_kept;
  if (sending[place] != MPI_REQUEST_NULL) {
    int flag = 0;
    if (check("MPI_Test", MPI_Test(&sending[place], &flag, MPI_STATUS_IGNORE)))
      return 1;
    if (!flag) /* nobody took it for long: it stays, and the new one is not sent */
      return 0;
  }
  sent[place][0] = kind;
  sent[place][1] = exchange;
  return check("MPI_Isend", MPI_Isend(sent[place], 2, MPI_UINT64_T, to, note_tag, notes, &sending[place]));
}

static int32_t take(int32_t *found, int32_t *from, uint64_t *kind, uint64_t *exchange) {
  int flag = 0;
  uint64_t words[2];
  MPI_Status status;
  *found = 0;
  if (check("MPI_Iprobe", MPI_Iprobe(MPI_ANY_SOURCE, note_tag, notes, &flag, &status)))
    return 1;
  if (!flag)
    return 0;
  if (check("MPI_Recv", MPI_Recv(words, 2, MPI_UINT64_T, status.MPI_SOURCE, note_tag, notes, MPI_STATUS_IGNORE)))
    return 1;
  *found = 1;
  *from = status.MPI_SOURCE;
  *kind = words[0];
  *exchange = words[1];
  return 0;
}

static int32_t finish(void) { return check("MPI_Finalize", MPI_Finalize()); }

static int32_t end_all(int32_t status) { return check("MPI_Abort", MPI_Abort(MPI_COMM_WORLD, status)); }

__attribute__((visibility("default"))) const dpsims_ranks_library *dpsims_ranks_library_table(void);

const dpsims_ranks_library *dpsims_ranks_library_table(void) {
  static const dpsims_ranks_library table = {sizeof(dpsims_ranks_library),
                                             DPSIMS_RANKS_LIBRARY_VERSION,
                                             last_error,
                                             name,
                                             start,
                                             all_to_all,
                                             all_gather,
                                             broadcast,
                                             done,
                                             post,
                                             take,
                                             finish,
                                             end_all};
  return &table;
}
