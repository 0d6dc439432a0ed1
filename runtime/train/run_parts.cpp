// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_parts.h"

#include "runtime/device/plan_cache.h"

namespace dpsims {

RunParts::RunParts(const TrainOptions &chosen, const Report &report)
    : options(chosen), program(options.model, options.batch), iteration(program.model(), program.entry(), options.seed),
      data(program.model(), options.data, iteration.size(), program.takesInstances(), options.seed, options.dataThreads,
           options.skipBad),
      pictures(PictureList::of(data)), folder(options.output, options.resume), checkpoints(folder.file("checkpoints")),
      judge(Judge::choose(options, program, data, report)) {
  checkpoints.removeRemains();
}

CheckpointState RunParts::stateAt(uint64_t step, const std::string &frozen) const {
  return {step,   options.seed,          iteration.size()[0], program.model().sourceHash, program.model().config,
          frozen, pictures.fingerprint()};
}

void RunParts::takePlans() const { addPlans(defaultPlanCache(), folder.file(plansFile)); }

void RunParts::sharePlans() const {
  addPlans(options.plans, folder.file(plansFile));
  addPlans(folder.file(plansFile), defaultPlanCache());
}

} // namespace dpsims
