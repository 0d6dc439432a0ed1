// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_kind.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/cuda_library.h"
#include "runtime/device/cuda/cuda_report.h"

namespace dpsims {

namespace {

DeviceLibrary loadForModel() {
  try {
    return loadCudaLibrary();
  } catch (const DeviceError &error) {
    failDevice(error.code(), "compiled for cuda, and ", error.what(), "; or compile with --target cpu");
  }
}

class CudaKind : public DeviceKind {
public:
  std::string target() const override { return "cuda"; }
  const char *noun() const override { return "GPU"; }

  int count() const override {
    try {
      return loadCudaLibrary().count();
    } catch (const Error &) { // create says why
      return 0;
    }
  }
  std::string description(int index) const override { return loadCudaLibrary().description(index); }
  std::unique_ptr<Device> create(const DeviceOptions &options) const override { return loadForModel().create(options); }
  DeviceReport report() const override { return reportCuda(); }

  bool plansConvolutions() const override { return true; }
  ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) const override {
    if (!request.description.empty())
      pretendCudaDriver();
    return loadForModel().planConvolutions(model, request);
  }
  std::string properties(int index) const override { return loadCudaLibrary().properties(index); }
};

} // namespace

const DeviceKind &cudaKind() {
  static const CudaKind kind;
  return kind;
}

} // namespace dpsims
