// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled model in memory: the checked, decoded form of the file that runtime/format/model.fbs describes. What
// is here has been validated: every index is in range, every buffer lies within its arena, every step's operands
// fit each other. Nothing downstream needs to check again.

#ifndef DPSIMS_RUNTIME_FORMAT_MODEL_H
#define DPSIMS_RUNTIME_FORMAT_MODEL_H

#include "runtime/base/tensor.h"
#include "runtime/communicator/communicator.h"
#include "runtime/weights/spec.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace dpsims {

/// What convolutions and matmuls may do; see model.fbs.
enum class Precision : uint8_t { F32, TF32, BF16 };

/// "f32", "tf32" or "bf16".
const char *name(Precision precision);

/// Where a buffer lives; see model.fbs.
enum class Space : uint8_t { Input, Output, Arena, Constant, Load, Variable };

/// True where `Buffer::index` chooses one of several tensors.
bool isIndexed(Space space);

struct Buffer {
  Space space = Space::Arena;
  uint32_t index = 0;  ///< which input, output, constant or variable
  uint64_t offset = 0; ///< bytes from the start of the arena, input, output, constant or variable
  ElementType type = ElementType::F32;
  Shape shape;

  uint64_t count() const { return static_cast<uint64_t>(elementCount(shape)); }
  uint64_t bytes() const { return static_cast<uint64_t>(byteSize(type, shape)); }
};

/// True when two buffers of one plan share at least one byte.
bool overlap(const Buffer &a, const Buffer &b);

/// True when two buffers are the same bytes.
bool sameBytes(const Buffer &a, const Buffer &b);

/// A named tensor of an entry's interface.
struct Argument {
  std::string name;
  ElementType type = ElementType::F32;
  Shape shape;
  bool sharded = false; ///< each rank has its own part along the first axis, of this shape

  uint64_t bytes() const { return static_cast<uint64_t>(byteSize(type, shape)); }
};

struct ConstantInfo {
  ElementType type = ElementType::F32;
  Shape shape;

  uint64_t bytes() const { return static_cast<uint64_t>(byteSize(type, shape)); }
};

struct Kernel {
  std::string name;
  uint64_t grid = 0;
  uint32_t threads = 0;
};

enum class Activation : uint8_t {
  None,
#define ACTIVATION(Name, name) Name,
#include "runtime/format/activations.def"
};

/// All of them, by their numbers.
inline constexpr Activation activations[] = {
    Activation::None,
#define ACTIVATION(Name, name) Activation::Name,
#include "runtime/format/activations.def"
};

/// "none", "relu", ...
const char *name(Activation activation);

/// activation(result + bias) + residual; see model.fbs.
struct Epilogue {
  Activation activation = Activation::None;
  float alpha = 0;
  float beta = 0;
};

struct LaunchStep {
  uint32_t kernel = 0;
  std::vector<uint32_t> args;
  uint32_t outputs = 0; ///< how many of them, the last ones, are written; 0: it is not known, and all may be
};

/// How a convolution goes over its input.
struct ConvWindow {
  uint32_t strideH = 1, strideW = 1;
  uint32_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  uint32_t groups = 1;
  bool packed = false; ///< the weights' memory has the order (O, H, W, I)
};

struct ConvStep : ConvWindow {
  uint32_t src = 0, weights = 0, dst = 0;
  int32_t bias = -1, residual = -1; ///< -1: none
  Epilogue epilogue;
};

/// The gradient of a convolution's input; the window is the convolution's.
struct ConvInputGradientStep : ConvWindow {
  uint32_t gradient = 0, weights = 0, dst = 0;
};

/// The gradient of a convolution's weights; the window is the convolution's.
struct ConvWeightGradientStep : ConvWindow {
  uint32_t src = 0, gradient = 0, dst = 0;
};

struct MatmulStep {
  uint32_t a = 0, b = 0, dst = 0;
  int32_t bias = -1, residual = -1; ///< -1: none
  uint64_t batch = 1, m = 0, n = 0, k = 0;
  bool transposeA = false, transposeB = false;
  bool sharedB = true;
  Epilogue epilogue;
};

struct LoadWeightStep {
  uint32_t weight = 0;
  uint32_t dst = 0;
};

struct StoreConstantStep {
  uint32_t src = 0;
  uint32_t constant = 0;
};

/// What ranks get of what all of them have; see model.fbs.
enum class CollectiveKind : uint8_t { Sum, Max, ReduceScatter, AllGather, OwnPart };

/// "all-reduce" of Sum and Max, "reduce-scatter", "all-gather", "own-part".
const char *name(CollectiveKind kind);

/// Each dst becomes that of all ranks' srcs of its place.
struct CollectiveStep {
  std::vector<uint32_t> srcs, dsts; ///< as many
  CollectiveKind kind = CollectiveKind::Sum;

  /// Whether a dst has as many elements as its src.
  bool isReduction() const { return kind == CollectiveKind::Sum || kind == CollectiveKind::Max; }
};

using Operation = std::variant<LaunchStep, ConvStep, MatmulStep, LoadWeightStep, StoreConstantStep,
                               ConvInputGradientStep, ConvWeightGradientStep, CollectiveStep>;

struct Step {
  Operation operation;
  std::string label;
  uint64_t flops = 0;
  uint64_t bytes = 0;

  /// "launch", "conv", "matmul", "load", "store", "input-gradient", "weight-gradient", or a
  /// collective's name.
  const char *kind() const;
};

/// The buffers that a step works on, without those that are not there. Those that a step may both read and write are
/// in `writes`.
struct StepBuffers {
  std::vector<uint32_t> reads, writes;
};
StepBuffers buffersOf(const Step &step);

/// A straight list of steps over buffers in one arena.
struct Plan {
  std::vector<Buffer> buffers;
  uint64_t arenaSize = 0;
  std::vector<Step> steps;
};

/// A program of the model.
struct Entry {
  std::string name;
  std::vector<Argument> inputs;
  std::vector<Argument> outputs;
  std::vector<uint32_t> weights;   ///< indices in CompiledModel::weights
  std::vector<uint32_t> variables; ///< the weights that `main` works on directly and may change; among `weights`
  std::vector<ConstantInfo> constants;
  Plan prepare;
  Plan main;
};

/// True when all ranks execute the entry together, each on its part of the batch.
bool isSharded(const Entry &entry);

/// A section of a file; valid as long as its model.
struct FileSection {
  const uint8_t *data = nullptr;
  size_t size = 0;
};

/// Code of all kernels in one format, for one chip. What they mean is the device's matter; see model.fbs.
struct CodeImage {
  std::string format, chip;
  std::vector<std::string> features; ///< what else the device must have
  FileSection code;                  ///< not empty
};

/// A file's bytes, read-only, for the life of the object.
class FileBytes;

class CompiledModel {
public:
  /// Reads, checks and decodes a file. Errors (dpsims::Error, one line that begins with the path): not a compiled
  /// model; truncated or damaged; another format version; a value out of its range, with its place.
  static std::shared_ptr<const CompiledModel> load(const std::string &path);

  /// The same for bytes in memory, which it copies; `source` stands for the path in messages.
  static std::shared_ptr<const CompiledModel> parse(const void *data, size_t size, const std::string &source);

  /// The same, of bytes that must live as long as the model.
  static std::shared_ptr<const CompiledModel> view(const void *data, size_t size, const std::string &source);

  /// The entry of that name, or, with an empty name, the only one. Errors list the names there are.
  const Entry &entry(const std::string &name) const;

  std::string path;
  uint32_t version = 0;
  uint64_t fileSize = 0;
  std::string compiler;
  std::string sourceHash;
  std::string target; ///< the name of the kind of device that runs it
  Precision precision = Precision::F32;
  uint32_t ranks = 1; ///< how many processes execute it together, each on its part of the batch
  std::string config;
  std::vector<WeightSpec> weights; ///< all floats
  std::vector<Kernel> kernels;
  std::vector<Entry> entries;
  std::vector<CodeImage> images; ///< no format has a chip twice; there is one at least where there are kernels

  FileSection file() const; ///< all of it

private:
  static std::shared_ptr<const CompiledModel> adopt(std::shared_ptr<const FileBytes> bytes, const std::string &path);

  std::shared_ptr<const FileBytes> bytes;
};

} // namespace dpsims

#endif // DPSIMS_RUNTIME_FORMAT_MODEL_H
