// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the environment variable DPSIMS_EMULATED_GPU asks the emulated GPU to be: "memory=64M,chip=sm_80,races=1".

#ifndef DPSIMS_TEST_EMULATOR_OPTIONS_H
#define DPSIMS_TEST_EMULATOR_OPTIONS_H

#include <cstdint>
#include <string>

namespace dpsims::emulated {

struct Options {
  /// memory=64M (K, M, G): what all allocations together may have.
  uint64_t memory = uint64_t(8) << 30;
  /// chip=sm_80: the compute capability, 80. The default is newer than any that machine code is made for, so that a
  /// model's PTX is what runs.
  int chip = 130;
  /// devices=N: how many GPUs there are; all share this one's memory.
  int devices = 1;
  /// no-driver=1: as on a machine without a CUDA driver.
  bool hasDriver = true;
  /// driver=12000: the driver's version; 0: the one that belongs to the headers.
  int driver = 0;
  /// cudnn=90100, cublas=130000: the versions that the libraries say to have; 0: those of the headers.
  uint64_t cudnn = 0, cublas = 0;
  /// fail-launch=NAME: the kernel of that name fails while it runs.
  std::string failLaunch;
  /// fail-alloc=N: the N-th allocation of device memory fails; 0: none.
  uint64_t failAllocation = 0;
  /// races=1: kernels are checked for races, by one thread.
  bool races = false;
  /// seed=N: another legal order of the streams' work; not 0: some work is done before anybody waits for it.
  uint64_t seed = 0;
  /// put-off=N: what the N-th stream that was made is given, in the order of their making, is done only where nothing
  /// else is left that does not wait for it; so in graphs. 0: none.
  uint64_t putOff = 0;
  /// ignore-waits=1: streams do not wait for events, as if whoever enqueues had forgotten it.
  bool ignoresWaits = false;
  /// ignore-wait=N: the N-th time that a stream is told to wait for an event it does not; 0: never.
  uint64_t ignoredWait = 0;
  /// statistics=1: launches, calls and copies are printed at exit.
  bool statistics = false;
  /// leaks=1: what was never given back is printed at exit.
  bool leaks = false;
};

/// Throws std::invalid_argument, which names the faulty entry and says what it may be.
Options parseOptions(const std::string &text);

/// How many of `devices` GPUs the value of CUDA_VISIBLE_DEVICES leaves; null: it is not set. As the driver reads it, an
/// entry that is not a device hides itself and all after it, and one that comes twice hides all.
int visibleDevices(const char *list, int devices);

} // namespace dpsims::emulated

#endif // DPSIMS_TEST_EMULATOR_OPTIONS_H
