// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The inputs and outputs of an entry in host memory, by name.

#ifndef DPSIMS_RUNTIME_TRAIN_ARGUMENTS_H
#define DPSIMS_RUNTIME_TRAIN_ARGUMENTS_H

#include "runtime/data/batch.h"
#include "runtime/session/session.h"
#include "runtime/train/noise.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace dpsims {

class Arguments {
public:
  /// Zeros. `known`: the names of inputs that the caller will fill. `rank`: whose part sharded inputs are. Error: the
  /// entry has another input.
  Arguments(const CompiledModel &model, const Entry &entry, std::initializer_list<const char *> known, int rank = 0);

  /// An input, or null if the entry has none of that name. Error: its type is another.
  HostTensor *input(const std::string &name, ElementType type);

  const std::vector<HostTensor> &outputs() const { return results; }

  /// Labels, instance maps and photos, as far as the entry takes them. Error: the batch has other sizes.
  void set(const Batch &batch);

  /// Normal noise for the input `name`, if there is one; the rank's part of all ranks' where it is sharded.
  void draw(const std::string &name, const Noise &noise, TrainStream stream, uint64_t step);

  void run(Session &session);
  void submit(Session &session); ///< the inputs may then be set again; the outputs are there after session.collect()
  void runChecked(Session &session, std::string &firstNonFinite);

private:
  template <typename Element> void copy(const std::string &name, ElementType type, const std::vector<Element> &values);

  const CompiledModel &model;
  const Entry &entry;
  const int rank;
  std::vector<HostTensor> inputs, results;
  std::vector<const void *> from;
  std::vector<void *> to;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_TRAIN_ARGUMENTS_H
