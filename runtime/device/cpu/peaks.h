// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PEAKS_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PEAKS_H

#include "runtime/device/cpu/team.h"
#include "runtime/device/device.h"

namespace dpsims {

/// What the processor can do at best: f32 multiply-adds in registers, and copies, on the threads of a team. Takes about
/// a tenth of a second, and 256 MiB meanwhile.
DevicePeaks measureCpuPeaks(Team &team);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PEAKS_H
