// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/error.h"
#include "runtime/base/float16.h"
#include "runtime/format/decode.h"

#include <algorithm>
#include <limits>
#include <set>

namespace dpsims {

namespace {

constexpr uint64_t maxLaunchArgs = 512;                         // as many pointers as CUDA passes to a kernel
constexpr int64_t maxDim = std::numeric_limits<int32_t>::max(); // of convolutions and matmuls: the libraries' limit

constexpr uint32_t maxRanks = 1 << 16;

class Validator {
public:
  explicit Validator(const CompiledModel &model) : model(model) {}

  void run() {
    checkNames();
    for (const Entry &e : model.entries) {
      entry = &e;
      place = "entry " + quoted(e.name) + ": ";
      checkEntry();
      checkPlan(e.prepare, true);
      checkPlan(e.main, false);
    }
  }

private:
  template <typename... Pieces> [[noreturn]] void bad(const Pieces &...pieces) const {
    fail(ErrorCode::InvalidData, model.path, ": ", place, pieces...,
         "; the file is damaged, or its compiler has a bug");
  }

  void unique(std::set<std::string> &names, const std::string &name, const char *what) const {
    if (name.empty())
      bad("a ", what, " has no name");
    if (!names.insert(name).second)
      bad("two ", what, "s are called ", quoted(name));
  }

  void checkNames() {
    std::set<std::string> weights, kernels, entries;
    for (const WeightSpec &weight : model.weights) {
      unique(weights, weight.name, "weight");
      if (weight.parts == 0 || elementCount(weight.shape) % weight.parts)
        bad("weight ", quoted(weight.name), " of shape ", shapeText(weight.shape), " has no ", weight.parts,
            " equal parts");
      if (!isFloating(weight.type))
        bad("weight ", quoted(weight.name), " is ", elementTypeName(weight.type), ", not a float");
    }
    for (const Kernel &kernel : model.kernels) {
      unique(kernels, kernel.name, "kernel");
      if (kernel.grid == 0 || kernel.grid > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        bad("kernel ", quoted(kernel.name), " has a grid of ", kernel.grid);
    }
    for (const Entry &e : model.entries)
      unique(entries, e.name, "entry");
    if (entries.empty())
      bad("it has no entries");
    checkCode();
  }

  void checkCode() {
    if (model.ranks == 0 || model.ranks > maxRanks)
      bad("it is for ", model.ranks, " ranks");
    if (model.target.empty())
      bad("its target has no name");
    if (!model.kernels.empty() && model.images.empty())
      bad("it has kernels, but no code");
    std::set<std::pair<std::string, std::string>> seen;
    for (const CodeImage &image : model.images) {
      if (image.format.empty())
        bad("its code for ", quoted(image.chip), " has no format");
      if (!seen.emplace(image.format, image.chip).second)
        bad("it has code in the format ", quoted(image.format), " for ", quoted(image.chip), " twice");
      if (image.code.size == 0)
        bad("its code in the format ", quoted(image.format), " for ", quoted(image.chip), " is empty");
    }
  }

  void checkEntry() {
    std::set<std::string> inputs, outputs;
    for (const Argument &input : entry->inputs)
      unique(inputs, input.name, "input");
    for (const Argument &output : entry->outputs)
      unique(outputs, output.name, "output");
    std::set<uint32_t> seen;
    for (uint32_t weight : entry->weights) {
      if (weight >= model.weights.size())
        bad("weight ", weight, " of ", model.weights.size());
      if (!seen.insert(weight).second)
        bad("weight ", quoted(model.weights[weight].name), " is listed twice");
    }
    for (uint32_t variable : entry->variables) { // each once: what stays in `seen` is not a variable yet
      if (seen.erase(variable) == 0)
        bad("variable ", variable, " is not one of the entry's weights, or is listed twice");
      if (model.weights[variable].parts > 1 && !isSharded(*entry))
        bad("one rank executes it, with the variable ", quoted(model.weights[variable].name),
            " of which each has a part");
    }
  }

  void checkPlan(const Plan &p, bool prepare) {
    plan = &p;
    preparing = prepare;
    std::string outer = place;
    place += prepare ? "prepare: " : "main: ";
    std::string planPlace = place;
    for (size_t i = 0; i < p.buffers.size(); ++i) {
      place = planPlace + "buffer " + std::to_string(i) + ": ";
      checkBuffer(p.buffers[i]);
    }
    stored.assign(entry->constants.size(), false);
    for (size_t i = 0; i < p.steps.size(); ++i) {
      place = planPlace + "step " + std::to_string(i) + " (" + p.steps[i].label + "): ";
      std::visit([this](const auto &operation) { check(operation); }, p.steps[i].operation);
    }
    place = planPlace;
    auto missing = std::find(stored.begin(), stored.end(), false);
    if (prepare && missing != stored.end())
      bad("constant ", missing - stored.begin(), " is never stored");
    place = outer;
  }

  // The bytes that a buffer may take of its space.
  uint64_t spaceSize(const Buffer &b, ElementType &type) const {
    switch (b.space) {
    case Space::Input:
      if (b.index >= entry->inputs.size())
        bad("input ", b.index, " of ", entry->inputs.size());
      type = entry->inputs[b.index].type;
      return entry->inputs[b.index].bytes();
    case Space::Output:
      if (b.index >= entry->outputs.size())
        bad("output ", b.index, " of ", entry->outputs.size());
      type = entry->outputs[b.index].type;
      return entry->outputs[b.index].bytes();
    case Space::Constant:
      if (b.index >= entry->constants.size())
        bad("constant ", b.index, " of ", entry->constants.size());
      type = entry->constants[b.index].type;
      return entry->constants[b.index].bytes();
    case Space::Variable:
      if (b.index >= entry->variables.size())
        bad("variable ", b.index, " of ", entry->variables.size());
      type = model.weights[entry->variables[b.index]].type;
      return model.weights[entry->variables[b.index]].keptBytes();
    case Space::Arena:
    case Space::Load:
      break;
    }
    return plan->arenaSize;
  }

  void checkBuffer(const Buffer &b) const {
    if ((b.space == Space::Load) != preparing)
      bad("a buffer in this space does not belong here");
    ElementType type = b.type;
    uint64_t size = spaceSize(b, type);
    if (b.offset > size || b.bytes() > size - b.offset)
      bad("bytes ", b.offset, " to ", b.offset, " + ", b.bytes(), " are beyond the ", size, " there are");
    if (type != b.type)
      bad("its type is ", elementTypeName(b.type), ", not ", elementTypeName(type));
    if (b.offset % elementSize(b.type) != 0)
      bad("offset ", b.offset, " is not a multiple of the element's size");
  }

  const Buffer &buffer(uint32_t index) const {
    if (index >= plan->buffers.size())
      bad("buffer ", index, " of ", plan->buffers.size());
    return plan->buffers[index];
  }

  // A buffer that a library call works on, of the type.
  const Buffer &operand(uint32_t index, const char *what, ElementType type, size_t rank = 0) const {
    const Buffer &b = buffer(index);
    if (b.type != type)
      bad(what, " is ", elementTypeName(b.type), ", not ", elementTypeName(type));
    if (rank && b.shape.size() != rank)
      bad(what, " has the shape ", shapeText(b.shape), ", not ", rank, " dimensions");
    for (int64_t dim : b.shape)
      if (dim > maxDim)
        bad(what, " has the shape ", shapeText(b.shape), ", too large");
    return b;
  }

  // One factor of a product, which gives the other's type, and its result.
  const Buffer &factor(uint32_t index, const char *what, size_t rank = 0) const {
    const bool isNarrow = buffer(index).type == ElementType::BF16;
    return operand(index, what, isNarrow ? ElementType::BF16 : ElementType::F32, rank);
  }
  const Buffer &product(uint32_t index, ElementType factors, size_t rank = 0) const {
    const bool isWide = buffer(index).type == ElementType::F32;
    return operand(index, "the result", isWide ? ElementType::F32 : factors, rank);
  }

  void requireCount(const Buffer &b, uint64_t count, const char *what) const {
    if (b.count() != count)
      bad(what, " has ", b.count(), " elements, not ", count);
  }

  static bool isReadOnly(const Buffer &b) { return b.space == Space::Input || b.space == Space::Constant; }

  // What all library calls share: where the result goes.
  void checkResult(const Buffer &dst, std::initializer_list<const Buffer *> sources) const {
    if (isReadOnly(dst))
      bad("it writes to an input or a constant");
    for (const Buffer *source : sources)
      if (overlap(*source, dst))
        bad("the result overlaps an operand");
  }

  // What an epilogue adds to the result.
  void checkEpilogue(const Buffer &dst, int32_t bias, uint64_t channels, int32_t residual) const {
    if (bias < -1 || residual < -1)
      bad("buffer ", std::min(bias, residual));
    if (bias >= 0) {
      const Buffer &b = operand(static_cast<uint32_t>(bias), "the bias", ElementType::F32);
      requireCount(b, channels, "the bias");
      if (overlap(b, dst))
        bad("the result overlaps the bias");
    }
    if (residual < 0)
      return;
    const Buffer &r = operand(static_cast<uint32_t>(residual), "the residual", dst.type);
    requireCount(r, dst.count(), "the residual");
    if (overlap(r, dst) && !sameBytes(r, dst))
      bad("the result overlaps the residual without being the same");
  }

  void check(const LaunchStep &step) const {
    if (step.kernel >= model.kernels.size())
      bad("kernel ", step.kernel, " of ", model.kernels.size());
    if (step.args.size() > maxLaunchArgs)
      bad(step.args.size(), " arguments; ", maxLaunchArgs, " is the limit");
    if (step.outputs > step.args.size())
      bad(step.outputs, " outputs of ", step.args.size(), " arguments");
    const size_t firstOutput = step.args.size() - step.outputs;
    for (size_t i = 0; i < step.args.size(); ++i)
      if (const Buffer &b = buffer(step.args[i]); i >= firstOutput && isReadOnly(b))
        bad("it writes to an input or a constant");
  }

  void checkExtent(const char *axis, int64_t in, uint64_t kernel, uint64_t stride, uint64_t before, uint64_t after,
                   int64_t out) const {
    uint64_t padded = static_cast<uint64_t>(in) + before + after;
    if (stride == 0 || padded > static_cast<uint64_t>(maxDim) || kernel > padded)
      bad("stride ", stride, ", padding ", before, " and ", after, " or kernel ", kernel, " does not fit ", axis, " ",
          in);
    uint64_t expected = (padded - kernel) / stride + 1;
    if (expected != static_cast<uint64_t>(out))
      bad(axis, " ", in, " gives ", expected, ", but the result has ", out);
  }

  // A convolution's shapes: input and result NHWC, weights OIHW.
  void checkWindow(const ConvWindow &window, const Shape &src, const Shape &w, const Shape &dst) const {
    if (window.groups == 0 || w[0] % window.groups != 0)
      bad(w[0], " channels do not divide into ", window.groups, " groups");
    if (static_cast<uint64_t>(w[1]) * window.groups != static_cast<uint64_t>(src[3]))
      bad("weights ", shapeText(w), " in ", window.groups, " groups do not fit ", src[3], " channels");
    if (dst[0] != src[0] || dst[3] != w[0])
      bad("input ", shapeText(src), " and weights ", shapeText(w), " do not give ", shapeText(dst));
    checkExtent("height", src[1], w[2], window.strideH, window.padTop, window.padBottom, dst[1]);
    checkExtent("width", src[2], w[3], window.strideW, window.padLeft, window.padRight, dst[2]);
  }

  void check(const ConvStep &step) const {
    const Buffer &src = factor(step.src, "the input", 4);
    const Buffer &weights = operand(step.weights, "the weights", src.type, 4);
    const Buffer &dst = product(step.dst, src.type, 4);
    checkWindow(step, src.shape, weights.shape, dst.shape);
    checkResult(dst, {&src, &weights});
    checkEpilogue(dst, step.bias, static_cast<uint64_t>(weights.shape[0]), step.residual);
  }

  void check(const ConvInputGradientStep &step) const {
    const Buffer &gradient = factor(step.gradient, "the gradient", 4);
    const Buffer &weights = operand(step.weights, "the weights", gradient.type, 4);
    const Buffer &dst = product(step.dst, gradient.type, 4);
    checkWindow(step, dst.shape, weights.shape, gradient.shape);
    checkResult(dst, {&gradient, &weights});
  }

  void check(const ConvWeightGradientStep &step) const {
    const Buffer &src = factor(step.src, "the input", 4);
    const Buffer &gradient = operand(step.gradient, "the gradient", src.type, 4);
    const Buffer &dst = product(step.dst, src.type, 4);
    checkWindow(step, src.shape, dst.shape, gradient.shape);
    checkResult(dst, {&src, &gradient});
  }

  void check(const MatmulStep &step) const {
    const Buffer &a = factor(step.a, "the left operand");
    const Buffer &b = operand(step.b, "the right operand", a.type);
    const Buffer &dst = product(step.dst, a.type);
    for (uint64_t dim : {step.batch, step.m, step.n, step.k})
      if (dim == 0 || dim > static_cast<uint64_t>(maxDim))
        bad("a dimension is ", dim);
    auto sizeOf = [&](uint64_t batch, uint64_t rows, uint64_t columns) {
      uint64_t size = rows * columns; // each below 2^31
      if (size > std::numeric_limits<uint64_t>::max() / batch)
        bad("batch ", step.batch, ", m ", step.m, ", n ", step.n, ", k ", step.k, " are too large");
      return size * batch;
    };
    requireCount(a, sizeOf(step.batch, step.m, step.k), "the left operand");
    requireCount(b, sizeOf(step.sharedB ? 1 : step.batch, step.k, step.n), "the right operand");
    requireCount(dst, sizeOf(step.batch, step.m, step.n), "the result");
    if (step.sharedB && step.batch * step.m > static_cast<uint64_t>(maxDim))
      bad(step.batch, " times ", step.m, " rows are too many");
    if (step.transposeA && step.sharedB && step.batch != 1)
      bad("a transposed left operand in ", step.batch, " batches with one right operand");
    checkResult(dst, {&a, &b});
    checkEpilogue(dst, step.bias, step.n, step.residual);
  }

  void check(const LoadWeightStep &step) const {
    if (!preparing)
      bad("a weight is loaded outside of prepare");
    if (std::find(entry->weights.begin(), entry->weights.end(), step.weight) == entry->weights.end())
      bad("weight ", step.weight, " is not one of the entry's");
    const Buffer &dst = buffer(step.dst);
    const WeightSpec &weight = model.weights[step.weight];
    if (dst.type != weight.type)
      bad("the destination is ", elementTypeName(dst.type), ", the weight ", elementTypeName(weight.type));
    requireCount(dst, static_cast<uint64_t>(elementCount(weight.shape)), "the destination");
  }

  void check(const StoreConstantStep &step) {
    if (!preparing)
      bad("a constant is stored outside of prepare");
    if (step.constant >= entry->constants.size())
      bad("constant ", step.constant, " of ", entry->constants.size());
    const ConstantInfo &constant = entry->constants[step.constant];
    const Buffer &src = buffer(step.src);
    if (src.type != constant.type)
      bad("the constant is ", elementTypeName(constant.type), ", its source ", elementTypeName(src.type));
    requireCount(src, static_cast<uint64_t>(elementCount(constant.shape)), "the source");
    if (stored[step.constant])
      bad("constant ", step.constant, " is stored twice");
    stored[step.constant] = true;
  }

  void check(const CollectiveStep &step) const {
    if (preparing)
      bad("ranks meet in prepare");
    if (step.srcs.empty() || step.srcs.size() != step.dsts.size())
      bad(step.srcs.size(), " sources and ", step.dsts.size(), " destinations");
    for (size_t i = 0; i < step.srcs.size(); ++i) {
      const Buffer &src = operand(step.srcs[i], "a source", ElementType::F32);
      const Buffer &dst = buffer(step.dsts[i]);
      if (isReadOnly(dst))
        bad("it writes to an input or a constant");
      if (dst.type != ElementType::F32)
        bad("a destination is ", elementTypeName(dst.type));
      requireParts(step, src, dst);
      checkShared(step, i, dst);
    }
  }

  void requireParts(const CollectiveStep &step, const Buffer &src, const Buffer &dst) const {
    if (step.isReduction())
      return requireCount(dst, src.count(), "a destination");
    const Buffer &part = step.kind == CollectiveKind::AllGather ? src : dst;
    const Buffer &whole = step.kind == CollectiveKind::AllGather ? dst : src;
    if (whole.count() % model.ranks || whole.count() / model.ranks != part.count())
      bad("a part has ", part.count(), " elements, the whole ", whole.count(), ", on ", model.ranks, " ranks");
  }

  // A destination shares no byte with another operand, and only that of a sum or maximum may be its own source.
  void checkShared(const CollectiveStep &step, size_t i, const Buffer &dst) const {
    for (size_t other = 0; other < step.srcs.size(); ++other) {
      const Buffer &src = buffer(step.srcs[other]);
      const bool isOwn = step.isReduction() && other == i && sameBytes(src, dst);
      if ((!isOwn && overlap(src, dst)) || (other != i && overlap(buffer(step.dsts[other]), dst)))
        bad("destination ", i, " overlaps another operand");
    }
  }

  const CompiledModel &model;
  const Entry *entry = nullptr;
  const Plan *plan = nullptr;
  bool preparing = false;
  std::vector<bool> stored;
  std::string place;
};

} // namespace

void validateModel(const CompiledModel &model) { Validator(model).run(); }

} // namespace dpsims
