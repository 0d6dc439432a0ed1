/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The boundary between a program and a shared library that has devices, such as libdpsims-cuda.so: a table of functions
 * in C. Both halves are compiled from this header, maybe at different times and by different compilers: no C++ type and
 * no exception crosses.
 *
 * Compatibility. `version` changes when something here does that the other half would misread; halves of different
 * versions refuse each other. Within a version
 *   - functions are added at the end of the table, and `size` tells how many a library has: a program calls no others;
 *   - fields are added at the end of a struct that begins with its `size`, which whoever fills it sets. A field beyond
 *     is read as 0, which therefore means what was done before there was that field;
 *   - values are added to enumerations; one that is unknown is an error of the call.
 * A model crosses as the bytes of its file, which have a version of their own. What is for people or varies from kind
 * to kind of device crosses as text, in part as JSON, whose unknown members are passed over.
 *
 * Calls. A function returns 0, or a dpsims::ErrorCode (runtime/base/error.h); last_error has the message. Functions may
 * be called from any thread, for one device and what was made of it from one at a time. Pointers that are passed need
 * to live as long as the call, unless it says otherwise. What was made is given back before the device that it was made
 * of.
 */
#ifndef DPSIMS_RUNTIME_DEVICE_LIBRARY_DEVICE_LIBRARY_H
#define DPSIMS_RUNTIME_DEVICE_LIBRARY_DEVICE_LIBRARY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DPSIMS_DEVICE_LIBRARY_VERSION 3

typedef struct dpsims_device dpsims_device;
typedef struct dpsims_memory dpsims_memory;
typedef struct dpsims_event dpsims_event;
typedef struct dpsims_model dpsims_model;
typedef struct dpsims_plan dpsims_plan;

/* Takes a text that a function gives, in one or several pieces, before the function returns. */
typedef struct dpsims_text {
  void *context;
  void (*write)(void *context, const char *text, uint64_t size);
} dpsims_text;

/* dpsims::DeviceOptions. */
typedef struct dpsims_device_options {
  uint32_t size;
  int32_t index;
  int32_t threads;
  int32_t convolution;    /* dpsims::ConvolutionChoice */
  const char *plan_cache; /* "" for none */
  uint8_t plan_cache_named, no_graphs, checked, nondeterministic;
  uint32_t streams; /* 0: 1 */
  /* dpsims::DeviceRanks; ranks 0: 1. */
  const void *ranks_id;
  uint64_t ranks_id_size;
  int32_t rank, ranks;
} dpsims_device_options;

/* dpsims::ConvolutionPlansRequest. */
typedef struct dpsims_plans_request {
  uint32_t size;
  uint32_t candidates;
  const char *description; /* a file; "" for the device that is here */
  const dpsims_device_options *options;
} dpsims_plans_request;

/* What dpsims::ExecutablePlan tells of a plan. */
typedef struct dpsims_plan_sizes {
  uint32_t size;
  uint64_t constant_bytes, workspace_bytes, launches;
} dpsims_plan_sizes;

typedef struct dpsims_device_library {
  uint32_t size;    /* bytes of this struct */
  uint32_t version; /* DPSIMS_DEVICE_LIBRARY_VERSION */

  /* The message of the calling thread's last failed call, until its next call. `named` becomes 1 if the message says
   * which model and step it is about, 0 if the caller should. */
  const char *(*last_error)(int32_t *named);

  /* The name of the target whose models its devices run: "cuda". */
  int32_t (*target)(dpsims_text text);

  /* The devices that are here, by index. */
  int32_t (*count)(int32_t *count);
  int32_t (*describe)(int32_t index, dpsims_text text);   /* "NVIDIA H100, sm_90, 79 GiB" */
  int32_t (*report)(dpsims_text json);                    /* of all, and of what is missing */
  int32_t (*properties)(int32_t index, dpsims_text text); /* dpsims::describeDevice */

  /* A model, of the bytes of its file; they must live as long as the model. `path` is for messages. */
  int32_t (*open_model)(const void *bytes, uint64_t size, const char *path, dpsims_model **model);
  void (*close_model)(dpsims_model *model);
  int32_t (*plan_convolutions)(const dpsims_model *model, const dpsims_plans_request *request, dpsims_text json);

  /* dpsims::Device. */
  int32_t (*create_device)(const dpsims_device_options *options, dpsims_device **device);
  void (*destroy_device)(dpsims_device *device);
  int32_t (*describe_device)(const dpsims_device *device, dpsims_text text);
  int32_t (*free_memory)(const dpsims_device *device, uint64_t *bytes);
  int32_t (*measure_peaks)(dpsims_device *device, dpsims_text json);
  int32_t (*allocate)(dpsims_device *device, uint64_t bytes, int32_t on_host, dpsims_memory **memory, void **address);
  void (*free)(dpsims_memory *memory);
  int32_t (*upload)(dpsims_device *device, void *dst, const void *src, uint64_t bytes);
  int32_t (*download)(dpsims_device *device, void *dst, const void *src, uint64_t bytes);
  int32_t (*copy)(dpsims_device *device, int32_t queue, void *dst, const void *src, uint64_t bytes);
  int32_t (*synchronize)(dpsims_device *device);

  /* dpsims::DeviceEvent; queues are numbered as dpsims::Queue. */
  int32_t (*create_event)(dpsims_device *device, int32_t timed, dpsims_event **event);
  void (*destroy_event)(dpsims_event *event);
  int32_t (*record_event)(dpsims_event *event, int32_t queue);
  int32_t (*wait_event)(dpsims_event *event, int32_t queue);
  int32_t (*synchronize_event)(dpsims_event *event);
  int32_t (*seconds_between)(const dpsims_event *earlier, const dpsims_event *later, double *seconds);

  /* dpsims::ExecutablePlan. A plan keeps its model, which may be closed before it; the model's bytes stay. */
  int32_t (*create_plan)(dpsims_device *device, const dpsims_model *model, uint32_t entry, int32_t prepare,
                         dpsims_plan **plan);
  void (*destroy_plan)(dpsims_plan *plan);
  int32_t (*bind_variables)(dpsims_plan *plan, void *const *variables, uint64_t count);
  int32_t (*bind_arena)(dpsims_plan *plan, void *arena);
  int32_t (*bind_arguments)(dpsims_plan *plan, const void *const *inputs, uint64_t input_count, void *const *outputs,
                            uint64_t output_count);
  int32_t (*store_constant)(dpsims_plan *plan, uint32_t index, const void *src);
  int32_t (*run)(dpsims_plan *plan, uint64_t begin, uint64_t end);
  int32_t (*run_all)(dpsims_plan *plan);
  int32_t (*profile)(dpsims_plan *plan, double *seconds, uint64_t count);
  int32_t (*recorded)(const dpsims_plan *plan, dpsims_text text);
  int32_t (*plan_sizes)(const dpsims_plan *plan, dpsims_plan_sizes *sizes);
  int32_t (*implementation)(const dpsims_plan *plan, uint64_t step, dpsims_text text);

  /* Where the lines go that the library has to say, for all of the process; they end with 0. `level`: dpsims::LogLevel.
   * Without it to stderr. The function must work as long as the process. */
  void (*set_log)(void (*log)(int32_t level, const char *line));

  /* Where a new group of ranks meets: one of them asks, and tells the others (dpsims::DeviceRanks::id). */
  int32_t (*new_ranks_id)(dpsims_text id);
} dpsims_device_library;

/* The one symbol that a library exports; it returns the table, which lives as long as the library. */
#define DPSIMS_DEVICE_LIBRARY_SYMBOL "dpsims_device_library_table"
typedef const dpsims_device_library *(*dpsims_device_library_function)(void);

#ifdef __cplusplus
}
#endif

#endif
