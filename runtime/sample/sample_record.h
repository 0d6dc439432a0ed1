// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a folder of samples was made of, kept beside them: those of another run must not be taken for this one's.

#ifndef DPSIMS_RUNTIME_SAMPLE_SAMPLE_RECORD_H
#define DPSIMS_RUNTIME_SAMPLE_SAMPLE_RECORD_H

#include <cstdint>
#include <optional>
#include <string>

namespace dpsims {

struct SampleRecord {
  uint64_t model = 0, weights = 0; ///< sums of the files' bytes
  std::string prefix;              ///< of names in the weights
  uint64_t seed = 0;

  /// Reads both files. Errors as MappedFile's.
  static SampleRecord of(const std::string &model, const std::string &weights, const std::string &prefix,
                         uint64_t seed);

  /// Of the samples in a folder; nothing if there is none. Error: it is damaged.
  static std::optional<SampleRecord> read(const std::string &folder);

  /// Into a hidden file of the folder.
  void write(const std::string &folder) const;

  /// What differs, as "weights" or "seed (3, now 4)"; empty: nothing.
  std::string difference(const SampleRecord &now) const;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SAMPLE_SAMPLE_RECORD_H
