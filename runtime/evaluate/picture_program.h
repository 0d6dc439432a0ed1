// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that looks at pictures, with its weights.

#ifndef DPSIMS_RUNTIME_EVALUATE_PICTURE_PROGRAM_H
#define DPSIMS_RUNTIME_EVALUATE_PICTURE_PROGRAM_H

#include "runtime/image/image.h"
#include "runtime/session/session.h"

#include <memory>
#include <string>
#include <vector>

namespace dpsims {

/// Where a program and its weights are.
struct ProgramFiles {
  std::string model;   ///< compiled
  std::string entry;   ///< of the model; empty: its only one
  std::string weights; ///< safetensors; empty for a program without
};

/// Inputs are pictures: bytes (B, H, W, 3), or f32 (B, 3, H, W) from -1 to 1, all of one size.
class PictureProgram {
public:
  /// `inputs`: the names of the inputs. Error: the entry has others, or none of that kind.
  PictureProgram(const ProgramFiles &files, const std::vector<std::string> &inputs, const DeviceOptions &options);

  size_t batch() const { return size_t(entry->inputs[0].shape[0]); }
  int height() const { return rows; }
  int width() const { return columns; }

  /// Puts a picture into a slot of an input. Error: it has another size; `name` is its file's.
  void set(size_t input, size_t slot, const RgbImage &picture, const std::string &name);
  void run();

  /// An output of the last run. Error: there is none of that name.
  const HostTensor &output(const std::string &name) const;
  bool hasOutput(const std::string &name) const;

  /// A sum of the weights, below 2^48, which tells networks apart.
  uint64_t weightSum() const { return sum; }
  const CompiledModel &model() const { return *compiled; }

private:
  void checkInputs(const std::vector<std::string> &names);

  std::shared_ptr<const CompiledModel> compiled;
  const Entry *entry;
  int rows = 0, columns = 0;
  uint64_t sum = 0;
  std::unique_ptr<Device> device;
  std::unique_ptr<Session> session;
  std::vector<HostTensor> inputs, outputs;
  std::vector<std::string> names;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_PICTURE_PROGRAM_H
