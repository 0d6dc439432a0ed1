/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/**
 * \file
 * The runtime for programs in C, and in languages that call C: compiled models run, label maps become pictures.
 * docs/embedding.md is an introduction, examples/c/sample.c a program.
 *
 * Errors. What can fail returns a status; 0 is success. dpsims_last_error() then is one line that says what is wrong,
 * with file, value and place. A call that fails leaves what its pointers lead to as it was, but for buffers of results,
 * whose content is undefined. Null where a pointer is needed, sizes that are too small and numbers out of their range
 * are errors, never crashes. No exception crosses this interface.
 *
 * Ownership. A model and a session belong to the caller, who frees them; a session keeps what it needs of its model,
 * which may be freed before. What functions give as `const` belongs to the model and lives as long. Buffers stay the
 * caller's and are not kept after the call, names and paths (UTF-8 or what the system takes) neither.
 *
 * Threads. A model can be used by any number of threads at once. So can a session: calls wait for each other, and run
 * faster in sessions of their own. Freeing is the last thing done with either. A session starts threads of its own for
 * its work (dpsims_options::threads).
 *
 * The process. Nothing is printed (see dpsims_set_log), no environment variable, locale, signal handler or floating-
 * point mode is changed. A session on the CPU keeps which convolutions are fastest in a file
 * (dpsims_options::plan_cache).
 *
 * Versions. Programs built with this header run with later libraries of the same soname. Structures only grow, at
 * their end: those that the caller makes begin with their size, those that the library gives are reached by pointers.
 */
#ifndef DPSIMS_DPSIMS_H
#define DPSIMS_DPSIMS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DPSIMS_API __attribute__((visibility("default")))
#else
#define DPSIMS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What kind of trouble an error is. The numbers stay. */
typedef enum dpsims_status {
  DPSIMS_OK = 0,
  DPSIMS_INVALID_ARGUMENT = 1, /**< an argument of the call: change it */
  DPSIMS_NOT_FOUND = 2,        /**< no such file, or nothing of that name or number */
  DPSIMS_IO = 3,               /**< the system could not read or write a file */
  DPSIMS_INVALID_DATA = 4,     /**< a file's content, or values in a buffer */
  DPSIMS_INCOMPATIBLE = 5,     /**< each is right, and they do not go together: a model and this processor */
  DPSIMS_OUT_OF_MEMORY = 6,    /**< of the host or of the device */
  DPSIMS_UNAVAILABLE = 7,      /**< this machine or this build has no such device, or lacks a library for it */
  DPSIMS_DEVICE = 8,           /**< a device or one of its libraries failed */
  DPSIMS_INTERNAL = 10         /**< a bug */
} dpsims_status;

/** "ok", "invalid_argument", ...; "unknown" for other numbers. */
DPSIMS_API const char *dpsims_status_name(dpsims_status status);

/** What the last call of this thread that failed said, in one line; "" if none has. Valid until the next one fails. */
DPSIMS_API const char *dpsims_last_error(void);

/** The library's version, "0.1.0". */
DPSIMS_API const char *dpsims_version(void);

typedef enum dpsims_log_level { DPSIMS_NOTE = 0, DPSIMS_WARNING = 1 } dpsims_log_level;

/** Takes a line without its end, of any thread, one at a time. Must not use the library. */
typedef void (*dpsims_log_callback)(dpsims_log_level level, const char *line, void *user);

/** Where lines go that are neither results nor errors, as "the weights were trained with other settings". One callback
 * for all models and sessions; null, as at first: nowhere. */
DPSIMS_API void dpsims_set_log(dpsims_log_callback callback, void *user);

/* Models ------------------------------------------------------------------------------------------------------------*/

/** A compiled model, as dpsims-compile writes it. */
typedef struct dpsims_model dpsims_model;

/** Types of elements. */
typedef enum dpsims_type {
  DPSIMS_F32 = 0,
  DPSIMS_I32 = 1,
  DPSIMS_U8 = 2,
  DPSIMS_F16 = 4, /**< as uint16_t */
  DPSIMS_BF16 = 5 /**< as uint16_t: the upper half of a float */
} dpsims_type;

/** An input or output of a program. */
typedef struct dpsims_tensor {
  const char *name;
  dpsims_type type;
  size_t rank;          /**< 0: one element */
  const int64_t *shape; /**< `rank` sizes, the outermost first; elements lie contiguous, the last index fastest */
  size_t bytes;         /**< of all elements */
} dpsims_tensor;

/** A program of a model. */
typedef struct dpsims_program {
  const char *name; /**< "sample", "generator", ... */
  size_t input_count;
  const dpsims_tensor *const *inputs;
  size_t output_count;
  const dpsims_tensor *const *outputs;
  /** The weights that it changes from run to run, if it trains: see dpsims_session_read_weight. */
  size_t variable_count;
  const dpsims_tensor *const *variables;
} dpsims_program;

/** A class of label maps; its number is its id. */
typedef struct dpsims_class {
  const char *name;
  uint8_t red, green, blue; /**< for drawings */
} dpsims_class;

/** Reads a model from a file, or from memory, which is copied; `name` then stands for the path in messages. Errors:
 * there is no such file; it is not a compiled model, damaged, or of another format version. */
DPSIMS_API dpsims_status dpsims_model_load(const char *path, dpsims_model **model);
DPSIMS_API dpsims_status dpsims_model_parse(const void *data, size_t bytes, const char *name, dpsims_model **model);

/** Null is allowed. */
DPSIMS_API void dpsims_model_free(dpsims_model *model);

/** What the model is compiled for, "cpu" or "cuda"; and its configuration, JSON text. Null for a null model. */
DPSIMS_API const char *dpsims_model_target(const dpsims_model *model);
DPSIMS_API const char *dpsims_model_configuration(const dpsims_model *model);

/** Programs are numbered from 0. 0 for a null model. */
DPSIMS_API size_t dpsims_model_program_count(const dpsims_model *model);
/** The program of a number, or of a name. Error: there is none; the message lists the names. */
DPSIMS_API dpsims_status dpsims_model_program(const dpsims_model *model, size_t number, const dpsims_program **program);
DPSIMS_API dpsims_status dpsims_model_find_program(const dpsims_model *model, const char *name,
                                                   const dpsims_program **program);

/** The classes of the configuration, numbered from 0. The count is 0 for a null model and where the configuration does
 * not describe label maps. Error: there is no such class. */
DPSIMS_API size_t dpsims_model_class_count(const dpsims_model *model);
DPSIMS_API dpsims_status dpsims_model_class(const dpsims_model *model, size_t id, const dpsims_class **description);

/* Sessions ----------------------------------------------------------------------------------------------------------*/

/** A program with its weights on a device, ready to run. */
typedef struct dpsims_session dpsims_session;

/** How convolutions that Winograd's algorithm can do are done on the CPU. Results differ in the last bits. */
typedef enum dpsims_convolution {
  DPSIMS_CONVOLUTION_AUTO = 0, /**< each shape is timed once a machine */
  DPSIMS_CONVOLUTION_DIRECT = 1,
  DPSIMS_CONVOLUTION_WINOGRAD = 2
} dpsims_convolution;

/** Settings of a session. DPSIMS_OPTIONS_INIT has those that null stands for. */
typedef struct dpsims_options {
  size_t size; /**< sizeof(dpsims_options) */
  /** "cpu", "cuda" (the first GPU), "cuda:1"; the model must be compiled for it. Null: what the model is for. */
  const char *device;
  /** Use the weights below this name in the file: "generator", "ema.generator". Null: where they are. */
  const char *prefix;
  /** A file with the convolutions to choose, made if there is none. Null: that of dpsims-run,
   * $XDG_CACHE_HOME/dpsims/plans.json or ~/.cache/dpsims/plans.json; "": none, measure again. */
  const char *plan_cache;
  /** Of the CPU. 0: OMP_NUM_THREADS, else as many as the process may use processors. */
  uint32_t threads;
  dpsims_convolution convolution;
} dpsims_options;

#define DPSIMS_OPTIONS_INIT {sizeof(dpsims_options), NULL, NULL, NULL, 0, DPSIMS_CONVOLUTION_AUTO}

/** Makes a program of the model ready: reads the weights (safetensors), opens the device. `program`: null if the model
 * has only one. `weights`: null for a program without weights. `options`: may be null. Errors: those of files; weights
 * are missing or have other shapes; there is no such device; the model is for another, or for another chip; there is
 * not enough memory. */
DPSIMS_API dpsims_status dpsims_session_open(const dpsims_model *model, const char *program, const char *weights,
                                             const dpsims_options *options, dpsims_session **session);

/** Null is allowed. */
DPSIMS_API void dpsims_session_free(dpsims_session *session);

/** "AMD EPYC 9554, 2 threads": the device of the session. Null for a null session. */
DPSIMS_API const char *dpsims_session_device(const dpsims_session *session);

/** Runs the program on the caller's memory: `inputs[i]` has `input_bytes[i]` bytes and is the program's input i, the
 * same for outputs. On the CPU nothing is copied. Error: a count is not the program's, a size is not its tensor's, an
 * address is null or not aligned to its elements; buffers of outputs overlap each other or inputs. Labels that are no
 * class count as -1 here. A program that trains changes its variables, from run to run. */
DPSIMS_API dpsims_status dpsims_session_run(dpsims_session *session, const void *const *inputs,
                                            const size_t *input_bytes, size_t input_count, void *const *outputs,
                                            const size_t *output_bytes, size_t output_count);

/** The value of a variable of the program, as float32 whatever its type is: `values` has `bytes` bytes, exactly 4 for
 * each element. Error: the program has no such variable. */
DPSIMS_API dpsims_status dpsims_session_read_weight(dpsims_session *session, const char *name, float *values,
                                                    size_t bytes);
/** Gives it another value. Error: as above; a value is beyond what its type holds. */
DPSIMS_API dpsims_status dpsims_session_write_weight(dpsims_session *session, const char *name, const float *values,
                                                     size_t bytes);

/* Pictures of label maps: sessions of the program "sample"
 * ------------------------------------------------------------*/

/** A label map, and the noise of its picture. */
typedef struct dpsims_sample {
  size_t size; /**< sizeof(dpsims_sample) */
  /** Of the maps, in pixels. Maps of another size than the model's are fitted as in training: data.resize. */
  int32_t height, width;
  /** (height, width), row by row: the class of each pixel, -1 for none. */
  const int32_t *labels;
  /** The same for instances, any numbers. Null: the class's number, or the model takes none. */
  const int32_t *instances;
  /** The same three give the same noise. `dpsims-run sample` gives NAME.png the noise of "NAME", and picture N of it
   * the number N. Null: "". */
  uint64_t seed;
  const char *name;
  uint32_t number;
} dpsims_sample;

#define DPSIMS_SAMPLE_INIT {sizeof(dpsims_sample), 0, 0, NULL, NULL, 0, NULL, 0}

/** Height and width of the model's pictures. Error: the session is not of the program "sample". */
DPSIMS_API dpsims_status dpsims_session_picture_size(const dpsims_session *session, int32_t *height, int32_t *width);

/** Makes `count` pictures: `pictures` gets (count, height, width, 3) bytes of red, green and blue, and has `bytes`
 * bytes, exactly so many. As many as the model's batch are made at once. The same bits as `dpsims-run sample`, however
 * many are asked for. Error: a class that the model does not have; a size that is none. */
DPSIMS_API dpsims_status dpsims_session_sample(dpsims_session *session, const dpsims_sample *samples, size_t count,
                                               uint8_t *pictures, size_t bytes);

/** Reads a label map from a PNG by the rules of the model's configuration (docs/data.md): ids or colors to classes,
 * fitted to the model's size. `labels` gets (height, width) numbers and has `bytes` bytes, exactly so many. Error: the
 * file, its value and pixel. */
DPSIMS_API dpsims_status dpsims_session_read_labels(const dpsims_session *session, const char *path, int32_t *labels,
                                                    size_t bytes);

/** Writes a picture, (height, width, 3) bytes, exactly `bytes` of them, as a PNG, whole or not at all. */
DPSIMS_API dpsims_status dpsims_write_png(const char *path, int32_t height, int32_t width, const uint8_t *pixels,
                                          size_t bytes);

#ifdef __cplusplus
}
#endif

#endif /* DPSIMS_DPSIMS_H */
