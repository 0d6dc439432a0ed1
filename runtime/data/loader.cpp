// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/data/loader.h"

#include "runtime/base/error.h"
#include "runtime/base/log.h"
#include "runtime/data/streams.h"
#include "runtime/data/transform.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

namespace dpsims {

// How many batches are made ahead of the one that is wanted.
static constexpr uint64_t batchesAhead = 3;

static std::vector<uint32_t> permutation(size_t count, uint64_t seed, uint64_t epoch) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  const RandomSequence random{seed, epoch, StreamOrder};
  for (size_t i = count; i-- > 1;)
    std::swap(order[i], order[size_t(randomBelow(random, i, i + 1))]);
  return order;
}

namespace {

/// The order of the epochs that are under way.
class Order {
public:
  Order(size_t count, const LoaderOptions &options)
      : count(count), seed(options.seed), stride(options.stride), shuffle(options.shuffle) {}

  size_t index(uint64_t example) {
    const uint64_t epoch = example / count, place = example % count;
    if (!shuffle)
      return size_t(place * (stride % count) % count);
    auto found = epochs.find(epoch);
    if (found == epochs.end()) {
      found = epochs.emplace(epoch, permutation(count, seed, epoch)).first;
      if (epochs.size() > 2) // examples are taken in order
        epochs.erase(epochs.begin());
    }
    return found->second[size_t(place)];
  }

private:
  size_t count;
  uint64_t seed, stride;
  bool shuffle;
  std::map<uint64_t, std::vector<uint32_t>> epochs;
};

/// A batch in the making.
struct Pending {
  Batch batch;
  int64_t missing;
  std::map<int64_t, std::exception_ptr> errors; // by place
};

uint64_t bytesOf(const Example &example) {
  return example.image.pixels.size() + 4 * (example.labels.ids.size() + example.instances.ids.size());
}

} // namespace

class Loader::Implementation {
public:
  Implementation(const Dataset &dataset, const LoaderOptions &options)
      : dataset(dataset), options(options), size{int(options.height), int(options.width)},
        zoom(options.augment ? dataset.configuration().transform.zoom : 1), order(dataset.size(), options),
        cache(dataset.size()), firstStep(options.firstStep), nextExample(options.firstStep * uint64_t(options.places)) {
    try {
      for (int i = 0; i < options.threads; ++i)
        workers.emplace_back([this] { work(); });
    } catch (const std::system_error &error) {
      stop();
      fail(ErrorCode::Unavailable, "cannot start ", options.threads, " threads that read pictures: ", error.what());
    }
  }

  ~Implementation() { stop(); }

  Batch next() {
    std::unique_lock<std::mutex> lock(mutex);
    finished.wait(lock, [this] { return failure || (!pending.empty() && pending.front()->missing == 0); });
    if (failure)
      std::rethrow_exception(failure);
    const std::shared_ptr<Pending> done = std::move(pending.front());
    pending.pop_front();
    ++firstStep;
    lock.unlock();
    wanted.notify_all();
    if (!done->errors.empty())
      std::rethrow_exception(done->errors.begin()->second);
    return std::move(done->batch);
  }

  uint64_t step() const {
    std::lock_guard<std::mutex> lock(mutex);
    return firstStep;
  }

private:
  /// One picture of one batch.
  struct Task {
    uint64_t step;
    int64_t place;
    size_t index;
    std::shared_ptr<Pending> target;
  };

  void stop() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
    }
    wanted.notify_all();
    for (std::thread &worker : workers)
      worker.join();
  }

  void work() {
    std::unique_lock<std::mutex> lock(mutex);
    try {
      while (true) {
        wanted.wait(lock, [this] { return stopping || nextExample < (firstStep + batchesAhead) * places(); });
        if (stopping)
          return;
        const Task task = take();
        lock.unlock();
        const std::exception_ptr error = errorOf(task);
        lock.lock();
        if (error)
          task.target->errors[task.place] = error;
        if (--task.target->missing == 0)
          finished.notify_all();
      }
    } catch (...) { // no memory for a batch
      failure = std::current_exception();
      finished.notify_all();
    }
  }

  std::exception_ptr errorOf(const Task &task) {
    try {
      make(task);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  uint64_t places() const { return uint64_t(options.places); }

  /// The next example, in the order of the batches.
  Task take() {
    const uint64_t own = nextExample++, step = own / places();
    const int64_t place = options.firstPlace + int64_t(own % places());
    Task task{step, place, order.index(step * uint64_t(options.batch) + uint64_t(place)), nullptr};
    if (place == options.firstPlace)
      pending.push_back(newBatch());
    task.target = pending.back();
    return task;
  }

  std::shared_ptr<Pending> newBatch() const {
    const size_t pixels = places() * size_t(size.height) * size_t(size.width);
    auto result = std::make_shared<Pending>();
    result->missing = options.places;
    result->batch.labels.resize(pixels);
    result->batch.images.resize(3 * pixels);
    result->batch.instances.resize(options.instances ? pixels : 0);
    result->batch.names.resize(places());
    return result;
  }

  /// Decodes, cuts, and writes the example into its batch, where nobody else writes.
  void make(const Task &task) {
    size_t index = task.index;
    const std::shared_ptr<const Example> fitted = goodExample(index);
    Batch &batch = task.target->batch;
    const size_t place = size_t(task.place - options.firstPlace), pixels = size_t(size.height) * size_t(size.width);
    const RandomSequence random{options.seed, task.step, StreamAugment};
    const Window window = options.augment ? randomWindow(*fitted, dataset.configuration().transform, size, random,
                                                         4 * uint64_t(task.place))
                                          : centerWindow(sizeOf(fitted->image), size);
    cut(*fitted, window, size, batch.images.data() + 3 * place * pixels, batch.labels.data() + place * pixels,
        options.instances ? batch.instances.data() + place * pixels : nullptr);
    batch.names[place] = dataset.name(index);
  }

  /// The example, or if it cannot be read and may be skipped the next one that can; `index` becomes its number.
  std::shared_ptr<const Example> goodExample(size_t &index) {
    for (;; index = (index + 1) % dataset.size()) {
      if (isBad(index))
        continue;
      try {
        return fittedExample(index);
      } catch (const Error &error) {
        skip(index, error);
      }
    }
  }

  bool isBad(size_t index) const {
    std::lock_guard<std::mutex> lock(mutex);
    return bad.count(index) != 0;
  }

  void skip(size_t index, const Error &error) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!bad.count(index) && bad.size() == options.skipBad) {
      if (options.skipBad == 0)
        throw Error(error);
      fail(error.code(), error.what(), "; ", bad.size(),
           " pictures that cannot be read were skipped before it, as --skip-bad allows");
    }
    if (bad.insert(index).second)
      warn(error.what(), "; the next picture takes its place (", bad.size(), " of at most ", options.skipBad,
           " to be skipped)");
  }

  std::shared_ptr<const Example> fittedExample(size_t index) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      if (cache[index])
        return cache[index];
    }
    const Example example = dataset.read(index);
    const Size fitted =
        fittedSize(sizeOf(example.image), dataset.configuration().transform, size, zoom, dataset.path(index));
    auto result = std::make_shared<const Example>(resize(example, fitted));
    std::lock_guard<std::mutex> lock(mutex);
    if (!cache[index] && cached + bytesOf(*result) <= options.cacheBytes) {
      cached += bytesOf(*result);
      cache[index] = result;
    }
    return result;
  }

  const Dataset &dataset;
  const LoaderOptions options;
  const Size size;
  const double zoom;

  mutable std::mutex mutex; // of everything below
  std::condition_variable wanted, finished;
  Order order;
  std::vector<std::shared_ptr<const Example>> cache; // what fits; nothing is thrown out, every picture comes as often
  uint64_t cached = 0;
  std::set<size_t> bad;                         // pictures that are skipped
  std::deque<std::shared_ptr<Pending>> pending; // from firstStep on
  uint64_t firstStep, nextExample;              // of the examples that are read here
  bool stopping = false;
  std::exception_ptr failure;
  std::vector<std::thread> workers;
};

static LoaderOptions checked(const Dataset &dataset, LoaderOptions options) {
  if (options.places == 0)
    options.places = options.batch - options.firstPlace;
  constexpr int64_t side = 1 << 14, limit = int64_t(1) << 31;
  for (int64_t value : {options.height, options.width, options.batch})
    if (value < 1 || value > side)
      fail("cannot make batches of ", options.batch, " x ", options.height, " x ", options.width, " pixels");
  if (options.batch * options.height * options.width > limit)
    fail("a batch of ", options.batch, " x ", options.height, " x ", options.width,
         " pixels is too large; use a smaller one");
  if (options.firstPlace < 0 || options.places < 1 || options.firstPlace + options.places > options.batch)
    fail("cannot read places ", options.firstPlace, " to ", options.firstPlace + options.places, " of a batch of ",
         options.batch);
  if (options.threads < 1 || options.threads > 1024)
    fail("cannot read pictures with ", options.threads, " threads; use 1 to 1024");
  if (options.skipBad >= dataset.size() && options.skipBad > 0)
    fail("cannot skip ", options.skipBad, " of the ", dataset.size(), " pictures; allow fewer with --skip-bad");
  if (options.firstStep > uint64_t(1) << 48)
    fail("cannot begin at step ", options.firstStep, ": nobody trained so long");
  if (dataset.size() == 0)
    fail(ErrorCode::Incompatible, dataset.configuration().origin, ": the data set ",
         quoted(dataset.configuration().dataset), " has no pictures");
  if (options.instances && !dataset.hasInstances())
    fail(ErrorCode::Incompatible, dataset.configuration().origin, ": the model reads instance maps, but the data set ",
         quoted(dataset.configuration().dataset), " was opened without");
  return options;
}

Loader::Loader(const Dataset &dataset, const LoaderOptions &options)
    : implementation(std::make_unique<Implementation>(dataset, checked(dataset, options))) {}

Loader::~Loader() = default;

Batch Loader::next() { return implementation->next(); }

uint64_t Loader::step() const { return implementation->step(); }

} // namespace dpsims
