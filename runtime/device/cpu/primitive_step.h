// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H

#include "runtime/device/cpu/epilogue.h"
#include "runtime/device/cpu/step.h"

namespace dpsims {

/// A step of oneDNN primitives, with an epilogue.
class PrimitiveStep : public DeviceStep {
public:
  /// `implementation` names the main one of the primitives.
  PrimitiveStep(Team &team, PrimitiveList primitives, EpilogueTail tail, std::string implementation)
      : team(team), primitives(std::move(primitives)), tail(std::move(tail)), name(std::move(implementation)) {}

  void bind(const Addresses &addresses) override {
    dpsims::bind(primitives, addresses);
    tail.bind(addresses);
  }
  void run() override {
    dpsims::run(primitives, team);
    tail.run(team);
  }
  std::string implementation() const override { return tail.isEmpty() ? name : name + " + epilogue"; }

private:
  Team &team;
  PrimitiveList primitives;
  EpilogueTail tail;
  std::string name;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PRIMITIVE_STEP_H
