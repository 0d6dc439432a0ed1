// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Compiler/Scaling.h"
#include "passes/Schedule/Liveness.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace dpsims {

namespace {

constexpr int64_t usualSizes[] = {8, 64, 512};

/// Below it computing is what an iteration takes, and no change is worth a word.
constexpr double smallShare = 0.1, smallGain = 0.02;

struct NamedChange {
  StringRef key, title;
  Scaling::Change change;
};

constexpr Scaling::Change asCompiled{};

const NamedChange changes[] = {
    {"double_batch", "twice the batch of a device", {2, 1, true, true, 2}},
    {"half_bytes", "messages of half the bytes (bf16)", {1, 0.5, true, true, 1}},
    {"no_latency", "no latency (fewer messages: --local-statistics)", {1, 1, false, true, 1}},
};

/// Follows which step has written each buffer last.
class Writers {
public:
  explicit Writers(std::vector<RankStep> &steps) : steps(steps) {}

  void add(StepOpInterface op, RankStep step) {
    const size_t place = steps.size();
    for (Value value : op.reads()) {
      auto writer = last.find(rootOf(value));
      if (writer == last.end())
        continue;
      if (!steps[writer->second].message)
        step.ready = std::max(step.ready.value_or(0), writer->second);
      else if (!step.message && !llvm::is_contained(step.messages, writer->second))
        step.messages.push_back(writer->second);
    }
    for (Value value : op.writes())
      last[rootOf(value)] = place;
    steps.push_back(std::move(step));
  }

private:
  std::vector<RankStep> &steps;
  llvm::DenseMap<Value, size_t> last;
};

/// What ranks exchange; nothing of a rank's own part.
struct Message {
  int64_t bytes = 0; ///< of all parts
  double share = 1;  ///< of an all-reduce of so many bytes: scattering and gathering are a half each
};

Message messageOf(Operation *op) {
  auto step = dyn_cast<CollectiveStepOp>(op);
  if (!step || step.getKind() == CollectiveKind::OwnPart)
    return {};
  bool gathers = step.getKind() == CollectiveKind::AllGather;
  Message message{0, gathers || step.getKind() == CollectiveKind::ReduceScatter ? 0.5 : 1};
  for (Value whole : gathers ? step.getDsts() : step.getSrcs())
    message.bytes += byteSize(whole);
  return message;
}

} // namespace

Scaling::Scaling(EntryOp entry, ArrayRef<double> seconds, ArrayRef<std::string> labels, const Network &network)
    : network(network) {
  bool knowsImages = false;
  Writers writers(steps);
  for (Operation &op : entry.getMain().front()) {
    auto buffer = dyn_cast<BufferOp>(op);
    if (buffer && buffer.getSpace() == BufferSpace::Input && buffer.getSharded() && !knowsImages) {
      imagesPerDevice = cast<MemRefType>(buffer.getType()).getDimSize(0);
      knowsImages = true;
    }
    if (auto step = dyn_cast<StepOpInterface>(op)) {
      const size_t place = steps.size();
      const Message message = messageOf(&op);
      writers.add(step, {message.bytes ? 0 : seconds[place], message.bytes, message.share, {}, {}, labels[place]});
    }
  }
  sizes.assign(std::begin(usualSizes), std::end(usualSizes));
  if (!llvm::is_contained(sizes, *entry.getRanks()))
    sizes.push_back(*entry.getRanks());
  llvm::sort(sizes);
}

IterationTime Scaling::on(int64_t devices, const Change &change) const {
  IterationTime time;
  double computed = 0, free = 0; // when what came before is over: steps, messages
  std::vector<double> ends;
  for (const RankStep &step : steps) {
    double &end = ends.emplace_back();
    if (!step.message) {
      for (size_t message : step.messages)
        computed = std::max(computed, ends[message]);
      const double seconds = step.seconds * change.computes;
      time.compute += seconds;
      end = computed += seconds;
      continue;
    }
    const CollectiveTime best = allReduceTime(network, devices, double(step.message) * change.bytes).best;
    const double seconds = step.share * ((change.latency ? best.latency : 0) + (change.transfer ? best.transfer : 0));
    time.communication += seconds;
    end = free = std::max(free, step.ready ? ends[*step.ready] : 0) + seconds;
  }
  time.iteration = std::max(computed, free);
  return time;
}

double Scaling::efficiency(int64_t devices, const Change &change) const {
  const IterationTime time = on(devices, change);
  return time.iteration > 0 ? time.compute / time.iteration : 1;
}

StringRef Scaling::limit(int64_t devices) const {
  const IterationTime time = on(devices, asCompiled);
  if (time.exposed() < smallShare * time.iteration)
    return "compute";
  const double withoutLatency = on(devices, {1, 1, false, true, 1}).iteration;
  const double withoutBytes = on(devices, {1, 1, true, false, 1}).iteration;
  return withoutLatency < withoutBytes ? "latency" : "bandwidth";
}

/// The change that gains most.
StringRef Scaling::help(int64_t devices) const {
  StringRef best = "-";
  double most = efficiency(devices, asCompiled) + smallGain;
  for (const NamedChange &change : changes)
    if (double gained = efficiency(devices, change.change); gained > most) {
      most = gained;
      best = change.title;
    }
  return best;
}

ReportTable Scaling::table() const {
  ReportTable table{{{"devices", "devices"},
                     {"batch", "batch"},
                     {"compute_seconds", "ms compute", 1e3, 3},
                     {"communication_seconds", "ms messages", 1e3, 3},
                     {"exposed_seconds", "ms exposed", 1e3, 3},
                     {"iteration_seconds", "ms iteration", 1e3, 3},
                     {"in_order_seconds", "ms in order", 1e3, 3},
                     {"efficiency", "% efficient", 1e2, 1},
                     {"images_per_second", "images/s", 1, 1},
                     {"limit", "limit"},
                     {"helps", "what would help most"}},
                    {}};
  for (int64_t devices : sizes) {
    const IterationTime time = on(devices, asCompiled);
    const int64_t batch = devices * imagesPerDevice;
    table.rows.push_back({devices, batch, time.compute, time.communication, time.exposed(), time.iteration,
                          time.inOrder(), efficiency(devices, asCompiled),
                          time.iteration > 0 ? double(batch) / time.iteration : 0, limit(devices), help(devices)});
  }
  return table;
}

static std::string onDevices(StringRef what, int64_t devices, StringRef between) {
  return (what + between + Twine(devices)).str();
}

ReportTable Scaling::changeTable() const {
  ReportTable table{{{"change", "change"}}, {}};
  for (int64_t devices : sizes)
    table.columns.push_back(
        {onDevices("efficiency", devices, "_on_"), onDevices("% efficient", devices, " on "), 1e2, 1});
  auto add = [&](StringRef name, llvm::function_ref<double(int64_t)> efficient) {
    auto &row = table.rows.emplace_back(std::vector<llvm::json::Value>{name});
    for (int64_t devices : sizes)
      row.emplace_back(efficient(devices));
  };
  add("as compiled", [&](int64_t devices) { return efficiency(devices, asCompiled); });
  add("messages in order with steps (one stream)", [&](int64_t devices) {
    const IterationTime time = on(devices, asCompiled);
    return time.inOrder() > 0 ? time.compute / time.inOrder() : 1;
  });
  for (const NamedChange &change : changes)
    add(change.title, [&](int64_t devices) { return efficiency(devices, change.change); });
  return table;
}

ReportTable Scaling::messageTable(bool all) const {
  ReportTable table{{{"step", "all-reduce"}, {"bytes", "KB", 1e-3, 1}}, {}};
  for (int64_t devices : sizes) {
    if (all) {
      table.columns.push_back({onDevices("ring_seconds", devices, "_on_"), ""});
      table.columns.push_back({onDevices("tree_seconds", devices, "_on_"), ""});
    }
    table.columns.push_back({onDevices("seconds", devices, "_on_"), onDevices("us", devices, " on "), 1e6, 1});
  }
  table.columns.push_back({"label", "of"});
  for (const auto &[place, step] : llvm::enumerate(steps)) {
    if (!step.message)
      continue;
    auto &row = table.rows.emplace_back(std::vector<llvm::json::Value>{int64_t(place), step.message});
    for (int64_t devices : sizes) {
      const AllReduceTime time = allReduceTime(network, devices, double(step.message));
      if (all) {
        row.emplace_back(step.share * time.ring.seconds());
        row.emplace_back(step.share * time.tree.seconds());
      }
      row.emplace_back(step.share * time.best.seconds());
    }
    row.emplace_back(step.label);
  }
  return table;
}

} // namespace dpsims
