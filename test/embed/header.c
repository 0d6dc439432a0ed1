/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The header as a program in C sees it. */

#include <dpsims/dpsims.h>

/* The sizes of the first version: structures only grow. */
typedef char options_size[sizeof(dpsims_options) >= 40 ? 1 : -1];
typedef char sample_size[sizeof(dpsims_sample) >= 56 ? 1 : -1];

const dpsims_options options = DPSIMS_OPTIONS_INIT;
const dpsims_sample sample = DPSIMS_SAMPLE_INIT;
