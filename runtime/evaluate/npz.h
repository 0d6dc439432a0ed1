// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays of numbers in a NumPy archive (.npz), as numpy.savez and numpy.savez_compressed write them. Files are not
// trusted.

#ifndef DPSIMS_RUNTIME_EVALUATE_NPZ_H
#define DPSIMS_RUNTIME_EVALUATE_NPZ_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dpsims {

/// Row-major.
struct NpzArray {
  std::vector<int64_t> shape;
  std::vector<double> values;
};

/// By name, without ".npy".
using NpzArrays = std::map<std::string, NpzArray>;

/// Arrays of f64 or f32, of at most two dimensions. Error: not such an archive, damaged, an array of another kind;
/// names the file and the array.
NpzArrays readNpz(const std::string &path);

/// Writes f64, not compressed, atomically. Error: the arrays take 4 GB or more.
void writeNpz(const std::string &path, const NpzArrays &arrays);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_EVALUATE_NPZ_H
