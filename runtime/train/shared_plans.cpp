// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/train/shared_plans.h"

#include "runtime/base/file.h"
#include "runtime/communicator/launch.h"

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace dpsims {

PlansOfFirst::~PlansOfFirst() {
  std::error_code ignored;
  if (!copy.empty())
    std::filesystem::remove(copy, ignored);
}

// Plans are made, which measures, and dropped.
void PlansOfFirst::measure(Device &device) const {
  const std::shared_ptr<const CompiledModel> &model = run.program.shared();
  for (const char *name : {"train", "statistics"})
    device.createPlan(model, model->entry(name), model->entry(name).main);
}

static std::string textOrNothing(const std::string &path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? readText(path) : std::string();
}

// A file of this process alone. Where none can be made the rank measures by itself.
static std::string writeCopy(const std::string &text) {
  std::error_code error;
  std::string path = std::filesystem::temp_directory_path(error).string() + "/dpsims-plans-XXXXXX";
  const int descriptor = error ? -1 : ::mkstemp(path.data());
  if (descriptor < 0)
    return "";
  ::close(descriptor);
  if (text.empty()) // the first has chosen nothing: the file is made when there is something to keep
    std::filesystem::remove(path, error);
  else
    writeFile(path, text);
  return path;
}

std::unique_ptr<Device> PlansOfFirst::open(const OpenDevice &open) {
  DeviceOptions options = deviceOptions(run.options);
  options.threads = threadsOfRank(options.threads, options.communicator.get());
  const CompiledModel &model = run.program.model();
  if (run.ranks.isFirst()) {
    run.takePlans();
    std::unique_ptr<Device> device = open(model.target, options, model.path);
    if (run.ranks.several()) {
      measure(*device);
      run.ranks.fromFirst(textOrNothing(options.planCache));
    }
    return device;
  }
  copy = writeCopy(run.ranks.fromFirst(std::string()));
  options.planCache = copy;
  options.planCacheNamed = false;
  return open(model.target, options, model.path);
}

} // namespace dpsims
