// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/cuda/cuda_report.h"

#include "runtime/base/error.h"
#include "runtime/device/cuda/cuda_library.h"

#include <dlfcn.h>
#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

using Json = nlohmann::json;

// The driver's own answer, for where libdpsims-cuda.so cannot be asked.
std::string driverVersion() {
  int version = 0;
  void *driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  auto ask = reinterpret_cast<int (*)(int *)>(driver ? dlsym(driver, "cuDriverGetVersion") : nullptr);
  if (!ask || ask(&version) != 0)
    return "";
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string missingText(const Json &libraries) {
  std::string names;
  for (const Json &library : libraries)
    if (!library["error"].get<std::string>().empty())
      names += (names.empty() ? "" : " and ") + library["name"].get<std::string>();
  if (names.empty())
    return "";
  const std::string toolkit = DPSIMS_CUDA_VERSION;
  return names + ": install CUDA " + toolkit.substr(0, toolkit.find('.')) +
         " and cuDNN 9, as packages of the system or as the wheels that PyTorch uses, or put the folder that has them "
         "in LD_LIBRARY_PATH";
}

Json libraryJson(const CudaLibraryFile &file) {
  return {{"name", file.name}, {"version", ""}, {"path", file.path}, {"error", file.error}};
}

// What libdpsims-cuda.so says itself; what went wrong in `file.error`.
Json askLibrary(CudaLibraryFile &file) {
  try {
    return Json::parse(loadCudaLibrary().report());
  } catch (const CudaLibraryMissing &error) {
    file.error = error.reason;
  } catch (const Error &error) {
    file.error = error.what();
  }
  return Json::object();
}

Json collect() {
  Json libraries = Json::array();
  for (const CudaLibraryFile &file : loadCudaLibraries())
    libraries.push_back(libraryJson(file));
  std::string problem = missingText(libraries);
  CudaLibraryFile device{"libdpsims-cuda.so", findCudaLibrary(), ""};
  const Json said = askLibrary(device);
  const Json versions = said.value("versions", Json::object());
  for (Json &library : libraries)
    for (const auto &[prefix, version] : versions.items())
      if (library["name"].get<std::string>().compare(0, prefix.size(), prefix) == 0)
        library["version"] = version;
  if (problem.empty())
    problem = said.value("problem", "");
  if (!device.error.empty() && problem.empty())
    problem = wrongFolder().empty() ? device.name + ": install dpsims-run again" : wrongFolder();
  libraries.insert(libraries.begin(), libraryJson(device));
  return {
      {"toolkit", DPSIMS_CUDA_VERSION},  {"driver", said.value("driver", driverVersion())}, {"libraries", libraries},
      {"folders", cudaLibraryFolders()}, {"gpus", said.value("gpus", Json::array())},       {"problem", problem}};
}

std::string libraryText(const Json &library) {
  const std::string error = library["error"], version = library["version"], path = library["path"];
  return error.empty() ? version + (version.empty() ? "" : ", ") + path : "cannot be loaded: " + error;
}

std::string gpuText(const Json &gpu) {
  return gpu["name"].get<std::string>() + ", " + gpu["chip"].get<std::string>() + ", " +
         std::to_string(gpu["free_memory"].get<uint64_t>() >> 20) + " of " +
         std::to_string(gpu["memory"].get<uint64_t>() >> 20) + " MiB free";
}

} // namespace

DeviceReport reportCuda() {
  const Json all = collect();
  const std::string driver = all["driver"], problem = all["problem"];
  DeviceReport report{"cuda", all.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
  auto line = [&](const std::string &what, const std::string &value) { report.lines.emplace_back(what, value); };
  line("built with", "CUDA " DPSIMS_CUDA_VERSION);
  line("driver", driver.empty() ? "none" : "for CUDA " + driver);
  for (const Json &library : all["libraries"])
    line(library["name"], libraryText(library));
  for (size_t i = 0; i < all["folders"].size(); ++i)
    line(i ? "" : "looked for in", all["folders"][i]);
  for (size_t i = 0; i < all["gpus"].size(); ++i)
    line("cuda:" + std::to_string(i), gpuText(all["gpus"][i]));
  if (!problem.empty())
    line("missing", problem);
  return report;
}

} // namespace dpsims
