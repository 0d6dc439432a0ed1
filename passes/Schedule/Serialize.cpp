// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Schedule/Serialize.h"
#include "dialect/Builders.h"
#include "passes/Schedule/Liveness.h"

#include "model_generated.h"
#include "runtime/format/checksum.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace fb = flatbuffers;

namespace dpsims {
namespace {

/// By name: the compiler and the file number them for themselves.
format::ElementType elementType(ElementKind kind) {
  std::string name = stringifyElementKind(kind).upper();
  for (format::ElementType type : format::EnumValuesElementType())
    if (name == format::EnumNameElementType(type))
      return type;
  llvm::report_fatal_error("the file has no element type " + Twine(name));
}

/// The same numbers, in the same order.
format::CollectiveKind collective(CollectiveKind kind) { return format::CollectiveKind(kind); }
static_assert(int(CollectiveKind::Sum) == int(format::CollectiveKind::Sum) &&
              int(CollectiveKind::OwnPart) == int(format::CollectiveKind::OwnPart));

std::vector<uint64_t> shapeOf(Type type) {
  ArrayRef<int64_t> shape = cast<ShapedType>(type).getShape();
  return std::vector<uint64_t>(shape.begin(), shape.end());
}

/// The place in the model's text where an op was written.
std::string place(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  return file ? (llvm::sys::path::filename(file.getFilename().getValue()) + ":" + llvm::Twine(file.getLine())).str()
              : std::string();
}

/// The number in files, see activations.def.
uint8_t activationNumber(std::optional<ActivationKind> activation) {
  enum Number : uint8_t {
    None,
#define ACTIVATION(Name, name) Name,
#include "runtime/format/activations.def"
  };
  if (!activation)
    return Number::None;
  switch (*activation) {
#define ACTIVATION(Name, name)                                                                                         \
  case ActivationKind::Name:                                                                                           \
    return Number::Name;
#include "runtime/format/activations.def"
  }
  llvm_unreachable("not an activation");
}

format::Space spaceOf(BufferOp buffer) {
  switch (buffer.getSpace()) {
  case BufferSpace::Input:
    return format::Space::Input;
  case BufferSpace::Output:
    return format::Space::Output;
  case BufferSpace::Constant:
    return format::Space::Constant;
  case BufferSpace::Variable:
    return format::Space::Variable;
  case BufferSpace::Arena:
    return format::Space::Arena;
  case BufferSpace::Load:
    return format::Space::Load;
  }
  llvm_unreachable("not a space");
}

class Serializer {
public:
  Serializer(ModuleOp module, const ModelDescription &description) : module(module), description(description) {
    for (auto [i, kernel] : llvm::enumerate(description.code.kernels))
      kernelIndex[kernel.name] = i;
  }

  FailureOr<std::string> run() {
    std::vector<fb::Offset<format::Entry>> entries;
    for (auto entry : module.getOps<EntryOp>()) {
      if (failed(checkBuffers(entry)) || failed(collectWeights(entry)) || failed(collectRanks(entry)))
        return failure();
      entries.push_back(writeEntry(entry));
    }
    finish(entries);
    std::string file(reinterpret_cast<const char *>(b.GetBufferPointer()), b.GetSize());
    char trailer[format::trailerSize];
    llvm::support::endian::write64le(trailer, format::checksum(file.data(), file.size()));
    file.append(trailer, sizeof trailer);
    return file;
  }

private:
  /// A schedule that somebody wrote has any.
  static LogicalResult checkBuffers(EntryOp entry) {
    WalkResult result = entry.walk([](BufferOp buffer) {
      auto type = cast<MemRefType>(buffer.getType());
      if (type.hasStaticShape() && isElement(type.getElementType()))
        return WalkResult::advance();
      buffer.emitOpError("is a ") << type << "; a model's buffers are static, of f32, bf16, f16, i32 or i8 (u8)";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  static bool isElement(Type type) {
    return type.isF32() || type.isBF16() || type.isF16() || type.isSignlessInteger(32) || type.isInteger(8);
  }

  void finish(const std::vector<fb::Offset<format::Entry>> &entries) {
    const KernelCode &generated = description.code;
    std::vector<fb::Offset<format::Kernel>> kernels;
    for (auto &kernel : generated.kernels)
      kernels.push_back(format::CreateKernelDirect(b, kernel.name.c_str(), kernel.grid, kernel.threads));
    std::vector<fb::Offset<format::Weight>> weightTable;
    for (auto &[name, weight] : weights)
      weightTable.push_back(writeWeight(weight));
    std::vector<fb::Offset<format::CodeImage>> images;
    for (const KernelCode::Image &image : generated.images)
      images.push_back(writeImage(image));
    auto model = format::CreateModel(
        b, format::formatVersion, b.CreateString(description.compiler), b.CreateString(description.sourceHash),
        b.CreateString(description.target), b.CreateString(description.config), b.CreateVector(weightTable),
        b.CreateVector(kernels), b.CreateVector(entries), b.CreateVector(images), description.precision, ranks);
    b.Finish(model, format::ModelIdentifier());
  }

  fb::Offset<format::CodeImage> writeImage(const KernelCode::Image &image) {
    b.ForceVectorAlignment(image.code.size(), 1, 32);
    auto code = b.CreateVector(reinterpret_cast<const uint8_t *>(image.code.data()), image.code.size());
    return format::CreateCodeImage(b, b.CreateString(image.format), b.CreateString(image.chip),
                                   b.CreateVectorOfStrings(image.features), code);
  }

  /// A file is for one number of them; programs of one rank alone may be beside the others.
  LogicalResult collectRanks(EntryOp entry) {
    uint32_t own = entry.getRanks().value_or(1);
    if (own > 1 && ranks > 1 && own != ranks)
      return entry.emitError() << "is for " << own << " ranks, another program of this file for " << ranks
                               << "; compile them into two";
    ranks = std::max(ranks, own);
    return success();
  }

  //===-- Weights -----------------------------------------------------------------------------------------------===//

  LogicalResult collectWeights(EntryOp entry) {
    for (auto weight : entry.getPrepare().getOps<WeightDeclOp>()) {
      auto [known, isNew] = weights.try_emplace(weight.getName(), weight);
      if (isNew || (known->second.getShape() == weight.getShape() && known->second.getType() == weight.getType() &&
                    known->second.getSharded() == weight.getSharded()))
        continue;
      InFlightDiagnostic diagnostic =
          weight.emitError()
          << "name clash: weight '" << weight.getName()
          << "' has another shape, type or number of parts in another program of this file; compile them into two";
      diagnostic.attachNote(known->second.getLoc()) << "the other one is here";
      return diagnostic;
    }
    return success();
  }

  fb::Offset<format::Weight> writeWeight(WeightDeclOp weight) {
    std::vector<uint64_t> shape;
    for (auto size : weight.getShape().getAsRange<IntegerAttr>())
      shape.push_back(size.getInt());
    std::string of = weight.getOf().value_or("").str();
    return format::CreateWeightDirect(b, weight.getName().str().c_str(), elementType(weight.getType()), &shape,
                                      weight.getTrained(), stringifyInitializer(weight.getInit()).str().c_str(),
                                      weight.getValue().convertToDouble(), of.empty() ? nullptr : of.c_str(),
                                      weight.getRequired().value_or(true), weight.getSharded());
  }

  uint32_t weightIndex(StringRef name) { return std::distance(weights.begin(), weights.find(name)); }

  //===-- Entries -----------------------------------------------------------------------------------------------===//

  fb::Offset<format::Entry> writeEntry(EntryOp entry) {
    using Buffers = llvm::MapVector<int64_t, BufferOp>;
    Buffers inputs, outputs, constants, variables;
    std::pair<BufferSpace, Buffers *> tables[] = {{BufferSpace::Input, &inputs},
                                                  {BufferSpace::Output, &outputs},
                                                  {BufferSpace::Constant, &constants},
                                                  {BufferSpace::Variable, &variables}};
    for (auto buffer : entry.getMain().getOps<BufferOp>())
      for (auto [space, table] : tables)
        if (!buffer.getViewOf() && buffer.getIndex() && buffer.getSpace() == space)
          (*table)[*buffer.getIndex()] = buffer;
    std::vector<uint32_t> used, changed;
    for (auto &[index, buffer] : sorted(variables))
      changed.push_back(weightIndex(*buffer.getName()));
    for (auto weight : entry.getPrepare().getOps<WeightDeclOp>())
      used.push_back(weightIndex(weight.getName()));
    std::vector<fb::Offset<format::Constant>> constantTable;
    for (auto &[index, buffer] : sorted(constants)) {
      std::vector<uint64_t> shape = shapeOf(buffer.getType());
      constantTable.push_back(format::CreateConstantDirect(b, elementType(bufferElement(buffer)), &shape));
    }
    auto in = arguments(inputs), out = arguments(outputs);
    auto prepare = writePlan(entry.getPrepare().front(), entry.getLoadSize().value_or(0));
    auto main = writePlan(entry.getMain().front(), entry.getArenaSize().value_or(0));
    return format::CreateEntryDirect(b, entry.getSymName().str().c_str(), &in, &out, &used, &constantTable, prepare,
                                     main, &changed);
  }

  static ElementKind bufferElement(BufferOp buffer) {
    return kindOf(cast<MemRefType>(buffer.getType()).getElementType());
  }

  static SmallVector<std::pair<int64_t, BufferOp>> sorted(const llvm::MapVector<int64_t, BufferOp> &buffers) {
    SmallVector<std::pair<int64_t, BufferOp>> result(buffers.begin(), buffers.end());
    llvm::sort(result, [](auto &a, auto &b) { return a.first < b.first; });
    return result;
  }

  std::vector<fb::Offset<format::Argument>> arguments(const llvm::MapVector<int64_t, BufferOp> &buffers) {
    std::vector<fb::Offset<format::Argument>> table;
    for (auto &[index, buffer] : sorted(buffers)) {
      std::vector<uint64_t> shape = shapeOf(buffer.getType());
      table.push_back(format::CreateArgumentDirect(b, buffer.getName().value_or("").str().c_str(),
                                                   elementType(bufferElement(buffer)), &shape, buffer.getSharded()));
    }
    return table;
  }

  //===-- Plans -------------------------------------------------------------------------------------------------===//

  fb::Offset<format::Plan> writePlan(Block &block, int64_t arenaSize) {
    bufferIndex.clear();
    std::vector<fb::Offset<format::Buffer>> buffers;
    std::vector<fb::Offset<format::Step>> steps;
    for (Operation &op : block) {
      if (auto buffer = dyn_cast<BufferOp>(op)) {
        bufferIndex[buffer] = buffers.size();
        buffers.push_back(writeBuffer(buffer));
      } else if (!isa<WeightDeclOp>(op))
        steps.push_back(writeStep(&op));
    }
    return format::CreatePlanDirect(b, &buffers, arenaSize, &steps);
  }

  fb::Offset<format::Buffer> writeBuffer(BufferOp buffer) {
    auto root = rootOf(buffer).getDefiningOp<BufferOp>();
    std::vector<uint64_t> shape = shapeOf(buffer.getType());
    return format::CreateBufferDirect(b, spaceOf(root), root.getIndex().value_or(0), root.getOffset().value_or(0),
                                      elementType(bufferElement(buffer)), &shape);
  }

  uint32_t index(Value buffer) { return bufferIndex.lookup(buffer); }
  std::vector<uint32_t> indices(ValueRange buffers) {
    std::vector<uint32_t> result;
    for (Value buffer : buffers)
      result.push_back(index(buffer));
    return result;
  }
  int32_t indexOrNone(Value buffer) { return buffer ? int32_t(index(buffer)) : -1; }

  /// The graph's ops that a step computes.
  static std::string opsOf(Operation *op) {
    if (auto ops = op->getAttrOfType<StringAttr>("ops"))
      return ops.getValue().str();
    if (auto step = dyn_cast<CollectiveStepOp>(op)) {
      bool reduces = step.getKind() == CollectiveKind::Sum || step.getKind() == CollectiveKind::Max;
      return reduces ? "all_reduce" : stringifyCollectiveKind(step.getKind()).str();
    }
    return op->getName().stripDialect().split("_step").first.str();
  }

  fb::Offset<format::Step> writeStep(Operation *op) {
    uint64_t bytes = 0, flops = 0;
    for (Value operand : llvm::SmallSetVector<Value, 8>(op->operand_begin(), op->operand_end()))
      bytes += byteSize(operand);
    auto [kind, table] = operation(op, flops);
    std::string label = opsOf(op), where = place(op->getLoc());
    return format::CreateStepDirect(b, kind, table, (label + (where.empty() ? "" : " " + where)).c_str(), flops, bytes);
  }

  std::pair<format::Operation, fb::Offset<void>> operation(Operation *op, uint64_t &flops) {
    using Result = std::pair<format::Operation, fb::Offset<void>>;
    return llvm::TypeSwitch<Operation *, Result>(op)
        .Case<LaunchOp>([&](LaunchOp launch) {
          std::vector<uint32_t> arguments = indices(launch->getOperands());
          return Result(format::Operation::Launch,
                        format::CreateLaunchDirect(b, kernelIndex.lookup(launch.getKernel()), &arguments,
                                                   static_cast<uint32_t>(launch.getOutputs().size()))
                            .Union());
        })
        .Case<LoadWeightOp>([&](LoadWeightOp load) {
          return Result(format::Operation::LoadWeight,
                        format::CreateLoadWeight(b, weightIndex(load.getName()), index(load.getDst())).Union());
        })
        .Case<StoreConstantOp>([&](StoreConstantOp store) {
          return Result(format::Operation::StoreConstant,
                        format::CreateStoreConstant(b, index(store.getSrc()), store.getIndex()).Union());
        })
        .Case<ConvStepOp>([&](ConvStepOp conv) { return Result(format::Operation::Conv, writeConv(conv, flops)); })
        .Case<ConvInputGradientStepOp>([&](auto conv) {
          return Result(
              format::Operation::ConvInputGradient,
              writeConvGradient(conv, conv.getOther().getType(), conv.getSrc().getType(), flops,
                                [&](auto... fields) { return format::CreateConvInputGradient(b, fields...); }));
        })
        .Case<ConvWeightGradientStepOp>([&](auto conv) {
          return Result(
              format::Operation::ConvWeightGradient,
              writeConvGradient(conv, conv.getDst().getType(), conv.getOther().getType(), flops,
                                [&](auto... fields) { return format::CreateConvWeightGradient(b, fields...); }));
        })
        .Case<CollectiveStepOp>([&](CollectiveStepOp step) {
          std::vector<uint32_t> srcs = indices(step.getSrcs()), dsts = indices(step.getDsts());
          return Result(format::Operation::Collective,
                        format::CreateCollectiveDirect(b, &srcs, &dsts, collective(step.getKind())).Union());
        })
        .Case<MatmulStepOp>([&](MatmulStepOp m) { return Result(format::Operation::Matmul, writeMatmul(m, flops)); });
  }

  template <typename StepOp> fb::Offset<format::Epilogue> epilogue(StepOp step) {
    return format::CreateEpilogue(b, activationNumber(step.getActivation()), float(step.getAlpha()),
                                  float(step.getBeta()));
  }

  fb::Offset<void> writeConv(ConvStepOp conv, uint64_t &flops) {
    SmallVector<int64_t> stride = conv.getStride(), padding = conv.getPadding();
    auto dst = cast<MemRefType>(conv.getDst().getType()), weights = cast<MemRefType>(conv.getWeights().getType());
    flops = 2 * dst.getNumElements() * (weights.getNumElements() / weights.getDimSize(0));
    auto after = epilogue(conv);
    return format::CreateConv(b, index(conv.getSrc()), index(conv.getWeights()), indexOrNone(conv.getBias()),
                              indexOrNone(conv.getResidual()), index(conv.getDst()), stride[0], stride[1], padding[0],
                              padding[1], padding[2], padding[3], conv.getGroups(), after, conv.getPacked())
        .Union();
  }

  /// `weights` and `result` are the types of the convolution's.
  template <typename OpTy, typename Create>
  fb::Offset<void> writeConvGradient(OpTy conv, Type weights, Type result, uint64_t &flops, Create create) {
    SmallVector<int64_t> stride = conv.getStride(), padding = conv.getPadding();
    auto w = cast<MemRefType>(weights);
    flops = 2 * cast<MemRefType>(result).getNumElements() * (w.getNumElements() / w.getDimSize(0));
    return create(index(conv.getSrc()), index(conv.getOther()), index(conv.getDst()), stride[0], stride[1], padding[0],
                  padding[1], padding[2], padding[3], conv.getGroups(), conv.getPacked())
        .Union();
  }

  fb::Offset<void> writeMatmul(MatmulStepOp matmul, uint64_t &flops) {
    auto a = cast<MemRefType>(matmul.getSrc().getType()), right = cast<MemRefType>(matmul.getWeights().getType());
    auto dst = cast<MemRefType>(matmul.getDst().getType());
    bool shared = right.getRank() == 2, transposed = matmul.getTransposeA();
    uint64_t k = a.getDimSize(a.getRank() - (transposed ? 2 : 1)), n = dst.getShape().back();
    uint64_t rows = a.getNumElements() / k, m = shared ? rows : a.getDimSize(a.getRank() - (transposed ? 1 : 2));
    flops = 2 * rows * k * n;
    auto after = epilogue(matmul);
    return format::CreateMatmul(b, index(matmul.getSrc()), index(matmul.getWeights()), indexOrNone(matmul.getBias()),
                                indexOrNone(matmul.getResidual()), index(matmul.getDst()), rows / m, m, n, k,
                                matmul.getTransposeB(), shared, after, transposed)
        .Union();
  }

  ModuleOp module;
  const ModelDescription &description;
  fb::FlatBufferBuilder b;
  uint32_t ranks = 1;
  llvm::StringMap<uint32_t> kernelIndex;
  llvm::MapVector<StringRef, WeightDeclOp> weights;
  llvm::DenseMap<Value, uint32_t> bufferIndex;
};

} // namespace

std::vector<KernelCode::Kernel> kernelsOf(ModuleOp module) {
  std::vector<KernelCode::Kernel> kernels;
  for (auto function : module.getOps<func::FuncOp>())
    function.walk([&](scf::ForallOp forall) {
      int64_t grid = 1;
      for (int64_t bound : forall.getStaticUpperBound())
        grid *= bound;
      kernels.push_back({function.getSymName().str(), grid, 0});
    });
  return kernels;
}

FailureOr<std::string> serialize(ModuleOp module, const ModelDescription &description) {
  return Serializer(module, description).run();
}

} // namespace dpsims
