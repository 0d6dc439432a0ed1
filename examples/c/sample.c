/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sample MODEL.dpsims WEIGHTS.safetensors LABELS.png PHOTO.png [SEED]: tells what a model has, and makes a photo of a
 * label map, the same as `dpsims-run sample --seed SEED` makes.
 *
 *   cc sample.c $(pkg-config --cflags --libs dpsims) -o sample
 */
#include <dpsims/dpsims.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one way out of what fails. */
static void require(dpsims_status status) {
  if (status == DPSIMS_OK)
    return;
  fprintf(stderr, "sample: error: %s\n", dpsims_last_error());
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (!memory) {
    fprintf(stderr, "sample: error: out of memory\n");
    exit(1);
  }
  return memory;
}

static void print_line(dpsims_log_level level, const char *line, void *user) {
  (void)user;
  fprintf(stderr, "sample: %s: %s\n", level == DPSIMS_WARNING ? "warning" : "note", line);
}

static void print_tensors(const char *what, const dpsims_tensor *const *tensors, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    printf("  %s %s (", what, tensors[i]->name);
    for (size_t k = 0; k < tensors[i]->rank; ++k)
      printf("%s%lld", k ? ", " : "", (long long)tensors[i]->shape[k]);
    printf("), %zu bytes\n", tensors[i]->bytes);
  }
}

static void print_model(const dpsims_model *model) {
  printf("for %s, %zu classes\n", dpsims_model_target(model), dpsims_model_class_count(model));
  for (size_t i = 0; i < dpsims_model_program_count(model); ++i) {
    const dpsims_program *program;
    require(dpsims_model_program(model, i, &program));
    printf("program %s\n", program->name);
    print_tensors("input", program->inputs, program->input_count);
    print_tensors("output", program->outputs, program->output_count);
  }
}

/* "street" of "data/street.png": `dpsims-run sample` gives maps noise by their names. The caller frees it. */
static char *name_of(const char *path) {
  const char *slash = strrchr(path, '/'), *begin = slash ? slash + 1 : path, *dot = strrchr(begin, '.');
  const size_t length = dot ? (size_t)(dot - begin) : strlen(begin);
  char *name = allocate(length + 1);
  memcpy(name, begin, length);
  name[length] = 0;
  return name;
}

static void make_photo(dpsims_session *session, const char *labels_path, uint64_t seed, const char *photo_path) {
  int32_t height, width;
  require(dpsims_session_picture_size(session, &height, &width));
  const size_t pixels = (size_t)height * (size_t)width;
  int32_t *labels = allocate(pixels * sizeof *labels);
  uint8_t *photo = allocate(pixels * 3);
  char *name = name_of(labels_path);
  require(dpsims_session_read_labels(session, labels_path, labels, pixels * sizeof *labels));

  dpsims_sample sample = DPSIMS_SAMPLE_INIT;
  sample.height = height;
  sample.width = width;
  sample.labels = labels;
  sample.seed = seed;
  sample.name = name;
  require(dpsims_session_sample(session, &sample, 1, photo, pixels * 3));
  require(dpsims_write_png(photo_path, height, width, photo, pixels * 3));
  free(name);
  free(photo);
  free(labels);
}

int main(int argc, char **argv) {
  if (argc < 5 || argc > 6) {
    fprintf(stderr, "usage: sample MODEL.dpsims WEIGHTS.safetensors LABELS.png PHOTO.png [SEED]\n");
    return 1;
  }
  dpsims_set_log(print_line, NULL);
  dpsims_model *model;
  require(dpsims_model_load(argv[1], &model));
  print_model(model);
  dpsims_session *session;
  require(dpsims_session_open(model, "sample", argv[2], NULL, &session));
  printf("on %s\n", dpsims_session_device(session));
  make_photo(session, argv[3], argc > 5 ? strtoull(argv[5], NULL, 10) : 0, argv[4]);
  dpsims_session_free(session);
  dpsims_model_free(model);
  return 0;
}
