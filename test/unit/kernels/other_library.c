/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A library of devices whose interface is of the next version.
 */

#include "runtime/device/library/device_library.h"

static const dpsims_device_library table = {.size = sizeof(dpsims_device_library),
                                            .version = DPSIMS_DEVICE_LIBRARY_VERSION + 1};

const dpsims_device_library *dpsims_device_library_table(void);
const dpsims_device_library *dpsims_device_library_table(void) { return &table; }
