/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The boundary between a program and a shared library that carries bytes between ranks, libdpsims-mpi.so: a table of
 * functions in C, so that a program needs no MPI before it is one of several ranks.
 *
 * Compatibility. `version` changes when something here does that the other half would misread: halves of different
 * versions refuse each other. Functions are added at the end; `size` tells how many a library has.
 *
 * Calls. A function returns 0, or not, and last_error has the message then. One thread calls. Functions are those of
 * dpsims::Transport (transport.h), which has their rules.
 */
#ifndef DPSIMS_RUNTIME_COMMUNICATOR_RANKS_LIBRARY_H
#define DPSIMS_RUNTIME_COMMUNICATOR_RANKS_LIBRARY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DPSIMS_RANKS_LIBRARY_VERSION 1

typedef struct dpsims_ranks_library {
  uint32_t size;    /* bytes of this struct */
  uint32_t version; /* DPSIMS_RANKS_LIBRARY_VERSION */

  /* The message of the last failed call. */
  const char *(*last_error)(void);

  /* Which MPI it is built with: "Open MPI 4.1.4". */
  const char *(*name)(void);

  /* Meets the other ranks. Once a process. */
  int32_t (*start)(int32_t *rank, int32_t *count);

  int32_t (*all_to_all)(const void *src, void *dst, uint64_t bytes);
  int32_t (*all_gather)(const void *src, void *dst, uint64_t bytes);
  int32_t (*broadcast)(void *data, uint64_t bytes, int32_t root);
  int32_t (*done)(int32_t *is_done);
  int32_t (*post)(int32_t to, uint64_t kind, uint64_t exchange);
  int32_t (*take)(int32_t *found, int32_t *from, uint64_t *kind, uint64_t *exchange);
  int32_t (*finish)(void);
  int32_t (*abort)(int32_t status);
} dpsims_ranks_library;

/* The one symbol that a library exports; it returns the table, which lives as long as the library. */
#define DPSIMS_RANKS_LIBRARY_SYMBOL "dpsims_ranks_library_table"
typedef const dpsims_ranks_library *(*dpsims_ranks_library_function)(void);

#ifdef __cplusplus
}
#endif

#endif
