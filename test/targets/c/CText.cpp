// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/targets/c/CText.h"

#include "passes/Kernels/KernelForm.h"
#include "test/targets/c/CExpressions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dpsims::c {
namespace {

constexpr StringLiteral preamble = R"(#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define OF_BITS(To, From)                                                                                              \
  static To To##_of_bits(From from) {                                                                                  \
    To to;                                                                                                             \
    memcpy(&to, &from, sizeof to);                                                                                     \
    return to;                                                                                                         \
  }
OF_BITS(float, int32_t)
OF_BITS(int32_t, float)
OF_BITS(_Float16, int16_t)
OF_BITS(int16_t, _Float16)
)";

/// A memref is a pointer to its first element; where the others are, its type says.
class KernelWriter {
public:
  explicit KernelWriter(raw_ostream &os) : os(os) {}

  LogicalResult write(func::FuncOp kernel) {
    FailureOr<scf::ForallOp> forall = findKernelForall(kernel);
    if (failed(forall))
      return failure();
    os << "\nvoid " << kernel.getSymName() << "(void *const *args, int64_t begin, int64_t end) {\n";
    for (BlockArgument argument : kernel.getArguments()) {
      auto type = cast<MemRefType>(argument.getType());
      os << typeText(type.getElementType()) << " *" << define(argument) << " = args[" << argument.getArgNumber()
         << "];\n";
    }
    for (Operation &op : kernel.front().without_terminator())
      if (&op != forall->getOperation() && failed(write(&op)))
        return failure();
    os << "for (int64_t point = begin; point < end; ++point) {\nint64_t rest = point;\n";
    KernelGrid grid(*forall);
    SmallVector<Value> counters = (*forall).getInductionVars();
    for (size_t i = counters.size(); i-- > 0;) // the last one is the fastest
      os << "const int64_t " << define(counters[i]) << " = rest % " << grid.size[i] << " * " << grid.step[i] << " + "
         << grid.lower[i] << ";\nrest /= " << grid.size[i] << ";\n";
    if (failed(writeBody(forall->getBody())))
      return failure();
    os << "}\n}\n";
    return success();
  }

private:
  std::string define(Value value) { return names[value] = "v" + std::to_string(names.size()); }
  std::string name(Value value) const { return names.lookup(value); }

  LogicalResult writeBody(Block *block) {
    for (Operation &op : block->without_terminator())
      if (failed(write(&op)))
        return failure();
    return success();
  }

  LogicalResult write(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<memref::AllocaOp>([&](auto alloca) {
          auto type = cast<MemRefType>(alloca.getType());
          os << typeText(type.getElementType()) << " " << define(alloca) << "[" << type.getNumElements() << "];\n";
          return success();
        })
        .Case<memref::SubViewOp>([&](auto view) {
          return writeView(view, view.getSource(), view.getMixedOffsets(), stridesOf(view.getSource()));
        })
        .Case<memref::ReinterpretCastOp>(
            [&](auto view) { return writeView(view, view.getSource(), view.getMixedOffsets(), {1}); })
        .Case<memref::LoadOp>([&](auto load) {
          declare(load.getResult());
          os << " = " << element(load.getMemRef(), load.getIndices()) << ";\n";
          return success();
        })
        .Case<memref::StoreOp>([&](auto store) {
          os << element(store.getMemRef(), store.getIndices()) << " = " << name(store.getValue()) << ";\n";
          return success();
        })
        .Case<scf::ForOp, scf::IfOp>([&](auto structured) { return writeStructured(structured); })
        .Default([&](Operation *scalar) { return writeScalar(scalar); });
  }

  LogicalResult writeScalar(Operation *op) {
    SmallVector<std::string> operands;
    for (Value operand : op->getOperands())
      operands.push_back(name(operand));
    std::string expression = op->getNumResults() == 1 ? expressionOf(op, operands) : "";
    if (expression.empty() || typeText(op->getResult(0).getType()).empty())
      return op->emitOpError("has no form in C");
    declare(op->getResult(0));
    os << " = " << expression << ";\n";
    return success();
  }

  void declare(Value value) { os << typeText(value.getType()) << " " << define(value); }

  static SmallVector<int64_t> stridesOf(Value memref) {
    return cast<MemRefType>(memref.getType()).getStridesAndOffset().first;
  }

  std::string text(OpFoldResult index) {
    if (auto constant = dyn_cast<Attribute>(index))
      return std::to_string(cast<IntegerAttr>(constant).getInt());
    return name(cast<Value>(index));
  }

  /// base + offsets * strides.
  template <typename View>
  LogicalResult writeView(View view, Value base, ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> strides) {
    if (llvm::is_contained(stridesOf(view), ShapedType::kDynamic))
      return view.emitOpError("has strides that are not known");
    std::string place = name(base);
    for (auto [offset, stride] : llvm::zip_equal(offsets, strides))
      place += " + " + text(offset) + " * " + std::to_string(stride);
    os << typeText(cast<MemRefType>(view.getType()).getElementType()) << " *" << define(view) << " = " << place
       << ";\n";
    return success();
  }

  std::string element(Value memref, ValueRange indices) {
    std::string place = "0";
    for (auto [index, stride] : llvm::zip_equal(indices, stridesOf(memref)))
      place += " + " + name(index) + " * " + std::to_string(stride);
    return name(memref) + "[" + place + "]";
  }

  /// What a region yields goes into the variables of the op's results.
  LogicalResult writeRegion(Operation *op, Block *block) {
    if (failed(writeBody(block)))
      return failure();
    Operation *yield = block->getTerminator();
    for (auto [i, value] : llvm::enumerate(yield->getOperands())) // first all are read, then all are written
      os << typeText(value.getType()) << " next" << i << " = " << name(value) << ";\n";
    for (auto [i, result] : llvm::enumerate(op->getResults()))
      os << name(result) << " = next" << i << ";\n";
    os << "}\n";
    return success();
  }

  LogicalResult writeStructured(scf::ForOp loop) {
    for (auto [result, argument, init] :
         llvm::zip_equal(loop.getResults(), loop.getRegionIterArgs(), loop.getInitArgs())) {
      declare(result);
      names[argument] = name(result);
      os << " = " << name(init) << ";\n";
    }
    std::string counter = define(loop.getInductionVar());
    os << "for (int64_t " << counter << " = " << name(loop.getLowerBound()) << "; " << counter << " < "
       << name(loop.getUpperBound()) << "; " << counter << " += " << name(loop.getStep()) << ") {\n";
    return writeRegion(loop, loop.getBody());
  }

  LogicalResult writeStructured(scf::IfOp choice) {
    for (Value result : choice.getResults()) {
      declare(result);
      os << ";\n";
    }
    os << "if (" << name(choice.getCondition()) << ") {\n";
    if (failed(writeRegion(choice, choice.thenBlock())))
      return failure();
    if (!choice.elseBlock())
      return success();
    os << "else {\n";
    return writeRegion(choice, choice.elseBlock());
  }

  raw_ostream &os;
  llvm::DenseMap<Value, std::string> names; // looked up, never walked
};

} // namespace

LogicalResult writeKernels(ModuleOp module, raw_ostream &os) {
  os << preamble;
  for (auto func : module.getOps<func::FuncOp>())
    if (isKernel(func) && failed(KernelWriter(os).write(func)))
      return failure();
  return success();
}

} // namespace dpsims::c
