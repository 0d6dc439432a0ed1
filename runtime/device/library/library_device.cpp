// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/device/library/library_device.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/communicator/launch.h"
#include "runtime/device/library/conversion.h"
#include "runtime/device/plan/model_cache.h"

#include <cstddef>

namespace dpsims {

namespace {

// Of the functions that this program calls.
constexpr size_t knownSize = offsetof(dpsims_device_library, implementation) + sizeof(void *);

class Memory : public DeviceMemory {
public:
  Memory(const DeviceLibrary &library, dpsims_device *device, uint64_t size, bool onHost) : library(library) {
    library.check(library.call().allocate(device, size, onHost, &handle, &address));
    bytes = size;
  }
  ~Memory() override { library.call().free(handle); }

private:
  DeviceLibrary library;
  dpsims_memory *handle = nullptr;
};

class Event : public DeviceEvent {
public:
  Event(const DeviceLibrary &library, dpsims_device *device, bool timed) : library(library) {
    library.check(library.call().create_event(device, timed, &handle));
  }
  ~Event() override { library.call().destroy_event(handle); }
  Event(const Event &) = delete;
  Event &operator=(const Event &) = delete;

  void record(Queue queue) override { library.check(library.call().record_event(handle, static_cast<int>(queue))); }
  void wait(Queue queue) override { library.check(library.call().wait_event(handle, static_cast<int>(queue))); }
  void synchronize() override { library.check(library.call().synchronize_event(handle)); }
  double secondsSince(const DeviceEvent &earlier) const override {
    double seconds = 0;
    library.check(library.call().seconds_between(static_cast<const Event &>(earlier).handle, handle, &seconds));
    return seconds;
  }

private:
  DeviceLibrary library;
  dpsims_event *handle = nullptr;
};

// The library's reading of a model, whose bytes are the program's.
class Model {
public:
  Model(const DeviceLibrary &library, const CompiledModel &model) : library(library) {
    const FileSection bytes = model.file();
    library.check(library.call().open_model(bytes.data, bytes.size, model.path.c_str(), &opened));
  }
  ~Model() { library.call().close_model(opened); }
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  const dpsims_model *handle() const { return opened; }

private:
  DeviceLibrary library;
  dpsims_model *opened = nullptr;
};

class LibraryPlan : public ExecutablePlan {
public:
  LibraryPlan(const DeviceLibrary &library, dpsims_device *device, std::shared_ptr<const CompiledModel> source,
              std::shared_ptr<const Model> opened, const Entry &entry, const Plan &plan)
      : library(library), source(std::move(source)), model(std::move(opened)) {
    const std::vector<Entry> &entries = this->source->entries; // one that is not of the file cannot cross
    if (&entry < entries.data() || &entry >= entries.data() + entries.size())
      fail(ErrorCode::InvalidArgument, "createPlan: the program ", quoted(entry.name), " is not one of ",
           this->source->path);
    const auto index = static_cast<uint32_t>(&entry - entries.data());
    library.check(library.call().create_plan(device, model->handle(), index, &plan == &entry.prepare, &handle));
  }
  ~LibraryPlan() override { library.call().destroy_plan(handle); }
  LibraryPlan(const LibraryPlan &) = delete;
  LibraryPlan &operator=(const LibraryPlan &) = delete;

  void bindVariables(const std::vector<void *> &variables) override {
    library.check(library.call().bind_variables(handle, variables.data(), variables.size()));
  }
  void bindArena(void *arena) override { library.check(library.call().bind_arena(handle, arena)); }
  void bindArguments(const std::vector<const void *> &inputs, const std::vector<void *> &outputs) override {
    library.check(library.call().bind_arguments(handle, inputs.data(), inputs.size(), outputs.data(), outputs.size()));
  }
  void storeConstant(uint32_t index, const void *src) override {
    library.check(library.call().store_constant(handle, index, src));
  }
  void run(size_t begin, size_t end) override { library.check(library.call().run(handle, begin, end)); }
  void runAll() override { library.check(library.call().run_all(handle)); }
  void profile(std::vector<double> &seconds) override {
    library.check(library.call().profile(handle, seconds.data(), seconds.size()));
  }
  std::string recorded() const override {
    return library.text([&](dpsims_text text) { return library.call().recorded(handle, text); });
  }
  uint64_t constantBytes() const override { return sizes().constant_bytes; }
  uint64_t workspaceBytes() const override { return sizes().workspace_bytes; }
  uint64_t launches() const override { return sizes().launches; }
  std::string implementation(size_t step) const override {
    return library.text([&](dpsims_text text) { return library.call().implementation(handle, step, text); });
  }

private:
  dpsims_plan_sizes sizes() const {
    dpsims_plan_sizes result = {};
    result.size = sizeof(result);
    library.check(library.call().plan_sizes(handle, &result));
    return result;
  }

  DeviceLibrary library;
  std::shared_ptr<const CompiledModel> source;
  std::shared_ptr<const Model> model;
  dpsims_plan *handle = nullptr;
};

class LibraryDevice : public Device {
public:
  LibraryDevice(const DeviceLibrary &library, DeviceOptions options) : library(library) {
    if (options.communicator) {
      options.index += localRank(*options.communicator);
      options.ranks = meet(*options.communicator);
    }
    const dpsims_device_options given = toC(options);
    library.check(library.call().create_device(&given, &handle));
  }
  ~LibraryDevice() override { library.call().destroy_device(handle); }
  LibraryDevice(const LibraryDevice &) = delete;
  LibraryDevice &operator=(const LibraryDevice &) = delete;

  std::string target() const override { return library.target(); }
  std::string description() const override {
    return library.text([&](dpsims_text text) { return library.call().describe_device(handle, text); });
  }
  bool sharesHostMemory() const override { return false; }
  std::unique_ptr<DeviceMemory> allocate(uint64_t bytes) override {
    return std::make_unique<Memory>(library, handle, bytes, /*onHost=*/false);
  }
  std::unique_ptr<DeviceMemory> allocateHost(uint64_t bytes) override {
    return std::make_unique<Memory>(library, handle, bytes, /*onHost=*/true);
  }
  uint64_t freeMemory() const override {
    uint64_t bytes = 0;
    library.check(library.call().free_memory(handle, &bytes));
    return bytes;
  }
  void upload(void *dst, const void *src, uint64_t bytes) override {
    library.check(library.call().upload(handle, dst, src, bytes));
  }
  void download(void *dst, const void *src, uint64_t bytes) override {
    library.check(library.call().download(handle, dst, src, bytes));
  }
  void copy(Queue queue, void *dst, const void *src, uint64_t bytes) override {
    library.check(library.call().copy(handle, static_cast<int>(queue), dst, src, bytes));
  }
  void synchronize() override { library.check(library.call().synchronize(handle)); }
  std::unique_ptr<DeviceEvent> createEvent(bool timed) override {
    return std::make_unique<Event>(library, handle, timed);
  }
  DevicePeaks measurePeaks() override {
    return peaksFromJson(library.text([&](dpsims_text text) { return library.call().measure_peaks(handle, text); }));
  }
  std::unique_ptr<ExecutablePlan> createPlan(std::shared_ptr<const CompiledModel> model, const Entry &entry,
                                             const Plan &plan) override {
    std::shared_ptr<const Model> opened =
        models.find(model, [&] { return std::make_shared<const Model>(library, *model); });
    return std::make_unique<LibraryPlan>(library, handle, std::move(model), std::move(opened), entry, plan);
  }

private:
  // The first rank finds a place and tells the others; none of them waits for it in vain if there is no such place.
  DeviceRanks meet(Communicator &communicator) const {
    constexpr uint64_t mostBytes = 4096;
    std::string id, problem;
    if (communicator.rank() == 0)
      try {
        id = newRanksId();
      } catch (const Error &error) {
        problem = error.what();
      }
    uint64_t size = id.size();
    communicator.broadcast(&size, sizeof(size), 0);
    if (size == 0 || size > mostBytes)
      failDevice(ErrorCode::Unavailable, problem.empty() ? "rank 0 has found no place where ranks meet" : problem);
    id.resize(size);
    communicator.broadcast(id.data(), size, 0);
    return {id, communicator.rank(), communicator.size()};
  }

  std::string newRanksId() const {
    if (library.call().size < offsetof(dpsims_device_library, new_ranks_id) + sizeof(library.call().new_ranks_id))
      failDevice(ErrorCode::Incompatible, "the library of devices is older than runs on ranks: install it again");
    return library.text([&](dpsims_text text) { return library.call().new_ranks_id(text); });
  }

  DeviceLibrary library;
  dpsims_device *handle = nullptr;
  ModelCache<const Model> models;
};

} // namespace

DeviceLibrary::DeviceLibrary(const dpsims_device_library &table, const std::string &path) : table(table) {
  if (table.version != DPSIMS_DEVICE_LIBRARY_VERSION || table.size < knownSize)
    fail(ErrorCode::Incompatible, path, ": is of another dpsims-run than this one (its interface is version ",
         table.version, table.size < knownSize ? ", and short" : "", "; this one's is version ",
         DPSIMS_DEVICE_LIBRARY_VERSION, "): build or install both together");
  if (table.size >= offsetof(dpsims_device_library, set_log) + sizeof(table.set_log))
    table.set_log([](int32_t level, const char *line) {
      log(level == static_cast<int32_t>(LogLevel::Note) ? LogLevel::Note : LogLevel::Warning, line);
    });
}

void DeviceLibrary::check(int32_t status) const {
  if (status == 0)
    return;
  int32_t isNamed = 0;
  const std::string message = table.last_error(&isNamed);
  const bool isKnown = status > 0 && status <= static_cast<int32_t>(ErrorCode::Internal);
  const ErrorCode code = isKnown ? static_cast<ErrorCode>(status) : ErrorCode::Device;
  if (isNamed)
    fail(code, message);
  failDevice(code, message);
}

std::string DeviceLibrary::target() const { return text(table.target); }

int DeviceLibrary::count() const {
  int32_t count = 0;
  check(table.count(&count));
  return count;
}

std::string DeviceLibrary::description(int index) const {
  return text([&](dpsims_text text) { return table.describe(index, text); });
}

std::string DeviceLibrary::report() const { return text(table.report); }

std::string DeviceLibrary::properties(int index) const {
  return text([&](dpsims_text text) { return table.properties(index, text); });
}

std::unique_ptr<Device> DeviceLibrary::create(const DeviceOptions &options) const {
  return std::make_unique<LibraryDevice>(*this, options);
}

ConvolutionPlans DeviceLibrary::planConvolutions(const CompiledModel &model,
                                                 const ConvolutionPlansRequest &request) const {
  const Model opened(*this, model);
  const dpsims_device_options options = toC(request.options);
  dpsims_plans_request given = {};
  given.size = sizeof(given);
  given.candidates = static_cast<uint32_t>(request.candidates);
  given.description = request.description.c_str();
  given.options = &options;
  return plansFromJson(text([&](dpsims_text text) { return table.plan_convolutions(opened.handle(), &given, text); }));
}

} // namespace dpsims
