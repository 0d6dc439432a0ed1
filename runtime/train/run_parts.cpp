// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/run_parts.h"

#include "runtime/device/plan/requirements.h"
#include "runtime/device/plan_cache.h"
#include "runtime/format/checksum.h"
#include "runtime/train/run_evaluation.h"

namespace dpsims {

// What all ranks must agree in; that they compute alike, paths and numbers of threads apart, follows from it.
static void requireAlike(const RunParts &run) {
  std::vector<std::pair<std::string, std::string>> facts = {
      {"the version of dpsims-run (of model files)", std::to_string(format::formatVersion)},
      {"the program's checksum", sumOfFile("/proc/self/exe")},
      {"the model's checksum", sumOfFile(run.options.model)},
      {"the configuration", run.program.model().config},
      {"the data set", run.pictures.fingerprint()},
      {"the number of pictures", std::to_string(run.data.trainingPictures())},
      {"--resume", run.options.resume ? "given" : "not given"}};
  eachOption(run.options, [&](const std::string &name, const auto &value) {
    if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::string>)
      if (name != "threads" && name != "data-threads")
        facts.emplace_back("--" + name, std::to_string(value));
  });
  run.ranks.requireSame(facts);
}

static TrainProgram openProgram(const TrainOptions &options) {
  TrainProgram program(options.model, options.batch);
  requireRanks(program.model(), program.entry(), options.ranks ? options.ranks->size() : 1);
  return program;
}

static RunFolder openFolder(const TrainOptions &options, const RunRanks &ranks) {
  return ranks.isFirst() ? RunFolder(options.output, options.resume) : RunFolder(options.output);
}

RunParts::RunParts(const TrainOptions &chosen, const Report &report)
    : options(chosen), ranks(options.ranks), program(openProgram(options)),
      iteration(program.model(), program.entry(), options.seed, ranks.rank()),
      data(program.model(), options.data, iteration.size(), {iteration.images().first, iteration.images().count},
           program.takesInstances(), options.seed, options.dataThreads, options.skipBad),
      pictures(PictureList::of(data)), folder(openFolder(options, ranks)), checkpoints(folder.file("checkpoints")),
      judge(ranks.isFirst() ? Judge::choose(options, program, data, report) : std::nullopt) {
  requireAlike(*this);
  if (!ranks.isFirst())
    return;
  RunEvaluation::check(*this);
  checkpoints.removeRemains();
}

CheckpointState RunParts::stateAt(uint64_t step, const std::string &frozen) const {
  return {step,   options.seed,           iteration.size()[0], program.model().sourceHash, program.model().config,
          frozen, pictures.fingerprint(), ranks.size()};
}

void RunParts::takePlans() const { addPlans(defaultPlanCache(), folder.file(plansFile)); }

void RunParts::sharePlans() const {
  addPlans(options.plans, folder.file(plansFile));
  addPlans(folder.file(plansFile), defaultPlanCache());
}

} // namespace dpsims
