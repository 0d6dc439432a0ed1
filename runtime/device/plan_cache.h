// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Choices that were made by measuring, kept so that a machine makes the same ones again.

#ifndef DPSIMS_RUNTIME_DEVICE_PLAN_CACHE_H
#define DPSIMS_RUNTIME_DEVICE_PLAN_CACHE_H

#include "runtime/device/device.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace dpsims {

/// A table from a key (a convolution's shape) to a choice, for one kind of machine: a processor or a GPU, and the
/// library's version. The file holds the tables of all machines that share it:
///   {"version": 2, "machines": {"AMD EPYC 9554, oneDNN 2.6.3": {"n1 h64 ...": "winograd"}}}
/// On a CPU a choice is a word, on a GPU a record (runtime/device/cuda/conv_plans.cpp).
class PlanCache {
public:
  using Json = nlohmann::json;

  /// `options`: which file, and what if it does not fit, see DeviceOptions::planCache. Error: the user named a file
  /// that is not a plan cache, or that was made for other machines only.
  PlanCache(const DeviceOptions &options, std::string machine);

  /// The word chosen for `key`, or an empty string.
  std::string findWord(const std::string &key) const;

  /// The record kept for `key`, null if there is none. It comes from a file: anything may be in it.
  const Json *findRecord(const std::string &key) const;

  /// Tells the user once that what the file has for `key`, and maybe for others, is of no use and will be replaced.
  void tellDamaged(const std::string &key) const;

  void store(const std::string &key, Json choice);

  /// Writes new choices to the file, beside what other processes wrote meanwhile. A file that cannot be written is an
  /// error only if the user named it: else the next process measures again.
  void save();

private:
  void read();
  void write();

  std::string path, machine;
  bool named;
  mutable bool told = false; // that something is damaged
  Json choices = Json::object();
  std::set<std::string> changed; // keys
};

/// Makes sure, before any work is done, that plans can be added to a file that the user named as output. Error: it is
/// there and is not a plan cache of this version; it cannot be written.
void claimPlanCache(const std::string &path);

/// Error: the file lacks one of these keys of a machine's table, as on a full disk.
void requirePlans(const std::string &path, const std::string &machine, const std::vector<std::string> &keys);

/// Adds to the file `to` the choices of the file `from` that it lacks. Files that cannot be read or written are no
/// error: then choices are measured.
void addPlans(const std::string &from, const std::string &to);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_PLAN_CACHE_H
