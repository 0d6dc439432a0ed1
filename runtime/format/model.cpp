// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/format/model.h"

#include "runtime/base/error.h"
#include "runtime/base/file.h"
#include "runtime/base/foreign_file.h"
#include "runtime/format/checksum.h"
#include "runtime/format/decode.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dpsims {

namespace {

// FlatBuffers' offsets are 32 bits, signed.
constexpr uint64_t maxFileSize = (uint64_t(1) << 31) - 1;

// ": it is JSON: ...", as far as the beginning tells.
std::string whatItIs(const uint8_t *data, size_t size) {
  const std::string_view begin(reinterpret_cast<const char *>(data), std::min(size, foreignKindBytes));
  if (const char *kind = foreignKind(begin))
    return std::string(": it ") + kind;
  if (begin.substr(0, 1) == "{")
    return ": it is JSON: compile a configuration with dpsims-compile first";
  if (begin.size() > 8 && begin.substr(5, 4) == std::string_view("\0\0\0{", 4))
    return ": it is safetensors: give weights with --weights";
  return "";
}

// Identifier, trailer, version: what tells another kind of file, a damaged one and a newer one apart.
void checkHeader(const uint8_t *data, size_t size, const std::string &path) {
  if (size < 8 || std::memcmp(data + 4, "DPSM", 4) != 0)
    fail(ErrorCode::InvalidData, path, ": not a compiled model (dpsims-compile writes one)", whatItIs(data, size));
  uint64_t stored = 0;
  size_t body = size < 8 + format::trailerSize ? 0 : size - format::trailerSize;
  if (body)
    std::memcpy(&stored, data + body, sizeof(stored));
  if (!body || stored != format::checksum(data, body))
    fail(ErrorCode::InvalidData, path, ": truncated or damaged: its checksum does not match; ",
         hasChangedLineEnds({reinterpret_cast<const char *>(data), size})
             ? "line ends in it were changed, as by FTP in text mode or Git: copy it again as binary"
             : "compile or copy it again");
}

// The version, read by hand: a newer file need not pass this version's verifier. 0 if there is none.
uint32_t readVersion(const uint8_t *data, size_t size) {
  auto get32 = [&](size_t at) {
    uint32_t value = 0;
    if (at + 4 <= size)
      std::memcpy(&value, data + at, 4);
    return value;
  };
  auto get16 = [&](size_t at) {
    uint16_t value = 0;
    if (at + 2 <= size)
      std::memcpy(&value, data + at, 2);
    return value;
  };
  size_t root = get32(0);
  if (root + 4 > size)
    return 0;
  int64_t vtable = static_cast<int64_t>(root) - static_cast<int32_t>(get32(root));
  if (vtable < 0 || static_cast<uint64_t>(vtable) + 6 > size || get16(static_cast<size_t>(vtable)) < 6)
    return 0;
  uint16_t field = get16(static_cast<size_t>(vtable) + 4);
  return field ? get32(root + field) : 0;
}

const char *const activationNames[] = {
    "none",
#define ACTIVATION(Name, name) #name,
#include "runtime/format/activations.def"
};

} // namespace

// The file, in memory of its own or of somebody else's.
class FileBytes {
public:
  explicit FileBytes(HostBuffer owned) : data(owned.as<uint8_t>()), size(owned.size()), buffer(std::move(owned)) {}
  FileBytes(const void *data, size_t size) : data(static_cast<const uint8_t *>(data)), size(size) {}

  const uint8_t *data;
  size_t size;

private:
  HostBuffer buffer;
};

const char *name(Precision precision) {
  return precision == Precision::F32 ? "f32" : precision == Precision::TF32 ? "tf32" : "bf16";
}

const char *name(Activation activation) { return activationNames[static_cast<size_t>(activation)]; }

const char *name(CollectiveKind kind) {
  static const char *const names[] = {"all-reduce", "all-reduce", "reduce-scatter", "all-gather", "own-part"};
  return names[static_cast<size_t>(kind)];
}

const char *Step::kind() const {
  static const char *const kinds[] = {"launch", "conv", "matmul", "load", "store", "input-gradient", "weight-gradient"};
  const auto *collective = std::get_if<CollectiveStep>(&operation);
  return collective ? name(collective->kind) : kinds[operation.index()];
}

namespace {

struct BuffersOf {
  StepBuffers operator()(const LaunchStep &s) const {
    const auto firstOutput = s.outputs == 0 ? s.args.begin() : s.args.end() - s.outputs;
    return {{s.args.begin(), firstOutput}, {firstOutput, s.args.end()}};
  }
  StepBuffers operator()(const ConvStep &s) const {
    return withOptional({s.src, s.weights}, {s.bias, s.residual}, s.dst);
  }
  StepBuffers operator()(const ConvInputGradientStep &s) const { return {{s.gradient, s.weights}, {s.dst}}; }
  StepBuffers operator()(const ConvWeightGradientStep &s) const { return {{s.src, s.gradient}, {s.dst}}; }
  StepBuffers operator()(const MatmulStep &s) const { return withOptional({s.a, s.b}, {s.bias, s.residual}, s.dst); }
  StepBuffers operator()(const LoadWeightStep &s) const { return {{}, {s.dst}}; }
  StepBuffers operator()(const StoreConstantStep &s) const { return {{s.src}, {}}; }
  StepBuffers operator()(const CollectiveStep &s) const { return {s.srcs, s.dsts}; }

  static StepBuffers withOptional(std::vector<uint32_t> reads, std::initializer_list<int32_t> optional, uint32_t dst) {
    for (int32_t buffer : optional)
      if (buffer >= 0)
        reads.push_back(static_cast<uint32_t>(buffer));
    return {std::move(reads), {dst}};
  }
};

} // namespace

bool isSharded(const Entry &entry) {
  const auto sharded = [](const std::vector<Argument> &arguments) {
    return std::any_of(arguments.begin(), arguments.end(), [](const Argument &argument) { return argument.sharded; });
  };
  return sharded(entry.inputs) || sharded(entry.outputs);
}

StepBuffers buffersOf(const Step &step) { return std::visit(BuffersOf(), step.operation); }

bool isIndexed(Space space) { return space != Space::Arena && space != Space::Load; }

bool overlap(const Buffer &a, const Buffer &b) {
  if (a.space != b.space || (isIndexed(a.space) && a.index != b.index))
    return false;
  return a.offset < b.offset + b.bytes() && b.offset < a.offset + a.bytes();
}

bool sameBytes(const Buffer &a, const Buffer &b) {
  return overlap(a, b) && a.offset == b.offset && a.bytes() == b.bytes();
}

std::shared_ptr<const CompiledModel> CompiledModel::load(const std::string &path) {
  InputFile file(path);
  if (file.size() > maxFileSize)
    fail(ErrorCode::InvalidData, path, ": ", file.size(), " bytes are too many for a compiled model (2 GiB)");
  HostBuffer bytes(file.size());
  file.read(0, bytes.data(), file.size());
  return adopt(std::make_shared<FileBytes>(std::move(bytes)), path);
}

std::shared_ptr<const CompiledModel> CompiledModel::parse(const void *data, size_t size, const std::string &source) {
  HostBuffer bytes(size);
  if (size)
    std::memcpy(bytes.data(), data, size);
  return adopt(std::make_shared<FileBytes>(std::move(bytes)), source);
}

std::shared_ptr<const CompiledModel> CompiledModel::view(const void *data, size_t size, const std::string &source) {
  return adopt(std::make_shared<FileBytes>(data, size), source);
}

FileSection CompiledModel::file() const { return {bytes->data, bytes->size}; }

std::shared_ptr<const CompiledModel> CompiledModel::adopt(std::shared_ptr<const FileBytes> bytes,
                                                          const std::string &path) {
  const uint8_t *data = bytes->data;
  size_t size = bytes->size;
  if (size > maxFileSize)
    fail(ErrorCode::InvalidData, path, ": ", size, " bytes are too many for a compiled model (2 GiB)");
  checkHeader(data, size, path);
  size -= format::trailerSize;
  auto model = std::make_shared<CompiledModel>();
  model->path = path;
  model->fileSize = bytes->size;
  model->version = readVersion(data, size);
  if (model->version != format::formatVersion)
    fail(ErrorCode::Incompatible, path, ": format version ", model->version, ", this build of dpsims reads ",
         format::formatVersion, ": compile it again with dpsims-compile of this version");
  model->bytes = std::move(bytes);
  decodeModel(data, size, *model);
  validateModel(*model);
  return model;
}

const Entry &CompiledModel::entry(const std::string &name) const {
  std::string names;
  for (const Entry &entry : entries) {
    if (entry.name == name || (name.empty() && entries.size() == 1))
      return entry;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  if (name.empty())
    fail(path, ": has several entries, choose one with --entry: ", names);
  fail(ErrorCode::NotFound, path, ": has no entry ", quoted(name), "; it has: ", names);
}

} // namespace dpsims
