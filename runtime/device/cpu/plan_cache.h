// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choices that were made by measuring, kept so that a machine makes the same ones again.

#ifndef DPSIMS_RUNTIME_DEVICE_CPU_PLAN_CACHE_H
#define DPSIMS_RUNTIME_DEVICE_CPU_PLAN_CACHE_H

#include <map>
#include <string>

namespace dpsims {

/// A table from a key (a convolution's shape) to a choice, for one kind of machine: processor, number of threads,
/// library version. The file holds the tables of all machines that share it:
///   {"version": 2, "machines": {"AMD EPYC 9554, 2 threads, oneDNN 2.6.3": {"n1 h64 ...": "winograd"}}}
/// A file that cannot be read or written is no error: then choices are measured anew by each process.
class PlanCache {
public:
  /// `path` may be empty: choices are then kept in the process only.
  PlanCache(std::string path, std::string machine);

  /// The choice for `key`, or an empty string.
  std::string find(const std::string &key) const;

  void store(const std::string &key, const std::string &choice);

  /// Writes new choices to the file, beside what other processes wrote meanwhile.
  void save();

private:
  std::string path, machine;
  std::map<std::string, std::string> choices;
  bool changed = false;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CPU_PLAN_CACHE_H
