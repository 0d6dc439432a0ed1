// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/stop_signal.h"

namespace dpsims {

static volatile std::sig_atomic_t stopRequested = 0;

extern "C" {
static void noteStop(int number) {
  if (stopRequested) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  stopRequested = 1;
}
}

StopSignal::StopSignal() {
  stopRequested = 0;
  struct sigaction action = {};
  action.sa_handler = noteStop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &interrupt);
  sigaction(SIGTERM, &action, &terminate);
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, &fileSize);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &interrupt, nullptr);
  sigaction(SIGTERM, &terminate, nullptr);
  sigaction(SIGXFSZ, &fileSize, nullptr);
  stopRequested = 0; // what trains next in this process was not asked to stop
}

bool StopSignal::requested() { return stopRequested != 0; }

void throwIfStopped() {
  if (StopSignal::requested())
    throw Stopped{};
}

} // namespace dpsims
