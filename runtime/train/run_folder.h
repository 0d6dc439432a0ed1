// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The folder of a training run:
//   lock                 held by the process that trains
//   run.json             the options
//   plans.json           measured choices of algorithms
//   frozen.safetensors   weights that training does not change
//   pictures.txt         which pictures are for training, and which for validation
//   losses.csv, validation.csv, curves.png, events/, grids/
//   checkpoints/         see checkpoints.h
//   ema.safetensors      the result: what `dpsims-run sample` takes

#ifndef DPSIMS_RUNTIME_TRAIN_RUN_FOLDER_H
#define DPSIMS_RUNTIME_TRAIN_RUN_FOLDER_H

#include <string>
#include <utility>

namespace dpsims {

inline constexpr char modelFile[] = "model.safetensors"; ///< in a checkpoint
inline constexpr char averageFile[] = "ema.safetensors", optionsFile[] = "run.json", plansFile[] = "plans.json",
                      frozenFile[] = "frozen.safetensors", picturesFile[] = "pictures.txt";

class RunFolder {
public:
  /// Makes the folder if there is none and locks it until the object goes, or the process does. Errors: it cannot be
  /// made or written; another process trains there; without `resume`, it has anything in it.
  RunFolder(std::string path, bool resume);

  /// The folder's paths alone, for a rank that writes nothing there.
  explicit RunFolder(std::string path) : directory(std::move(path)) {}

  ~RunFolder();
  RunFolder(RunFolder &&other) noexcept
      : directory(std::move(other.directory)), descriptor(std::exchange(other.descriptor, -1)) {}
  RunFolder(const RunFolder &) = delete;
  RunFolder &operator=(const RunFolder &) = delete;

  const std::string &path() const { return directory; }

  /// The path of a file in it.
  std::string file(const std::string &name) const;

private:
  void lock();

  std::string directory;
  int descriptor = -1;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_RUN_FOLDER_H
