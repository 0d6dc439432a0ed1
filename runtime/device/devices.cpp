// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/devices.h"

#include "runtime/base/machine.h"

#ifdef DPSIMS_HAVE_CPU_DEVICE
#include "runtime/device/cpu/processor.h"
#endif
#ifdef DPSIMS_HAVE_CUDA_DEVICE
#include "runtime/device/cuda/cuda_info.h"
#endif

#include <nlohmann/json.hpp>

namespace dpsims {

namespace {

ProcessorInfo findProcessor() {
  ProcessorInfo info;
  info.threads = unsigned(availableProcessors());
#ifdef DPSIMS_HAVE_CPU_DEVICE
  info.name = processorName();
  for (const char *feature : {"sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl",
                              "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"})
    if (processorHas(feature))
      info.instructions.push_back(feature);
#endif
  return info;
}

std::ostream &field(std::ostream &out, const std::string &name) {
  std::string text = "  " + name;
  text.resize(std::max<size_t>(text.size() + 1, 20), ' ');
  return out << text;
}

void printProcessor(const ProcessorInfo &processor, std::ostream &out) {
  out << "cpu\n";
  if (processor.name.empty()) {
    out << "  this dpsims-run was built without the CPU device\n";
    return;
  }
  field(out, "processor") << processor.name << ", " << processor.threads
                          << (processor.threads == 1 ? " thread" : " threads") << "\n";
  field(out, "instructions");
  for (size_t i = 0; i < processor.instructions.size(); ++i)
    out << (i ? " " : "") << processor.instructions[i];
  out << "\n";
}

void printCuda(const CudaInfo &cuda, std::ostream &out) {
  out << "cuda\n";
  if (!cuda.toolkit.empty()) {
    field(out, "built with") << "CUDA " << cuda.toolkit << "\n";
    field(out, "driver") << (cuda.driver.empty() ? "none" : "for CUDA " + cuda.driver) << "\n";
  }
  for (const LibraryInfo &library : cuda.libraries)
    if (library.error.empty())
      field(out, library.name) << library.version << (library.version.empty() ? "" : ", ") << library.path << "\n";
    else
      field(out, library.name) << "cannot be loaded: " << library.error << "\n";
  for (size_t i = 0; i < cuda.folders.size(); ++i)
    field(out, i ? "" : "looked for in") << cuda.folders[i] << "\n";
  for (size_t i = 0; i < cuda.gpus.size(); ++i)
    field(out, "cuda:" + std::to_string(i))
        << cuda.gpus[i].name << ", " << cuda.gpus[i].chip << ", " << (cuda.gpus[i].freeMemory >> 20) << " of "
        << (cuda.gpus[i].memory >> 20) << " MiB free\n";
  if (!cuda.problem.empty())
    field(out, "missing") << cuda.problem << "\n";
}

} // namespace

DevicesInfo findDevices() {
  DevicesInfo devices;
  devices.processor = findProcessor();
#ifdef DPSIMS_HAVE_CUDA_DEVICE
  devices.cuda = findCuda();
#else
  devices.cuda.problem = "this dpsims-run was built without the CUDA device: build it where the CUDA toolkit, 12.8 or "
                         "newer, and cuDNN 9 are";
#endif
  return devices;
}

void printDevices(const DevicesInfo &devices, std::ostream &out) {
  printProcessor(devices.processor, out);
  printCuda(devices.cuda, out);
}

std::string devicesJson(const DevicesInfo &devices) {
  nlohmann::json libraries = nlohmann::json::array(), gpus = nlohmann::json::array();
  for (const LibraryInfo &library : devices.cuda.libraries)
    libraries.push_back(
        {{"name", library.name}, {"version", library.version}, {"path", library.path}, {"error", library.error}});
  for (const GpuInfo &gpu : devices.cuda.gpus)
    gpus.push_back({{"name", gpu.name}, {"chip", gpu.chip}, {"memory", gpu.memory}, {"free_memory", gpu.freeMemory}});
  nlohmann::json json = {{"processor",
                          {{"name", devices.processor.name},
                           {"threads", devices.processor.threads},
                           {"instructions", devices.processor.instructions}}},
                         {"cuda",
                          {{"toolkit", devices.cuda.toolkit},
                           {"driver", devices.cuda.driver},
                           {"libraries", libraries},
                           {"folders", devices.cuda.folders},
                           {"gpus", gpus},
                           {"problem", devices.cuda.problem}}}};
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace dpsims
