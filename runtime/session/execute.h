// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any entry on tensors from a file: `dpsims-run execute`.

#ifndef DPSIMS_RUNTIME_SESSION_EXECUTE_H
#define DPSIMS_RUNTIME_SESSION_EXECUTE_H

#include "runtime/session/session.h"

#include <string>
#include <vector>

namespace dpsims {

/// What an entry is executed on. An entry with variables (a training step) is run many times: `steps` then is in
/// front of the shape of each input.
struct ExecuteInputs {
  int64_t steps = 1;
  std::vector<HostTensor> tensors; ///< in the entry's order
};

/// The entry's inputs from a safetensors file, by name. I32 inputs may be any integer type in the file, F32 ones any
/// floating type. Tensors that the entry does not know are passed over. `ranks`: the file has the inputs of all ranks
/// together, of which this rank gets its part; null: there is one. Error: one is missing, or has another shape or an
/// unfit type; they differ in their number of steps.
ExecuteInputs readInputs(const Entry &entry, const std::string &path, const Communicator *ranks = nullptr);

/// Uninitialized tensors for the entry's outputs.
std::vector<HostTensor> makeOutputs(const Entry &entry);

/// Session::submit and Session::run on host tensors.
void submit(Session &session, const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs);
void run(Session &session, const std::vector<HostTensor> &inputs, std::vector<HostTensor> &outputs);

struct NamedTensor {
  std::string name;
  HostTensor tensor;
};

/// Runs the entry, and gives its outputs. For an entry with variables each has the steps in front, and there follow
/// "after/NAME" for each weight NAME that files must have, as it is after the last step (or as `weights` gave it, if
/// the entry only reads it), and "ema/NAME" for each variable "ema.NAME". `weights` is what the session was made with.
std::vector<NamedTensor> execute(Session &session, const ExecuteInputs &inputs, WeightSource *weights);

/// Sharded outputs of an entry become those of all ranks together, on each of which it is called.
void gatherOutputs(const Entry &entry, int64_t steps, Communicator &ranks, std::vector<NamedTensor> &outputs);

/// Writes tensors by name.
void writeOutputs(const std::vector<NamedTensor> &outputs, const std::string &path);

/// How far an output is from what was expected.
struct Comparison {
  std::string name;
  double error = 0; ///< norm of the difference over the norm of the expected, in f64; not a number counts as infinite
  bool within = false;
};

/// Compares outputs with the tensors of the same names of a file; a tensor of zeros may be missed by 1e-9. Error: a
/// tensor is missing, or has another number of elements.
std::vector<Comparison> compareOutputs(const std::vector<NamedTensor> &outputs, const std::string &path,
                                       double tolerance);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_SESSION_EXECUTE_H
