// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/library/export.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/device/library/conversion.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

using namespace dpsims;

// Each knows its device, to enter it.
struct dpsims_device {
  int index;
  std::unique_ptr<Device> it;
};
struct dpsims_memory {
  int index;
  std::unique_ptr<DeviceMemory> it;
};
struct dpsims_event {
  int index;
  std::unique_ptr<DeviceEvent> it;
};
struct dpsims_model {
  std::shared_ptr<const CompiledModel> it;
};
struct dpsims_plan {
  int index;
  std::unique_ptr<ExecutablePlan> it;
};

namespace {

thread_local std::string lastError;
thread_local bool lastErrorIsNamed = false;

int32_t keep(ErrorCode code, const std::string &message, bool isNamed) {
  lastError = message;
  lastErrorIsNamed = isNamed;
  return static_cast<int32_t>(code);
}

// work(); its exceptions become the call's result.
template <typename Work> int32_t guarded(const Work &work) {
  try {
    work();
    return 0;
  } catch (const DeviceError &error) {
    return keep(error.code(), error.what(), false);
  } catch (const Error &error) {
    return keep(error.code(), error.what(), true);
  } catch (const std::bad_alloc &) {
    return keep(ErrorCode::OutOfMemory, "there is not enough memory", false);
  } catch (const std::exception &error) {
    return keep(ErrorCode::Internal, error.what(), false);
  } catch (...) {
    return keep(ErrorCode::Internal, "an exception of no known kind", false);
  }
}

// work(*handle.it) on the handle's device.
template <typename Handle, typename Work> int32_t on(Handle *handle, const Work &work) {
  return guarded([&] {
    enterDevice(handle->index);
    work(*handle->it);
  });
}

// A device that failed fails again here; the handle goes all the same.
template <typename Handle> void destroy(Handle *handle) {
  if (!handle)
    return;
  guarded([&] { enterDevice(handle->index); });
  guarded([&] { handle->it.reset(); });
  delete handle;
}

void write(dpsims_text text, const std::string &content) { text.write(text.context, content.data(), content.size()); }

const char *lastErrorMessage(int32_t *named) {
  *named = lastErrorIsNamed;
  return lastError.c_str();
}

//===--------------------------------------------------------------------------------------------------------------===//
// The kind, and models
//===--------------------------------------------------------------------------------------------------------------===//

int32_t target(dpsims_text text) {
  return guarded([&] { write(text, exportedKind().target()); });
}

int32_t count(int32_t *count) {
  return guarded([&] { *count = exportedKind().count(); });
}

int32_t describe(int32_t index, dpsims_text text) {
  return guarded([&] { write(text, exportedKind().description(index)); });
}

int32_t report(dpsims_text json) {
  return guarded([&] { write(json, exportedKind().report().json); });
}

int32_t properties(int32_t index, dpsims_text text) {
  return guarded([&] { write(text, exportedKind().properties(index)); });
}

int32_t openModel(const void *bytes, uint64_t size, const char *path, dpsims_model **model) {
  return guarded([&] { *model = new dpsims_model{CompiledModel::view(bytes, size, path)}; });
}

void closeModel(dpsims_model *model) { delete model; }

int32_t planConvolutions(const dpsims_model *model, const dpsims_plans_request *given, dpsims_text json) {
  return guarded([&] {
    ConvolutionPlansRequest request;
    request.description = given->description;
    request.options = fromC(*given->options);
    request.candidates = given->candidates;
    write(json, toJson(exportedKind().planConvolutions(*model->it, request)));
  });
}

//===--------------------------------------------------------------------------------------------------------------===//
// Devices
//===--------------------------------------------------------------------------------------------------------------===//

int32_t createDevice(const dpsims_device_options *given, dpsims_device **device) {
  return guarded([&] {
    const DeviceOptions options = fromC(*given);
    *device = new dpsims_device{options.index, exportedKind().create(options)};
  });
}

int32_t describeDevice(const dpsims_device *device, dpsims_text text) {
  return on(device, [&](const Device &it) { write(text, it.description()); });
}

int32_t freeMemory(const dpsims_device *device, uint64_t *bytes) {
  return on(device, [&](const Device &it) { *bytes = it.freeMemory(); });
}

int32_t measurePeaks(dpsims_device *device, dpsims_text json) {
  return on(device, [&](Device &it) { write(json, toJson(it.measurePeaks())); });
}

int32_t allocate(dpsims_device *device, uint64_t bytes, int32_t onHost, dpsims_memory **memory, void **address) {
  return on(device, [&](Device &it) {
    auto made = std::make_unique<dpsims_memory>();
    made->index = device->index;
    made->it = onHost ? it.allocateHost(bytes) : it.allocate(bytes);
    *address = made->it->data();
    *memory = made.release();
  });
}

int32_t upload(dpsims_device *device, void *dst, const void *src, uint64_t bytes) {
  return on(device, [&](Device &it) { it.upload(dst, src, bytes); });
}

int32_t download(dpsims_device *device, void *dst, const void *src, uint64_t bytes) {
  return on(device, [&](Device &it) { it.download(dst, src, bytes); });
}

int32_t copy(dpsims_device *device, int32_t queue, void *dst, const void *src, uint64_t bytes) {
  return on(device, [&](Device &it) { it.copy(queueFromC(queue), dst, src, bytes); });
}

int32_t synchronize(dpsims_device *device) {
  return on(device, [](Device &it) { it.synchronize(); });
}

//===--------------------------------------------------------------------------------------------------------------===//
// Events
//===--------------------------------------------------------------------------------------------------------------===//

int32_t createEvent(dpsims_device *device, int32_t timed, dpsims_event **event) {
  return on(device, [&](Device &it) { *event = new dpsims_event{device->index, it.createEvent(timed != 0)}; });
}

int32_t recordEvent(dpsims_event *event, int32_t queue) {
  return on(event, [&](DeviceEvent &it) { it.record(queueFromC(queue)); });
}

int32_t waitEvent(dpsims_event *event, int32_t queue) {
  return on(event, [&](DeviceEvent &it) { it.wait(queueFromC(queue)); });
}

int32_t synchronizeEvent(dpsims_event *event) {
  return on(event, [](DeviceEvent &it) { it.synchronize(); });
}

int32_t secondsBetween(const dpsims_event *earlier, const dpsims_event *later, double *seconds) {
  return on(later, [&](const DeviceEvent &it) { *seconds = it.secondsSince(*earlier->it); });
}

//===--------------------------------------------------------------------------------------------------------------===//
// Plans
//===--------------------------------------------------------------------------------------------------------------===//

int32_t createPlan(dpsims_device *device, const dpsims_model *model, uint32_t index, int32_t prepare,
                   dpsims_plan **plan) {
  return on(device, [&](Device &it) {
    const Entry &entry = model->it->entries.at(index);
    *plan = new dpsims_plan{device->index, it.createPlan(model->it, entry, prepare ? entry.prepare : entry.main)};
  });
}

int32_t bindVariables(dpsims_plan *plan, void *const *variables, uint64_t count) {
  return on(plan, [&](ExecutablePlan &it) { it.bindVariables(std::vector<void *>(variables, variables + count)); });
}

int32_t bindArena(dpsims_plan *plan, void *arena) {
  return on(plan, [&](ExecutablePlan &it) { it.bindArena(arena); });
}

int32_t bindArguments(dpsims_plan *plan, const void *const *inputs, uint64_t inputCount, void *const *outputs,
                      uint64_t outputCount) {
  return on(plan, [&](ExecutablePlan &it) {
    it.bindArguments(std::vector<const void *>(inputs, inputs + inputCount),
                     std::vector<void *>(outputs, outputs + outputCount));
  });
}

int32_t storeConstant(dpsims_plan *plan, uint32_t index, const void *src) {
  return on(plan, [&](ExecutablePlan &it) { it.storeConstant(index, src); });
}

int32_t run(dpsims_plan *plan, uint64_t begin, uint64_t end) {
  return on(plan, [&](ExecutablePlan &it) { it.run(begin, end); });
}

int32_t runAll(dpsims_plan *plan) {
  return on(plan, [](ExecutablePlan &it) { it.runAll(); });
}

int32_t profile(dpsims_plan *plan, double *seconds, uint64_t count) {
  return on(plan, [&](ExecutablePlan &it) {
    std::vector<double> measured(count);
    it.profile(measured);
    std::copy(measured.begin(), measured.end(), seconds);
  });
}

int32_t recorded(const dpsims_plan *plan, dpsims_text text) {
  return on(plan, [&](const ExecutablePlan &it) { write(text, it.recorded()); });
}

int32_t planSizes(const dpsims_plan *plan, dpsims_plan_sizes *sizes) {
  return on(plan, [&](const ExecutablePlan &it) {
    dpsims_plan_sizes known = {sizes->size, it.constantBytes(), it.workspaceBytes(), it.launches()};
    std::memcpy(sizes, &known, std::min<size_t>(sizes->size, sizeof(known)));
  });
}

int32_t implementation(const dpsims_plan *plan, uint64_t step, dpsims_text text) {
  return on(plan, [&](const ExecutablePlan &it) { write(text, it.implementation(step)); });
}

void setLog(void (*log)(int32_t level, const char *line)) {
  setLogSink([log](LogLevel level, const std::string &line) { log(static_cast<int32_t>(level), line.c_str()); });
}

int32_t newRanksId(dpsims_text id) {
  return guarded([&] { write(id, exportedKind().newRanksId()); });
}

const dpsims_device_library table = {
    sizeof(dpsims_device_library),
    DPSIMS_DEVICE_LIBRARY_VERSION,
    lastErrorMessage,
    target,
    count,
    describe,
    report,
    properties,
    openModel,
    closeModel,
    ::planConvolutions,
    ::createDevice,
    destroy<dpsims_device>,
    ::describeDevice,
    freeMemory,
    measurePeaks,
    allocate,
    destroy<dpsims_memory>,
    upload,
    download,
    copy,
    synchronize,
    createEvent,
    destroy<dpsims_event>,
    recordEvent,
    waitEvent,
    synchronizeEvent,
    secondsBetween,
    createPlan,
    destroy<dpsims_plan>,
    bindVariables,
    bindArena,
    bindArguments,
    storeConstant,
    run,
    runAll,
    profile,
    recorded,
    planSizes,
    implementation,
    setLog,
    newRanksId,
};

} // namespace

extern "C" DPSIMS_VISIBLE const dpsims_device_library *dpsims_device_library_table(void) { return &table; }
