// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/device.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/device/convolution_plans.h"
#ifdef DPSIMS_HAVE_CPU_DEVICE // defined by runtime/device/cpu unless DPSIMS_CPU_DEVICE is off
#include "runtime/device/cpu/cpu_device.h"
#endif
#ifdef DPSIMS_HAVE_CUDA_DEVICE // defined by runtime/device/cuda where the toolkit is
#include "runtime/device/cuda/cuda_device.h"
#endif

#include <cstdlib>

namespace dpsims {

std::string defaultPlanCache() {
  const char *cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache)
    return joinPath(cache, "dpsims/plans.json");
  const char *home = std::getenv("HOME");
  return home && *home ? joinPath(home, ".cache/dpsims/plans.json") : std::string();
}

void chooseDevice(const std::string &text, DeviceOptions &options) {
  constexpr size_t maxDigits = 4;
  const std::string cuda = "cuda:", number = text.compare(0, cuda.size(), cuda) == 0 ? text.substr(cuda.size()) : "";
  const bool isNumber =
      !number.empty() && number.size() <= maxDigits && number.find_first_not_of("0123456789") == std::string::npos;
  if (text == "cpu")
    options.target = Target::Cpu;
  else if (text == "cuda" || isNumber)
    options.target = Target::Cuda;
  else if (!text.empty())
    fail("--device ", text, ": devices are cpu, cuda and cuda:N (dpsims-run info --devices lists them)");
  options.index = isNumber ? std::stoi(number) : 0;
}

namespace {

std::unique_ptr<Device> makeDevice(Target target, const DeviceOptions &options) {
  if (options.target.value_or(target) != target)
    fail("compiled for ", name(target), ", and --device asks for ", name(*options.target), ": compile with --target ",
         name(*options.target));
  if (target == Target::Cpu)
#ifdef DPSIMS_HAVE_CPU_DEVICE
    return createCpuDevice(options);
#else
    fail("compiled for cpu, but this dpsims-run was built without the CPU device: compile with --target cuda to run "
         "here");
#endif
#ifdef DPSIMS_HAVE_CUDA_DEVICE
  return createCudaDevice(options);
#else
  fail("compiled for cuda, but this dpsims-run was built without the CUDA toolkit: compile with --target cpu to run "
       "here");
#endif
}

} // namespace

ConvolutionPlans planConvolutions(const CompiledModel &model, const ConvolutionPlansRequest &request) {
  if (model.target != Target::Cuda)
    fail(model.path, ": compiled for ", name(model.target), ": only models for cuda have plans of this kind");
#ifdef DPSIMS_HAVE_CUDA_DEVICE
  try {
    return planCudaConvolutions(model, request);
  } catch (const DeviceError &error) {
    fail(model.path, ": ", error.what());
  }
#else
  fail(model.path, ": this dpsims-run was built without the CUDA toolkit");
#endif
}

std::string describeDevice(const DeviceOptions &options) {
  if (options.target.value_or(Target::Cuda) != Target::Cuda)
    fail("--device ", name(*options.target), ": only GPUs have descriptions of this kind");
#ifdef DPSIMS_HAVE_CUDA_DEVICE
  return describeCudaDevice(options);
#else
  fail("this dpsims-run was built without the CUDA toolkit");
#endif
}

std::unique_ptr<Device> createDevice(Target target, const DeviceOptions &options, const std::string &model) {
  try {
    return makeDevice(target, options);
  } catch (const Error &error) {
    fail(model, model.empty() ? "" : ": ", error.what());
  }
}

} // namespace dpsims
