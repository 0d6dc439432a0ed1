// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"

#include "passes/Statistics.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "passes/Passes.h.inc"

namespace {

/// A constant is part of each kernel that reads it.
bool isKernelOp(Operation *op) { return op->hasTrait<KernelOp>(); }

/// Ops whose result a consumer can compute where it needs it.
bool joinsConsumer(Operation *op) { return op->hasTrait<Pointwise>(); }

/// Ops that compute their operands where they need them.
bool takesProducers(Operation *op) { return op->hasTrait<Pointwise>() || op->hasTrait<FusesProducers>(); }

/// Whether the op's result has a row of x, or a number for each row.
bool fitsRows(Operation *op, ArrayRef<int64_t> x) {
  ArrayRef<int64_t> shape = shapeOf(op->getResult(0));
  return isRowReduction(op) ? shapeOf(op->getOperand(0)) == x
                            : isElementwise(op) && shape.size() == x.size() && shape.drop_back() == x.drop_back() &&
                                  (shape.back() == x.back() || shape.back() == 1);
}

/// Roughly the instructions for an element.
unsigned workOf(Operation *op) {
  auto elementwise = dyn_cast<ElementwiseOpInterface>(op);
  return elementwise ? elementwise.workPerElement() : 1;
}

/// Which values are better computed again by each kernel that reads them than stored: arithmetic on one large tensor
/// and small ones. Reading that tensor costs no more than reading the result, and the result needs no memory.
class Repeatable {
public:
  explicit Repeatable(Block &block) {
    for (Operation &op : block)
      if (isElementwise(&op) || isPicking(&op))
        consider(&op);
  }
  bool contains(Operation *op) const { return known.contains(op); }

private:
  static constexpr unsigned mostWork = 16;

  struct Needs {
    llvm::SmallSetVector<Value, 2> tensors;
    unsigned work;
  };

  void consider(Operation *op) {
    Needs needs{{}, workOf(op)};
    for (Value operand : op->getOperands()) {
      auto inner = known.find(operand.getDefiningOp());
      if (inner != known.end()) {
        needs.tensors.insert(inner->second.tensors.begin(), inner->second.tensors.end());
        needs.work += inner->second.work;
      } else if (elementsOf(operand) * 8 > elementsOf(op->getResult(0)) && !operand.getDefiningOp<ConstantOp>())
        needs.tensors.insert(operand);
    }
    if (needs.tensors.size() <= 1 && needs.work <= mostWork)
      known.try_emplace(op, std::move(needs));
  }

  llvm::DenseMap<Operation *, Needs> known;
};

class Groups {
public:
  explicit Groups(Block &block) : block(block), repeatable(block) {
    for (Operation &op : llvm::reverse(block))
      if (isKernelOp(&op))
        place(&op);
  }

  /// Makes a `fused` of each group. The number of groups, and of ops in them.
  std::pair<int64_t, int64_t> outline() {
    groupConstantsThatOthersRead();
    int64_t ops = 0;
    for (auto &[root, members] : groups) {
      outline(root, members);
      ops += members.size();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (op.use_empty() && (isKernelOp(&op) || isa<ConstantOp>(op)))
        op.erase();
    return {groups.size(), ops};
  }

private:
  /// The roots of the groups that read the op; nothing if another kind of op reads it.
  SmallVector<Operation *> readers(Operation *op) {
    llvm::SetVector<Operation *> roots;
    for (Operation *user : op->getUsers()) {
      auto found = rootsOf.find(user);
      if (found == rootsOf.end() || !takesProducers(user))
        return {};
      roots.insert(found->second.begin(), found->second.end());
    }
    return roots.takeVector();
  }

  /// Of ops after a reduction of rows: the elementwise op on whole rows that all lead to, and the groups' roots before
  /// it, which give a number for each row. Null where there is none.
  Operation *rowsOf(Operation *reduction, llvm::SetVector<Operation *> &numbers) {
    ArrayRef<int64_t> shape = shapeOf(reduction->getOperand(0));
    llvm::SetVector<Operation *> behind;
    behind.insert(reduction);
    Operation *rows = nullptr;
    for (size_t i = 0; i < behind.size(); ++i) // grows
      for (Operation *user : behind[i]->getUsers()) {
        if (!rootsOf.contains(user) || !fitsRows(user, shape))
          return nullptr;
        for (Operation *root : rootsOf[user]) {
          bool isNumber = shapeOf(root->getResult(0)).back() == 1;
          if (!fitsRows(root, shape) || (!isNumber && rows && rows != root) || (isNumber && !isElementwise(root)))
            return nullptr;
          if (isNumber)
            numbers.insert(root);
          else
            rows = root;
        }
        if (user != rows)
          behind.insert(user);
      }
    return rows && !hasTransposition.contains(rows) && !hasLabels.contains(rows) ? rows : nullptr;
  }

  /// A row is read again from the nearest cache: reductions of it, and what they lead to, become part of the kernel
  /// that needs them.
  bool joinRows(Operation *reduction) {
    llvm::SetVector<Operation *> numbers;
    Operation *rows = rowsOf(reduction, numbers);
    if (!rows)
      return false;
    for (Operation *number : numbers)
      merge(number, rows);
    groups[rows].push_back(reduction);
    rootsOf[reduction] = {rows};
    hasReduction.insert(rows);
    return true;
  }

  /// What is elementwise on a convolution of labels is computed with it, pixel by pixel.
  bool joinLabels(Conv2dLabelsOp labels) {
    SmallVector<Operation *> roots = readers(labels);
    if (roots.size() != 1)
      return false;
    Operation *root = roots.front();
    bool fits = isElementwise(root) && !hasReduction.contains(root) && !hasTransposition.contains(root) &&
                shapeOf(root->getResult(0)) == shapeOf(labels.getResult()) && isElementwiseOn(labels.getResult(), root);
    if (!fits || !hasLabels.insert(root).second)
      return false;
    groups[root].push_back(labels);
    rootsOf[labels] = {root};
    return true;
  }

  /// Moves the members of a group into another.
  void merge(Operation *from, Operation *into) {
    for (Operation *op : groups[from]) {
      SmallVector<Operation *> &roots = rootsOf[op];
      llvm::erase(roots, from);
      if (!llvm::is_contained(roots, into)) {
        roots.push_back(into);
        groups[into].push_back(op);
      }
    }
    groups.erase(from);
    llvm::sort(groups[into], [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  }

  /// A kernel on rows computes again what several of its loops read, and goes over them along their axis.
  bool fitsReduction(Operation *op, Operation *root) {
    bool isCheap = workOf(op) < 12 || repeatable.contains(op);
    return !hasReduction.contains(root) || (!isa<TransposeOp>(op) && isCheap);
  }

  /// Under a transposition the vector runs along another axis: only plain arithmetic and slices can follow.
  bool fitsTransposition(Operation *op, Operation *root) {
    if (hasLabels.contains(root) && isa<TransposeOp>(op))
      return false;
    if (!hasTransposition.contains(root))
      return true;
    bool listConstant = llvm::any_of(op->getOperands(), [](Value operand) {
      auto constant = operand.getDefiningOp<ConstantOp>();
      return constant && isa<ArrayAttr>(constant.getValue());
    });
    return (isElementwise(op) && !listConstant) || isa<SliceOp>(op);
  }

  /// A vector that takes work is not computed again at every pixel.
  static bool isWorthwhile(Operation *op, Operation *root) {
    return !isElementwise(op) || workOf(op) < 4 || elementsOf(op->getResult(0)) * 8 > elementsOf(root->getResult(0));
  }

  void place(Operation *op) {
    if (isRowReduction(op) && joinRows(op))
      return;
    if (auto labels = dyn_cast<Conv2dLabelsOp>(op); labels && joinLabels(labels))
      return;
    SmallVector<Operation *> roots = joinsConsumer(op) ? readers(op) : SmallVector<Operation *>();
    bool joins = !roots.empty() && (roots.size() == 1 || isPicking(op) || repeatable.contains(op)) &&
                 llvm::all_of(roots, [&](Operation *root) {
                   return fitsTransposition(op, root) && fitsReduction(op, root) && isWorthwhile(op, root);
                 });
    if (!joins)
      roots = {op};
    for (Operation *root : roots) {
      groups[root].push_back(op);
      if (isa<TransposeOp>(op))
        hasTransposition.insert(root);
    }
    rootsOf[op] = roots;
  }

  /// A constant that a library op or an output reads is made by a kernel of its own.
  void groupConstantsThatOthersRead() {
    for (Operation &op : block) {
      bool other =
          isa<ConstantOp>(op) && llvm::any_of(op.getUsers(), [](Operation *user) { return !isKernelOp(user); });
      if (other)
        groups[&op].push_back(&op);
    }
  }

  void outline(Operation *root, ArrayRef<Operation *> members) {
    llvm::SetVector<Operation *> inside(members.begin(), members.end());
    llvm::SetVector<Value> inputs;
    llvm::SetVector<Operation *> constants;
    for (Operation *op : llvm::reverse(members)) // in the block's order
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (producer && isa<ConstantOp>(producer))
          constants.insert(producer);
        else if (!producer || !inside.contains(producer))
          inputs.insert(operand);
      }
    OpBuilder builder(root);
    auto fused = FusedOp::create(builder, root->getLoc(), root->getResultTypes(), inputs.getArrayRef());
    Block &body = fused.getBody().emplaceBlock();
    IRMapping map;
    for (Value input : inputs)
      map.map(input, body.addArgument(input.getType(), input.getLoc()));
    builder.setInsertionPointToEnd(&body);
    for (Operation *constant : constants)
      builder.clone(*constant, map);
    for (Operation *op : llvm::reverse(members))
      builder.clone(*op, map);
    YieldOp::create(builder, root->getLoc(),
                    llvm::map_to_vector(root->getResults(), [&](Value v) { return map.lookup(v); }));
    root->replaceUsesWithIf(fused.getResults(), [&](OpOperand &use) { return !fused->isAncestor(use.getOwner()); });
  }

  Block &block;
  Repeatable repeatable;
  llvm::MapVector<Operation *, SmallVector<Operation *>> groups; // root -> members, the block's last first
  llvm::DenseMap<Operation *, SmallVector<Operation *>> rootsOf;
  llvm::DenseSet<Operation *> hasTransposition, hasReduction, hasLabels;
};

struct FuseElementwise : impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    Block &main = getOperation().getBody().front();
    auto fuse = [&](Block &block) {
      auto [kernels, ops] = Groups(block).outline();
      recordStatistics(getOperation(), getArgument(), {{"kernels", kernels}, {"fused-ops", ops}});
    };
    for (auto prepare : main.getOps<PrepareOp>())
      fuse(prepare.getBody().front());
    fuse(main);
  }
};

} // namespace
} // namespace dpsims
