// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIGINT and SIGTERM as a wish to stop at the next good moment.

#ifndef DPSIMS_RUNTIME_TRAIN_STOP_SIGNAL_H
#define DPSIMS_RUNTIME_TRAIN_STOP_SIGNAL_H

#include <csignal>

namespace dpsims {

/// For a program to have while it trains: it changes what signals do to the process. While one lives, the first of
/// these signals is only noted; the second ends the process at once, as ever. A write beyond the limit of a file's size
/// fails then, instead of ending the process.
class StopSignal {
public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal &) = delete;
  StopSignal &operator=(const StopSignal &) = delete;

  /// Has a signal come?
  static bool requested();

private:
  struct sigaction interrupt, terminate, fileSize; // as they were
};

/// What leaves a piece of work that can be done again later.
struct Stopped {};

/// Throws Stopped if a signal has come.
void throwIfStopped();

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_STOP_SIGNAL_H
