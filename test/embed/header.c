/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The header as a program in C sees it. */

#include <dpsims/dpsims.h>

#include <stddef.h>

/* What programs were built with stays: members keep their places, and are added at the end alone. */
#define AT(structure, member, place) typedef char structure##_##member[offsetof(structure, member) == (place) ? 1 : -1]
AT(dpsims_options, size, 0);
AT(dpsims_options, device, 8);
AT(dpsims_options, prefix, 16);
AT(dpsims_options, plan_cache, 24);
AT(dpsims_options, threads, 32);
AT(dpsims_options, convolution, 36);
AT(dpsims_sample, size, 0);
AT(dpsims_sample, height, 8);
AT(dpsims_sample, width, 12);
AT(dpsims_sample, labels, 16);
AT(dpsims_sample, instances, 24);
AT(dpsims_sample, seed, 32);
AT(dpsims_sample, name, 40);
AT(dpsims_sample, number, 48);
AT(dpsims_tensor, name, 0);
AT(dpsims_tensor, type, 8);
AT(dpsims_tensor, rank, 16);
AT(dpsims_tensor, shape, 24);
AT(dpsims_tensor, bytes, 32);
AT(dpsims_program, name, 0);
AT(dpsims_program, input_count, 8);
AT(dpsims_program, inputs, 16);
AT(dpsims_program, output_count, 24);
AT(dpsims_program, outputs, 32);
AT(dpsims_program, variable_count, 40);
AT(dpsims_program, variables, 48);
AT(dpsims_class, name, 0);
AT(dpsims_class, red, 8);
AT(dpsims_class, green, 9);
AT(dpsims_class, blue, 10);

const dpsims_options options = DPSIMS_OPTIONS_INIT;
const dpsims_sample sample = DPSIMS_SAMPLE_INIT;
