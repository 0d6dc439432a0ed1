// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/divergence.h"

#include "runtime/base/error.h"
#include "runtime/train/non_finite.h"
#include "runtime/train/weight_file.h"

namespace dpsims {

static std::string wayOut(const std::optional<NonFinite> &found, const Checkpoint &from) {
  if (found && found->op.empty())
    return "in iteration " + std::to_string(found->step + 1) +
           ", but no op gives such a value when its steps run one by one: a fault of dpsims-run or of the device, not "
           "of the training; please report it; to go on from " +
           from.path + ": --resume --no-graph, or --resume --checked, which is slow";
  const std::string op = found ? "in iteration " + std::to_string(found->step + 1) +
                                     " the first op whose result is not finite is " + found->op
                               : "which did not come again";
  return op + "; " + from.path + " is the last good checkpoint: start a new run of it (--weights " +
         from.file(modelFile) + ") with a lower optimizer.lr, or with optimizer.clip_norm";
}

// On all ranks, from a checkpoint of which the first has the file.
static std::optional<NonFinite> repeat(const Diverged &diverged, RunParts &run, Session &session, uint64_t from,
                                       const std::string &file) {
  readSavedWeights(file, run.program, session, run.ranks);
  const std::unique_ptr<Loader> repeated = run.data.trainingLoader(from);
  return findNonFinite(session, run.iteration, *repeated, diverged.lastStep, run.ranks);
}

void explainDivergence(const Diverged &diverged, RunParts &run, Session &session, const Report &report) {
  while (session.pending()) // later iterations: as bad
    session.collect();
  if (!run.ranks.isFirst()) {
    repeat(diverged, run, session, run.ranks.fromFirst(uint64_t(0)), "");
    fail(ErrorCode::Diverged, run.folder.path(), ": ", diverged.seen); // the first rank says more
  }
  const std::optional<Checkpoint> from = run.checkpoints.newest(report);
  if (!from)
    fail(ErrorCode::Diverged, run.folder.path(), ": ", diverged.seen, ", and none of the run's checkpoints is whole");
  report("iteration " + std::to_string(diverged.lastStep + 1) + ": " + diverged.seen +
         "; repeating from the checkpoint of step " + std::to_string(from->state.step) + " to see where it comes from");
  run.ranks.fromFirst(from->state.step);
  const std::optional<NonFinite> found = repeat(diverged, run, session, from->state.step, from->file(modelFile));
  fail(ErrorCode::Diverged, run.folder.path(), ": ", diverged.seen, ": ", wayOut(found, *from));
}

} // namespace dpsims
