// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plan cache of a model for a GPU, made before it is needed: on the GPU itself, where candidates are measured, or
// on another machine, where cuDNN is asked what it would do.

#ifndef DPSIMS_RUNTIME_DEVICE_CONVOLUTION_PLANS_H
#define DPSIMS_RUNTIME_DEVICE_CONVOLUTION_PLANS_H

#include "runtime/device/device.h"

#include <string>
#include <vector>

namespace dpsims {

struct ConvolutionPlansRequest {
  /// Describes the GPU if it is not here, see runtime/device/cuda/devices; empty: the one that is.
  std::string description;
  /// planCache is the file that the plans are added to.
  DeviceOptions options;
  /// How many engines at most are planned for each convolution of a GPU that is not here, to be measured there.
  size_t candidates = 8;
};

/// A convolution with its epilogue, or one of its gradients, as cuDNN is asked to do it.
struct PlannedConvolution {
  std::string key;    ///< "conv f32 n1 64x64x128 to 64x64x128, k3x3 s1x1 p1,1,1,1 g1, bias silu, a256,256,256,256"
  std::string engine; ///< the one taken: "cudnn:engine7+epilogue"; empty if cuDNN has none
  size_t candidates = 0;
  double seconds = 0; ///< where it was measured
};

struct PlannedEntry {
  std::string name;
  size_t convolutions = 0;  ///< steps
  size_t withoutEngine = 0; ///< of those: what is left to kernels of the runtime, with an epilogue or without
  uint64_t launches = 0;    ///< kernels and library calls of a run
};

struct ConvolutionPlans {
  std::string device; ///< as in the cache
  std::vector<PlannedEntry> entries;
  std::vector<PlannedConvolution> convolutions; ///< the unique ones, by key
};

/// Finds an engine for every convolution of a model for CUDA, and adds them to the cache. Errors: the model is for
/// another target; there is no such GPU; the description is none.
ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request);

/// The description of a GPU that is here, as ConvolutionPlansRequest::description names one elsewhere. Errors: there is
/// no such GPU, or no library that knows it.
std::string describeDevice(const DeviceOptions &options);

} // namespace dpsims

#endif // DPSIMS_RUNTIME_DEVICE_CONVOLUTION_PLANS_H
