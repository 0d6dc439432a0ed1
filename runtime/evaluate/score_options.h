// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which scores of pictures are wanted.

#ifndef DPSIMS_RUNTIME_EVALUATE_SCORE_OPTIONS_H
#define DPSIMS_RUNTIME_EVALUATE_SCORE_OPTIONS_H

#include "runtime/evaluate/picture_program.h"

namespace dpsims {

struct ScoreOptions {
  ProgramFiles inception, lpips, segmenter; ///< a score is measured if its program is given
  bool kernel = false;                      ///< KID too
  bool diversity = false;                   ///< LPIPS between the pictures of a label map, not to its photo

  bool any() const { return !inception.model.empty() || !lpips.model.empty() || !segmenter.model.empty(); }
};

/// Error: no score is wanted, or one needs a program that is not given.
void requireComplete(const ScoreOptions &options);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_SCORE_OPTIONS_H
