// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Graph/KernelOrder.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Graph/UpdateFusion.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace dpsims {
namespace {

/// Pointers that a kernel takes: CUDA passes 4096 bytes.
constexpr size_t mostArguments = 480;

int64_t resultBytes(Operation *op) {
  int64_t bytes = 0;
  for (Value result : op->getResults())
    bytes += bytesOf(result);
  return bytes;
}

/// All ops that read a value or a reshape of it.
void readersOf(Value value, SmallVectorImpl<Operation *> &readers) {
  for (Operation *user : value.getUsers()) {
    if (isa<ReshapeOp>(user))
      readersOf(user->getResult(0), readers);
    else
      readers.push_back(user);
  }
}

} // namespace

KernelOrder::KernelOrder(Block &block, int64_t small, int64_t ahead) : block(block), small(small), ahead(ahead) {
  for (Operation &op : block) {
    if (isa<OutputOp>(op))
      outputs.push_back(&op);
    if (isSource(&op) || isa<OutputOp>(op))
      continue;
    numberOf[&op] = nodes.size();
    nodes.push_back({&op, kindOf(&op), {}, {}});
  }
  users.resize(nodes.size());
  addNeeds();
  addReaders();
}

KernelOrder::Kind KernelOrder::kindOf(Operation *op) const {
  if (isa<ReshapeOp, AssignOp>(op))
    return Kind::Free;
  auto fused = dyn_cast<FusedOp>(op);
  if (!fused)
    return Kind::Fixed;
  if (isUpdate(fused))
    return Kind::Update;
  int64_t made = resultBytes(op), read = 0;
  for (Value input : fused.getInputs())
    if (!isSource(storageOf(input).getDefiningOp()))
      read += bytesOf(input);
  return read + made <= small ? Kind::Small : read <= small && made <= ahead ? Kind::Ahead : Kind::Fixed;
}

void KernelOrder::addNeeds() {
  for (unsigned i = 0; i < nodes.size(); ++i) {
    llvm::SetVector<unsigned> needs;
    for (Value operand : nodes[i].op->getOperands())
      if (auto found = numberOf.find(operand.getDefiningOp()); found != numberOf.end())
        needs.insert(found->second);
    for (unsigned need : needs)
      users[need].push_back(i);
    nodes[i].needs = needs.takeVector();
    if (nodes[i].kind != Kind::Free && nodes[i].kind != Kind::Fixed)
      waiting.insert(i);
  }
}

/// What reads an old weight runs before the update, which then can work in place.
void KernelOrder::addReaders() {
  llvm::StringMap<Value> weights;
  for (auto weight : block.getOps<WeightOpInterface>())
    weights[weight.getNameAttr()] = weight->getResult(0);
  for (auto assign : block.getOps<AssignOp>()) {
    auto update = numberOf.find(storageOf(assign.getValue()).getDefiningOp());
    Value weight = weights.lookup(assign.getName());
    if (update == numberOf.end() || !weight)
      continue;
    SmallVector<Operation *> readers;
    readersOf(weight, readers);
    for (Operation *reader : readers)
      if (auto found = numberOf.find(reader); found != numberOf.end() && found->second < update->second)
        nodes[update->second].after.push_back(found->second);
  }
}

bool KernelOrder::isReady(const Node &node, bool strict) const {
  auto isDone = [&](unsigned i) { return nodes[i].done; };
  return llvm::all_of(node.needs, isDone) && (!strict || llvm::all_of(node.after, isDone));
}

std::vector<SmallVector<Operation *>> KernelOrder::run() {
  for (Operation &op : block)
    if (isSource(&op))
      order.push_back({&op});
  for (unsigned i = 0; i < nodes.size(); ++i)
    if (nodes[i].kind == Kind::Free && nodes[i].needs.empty())
      finish(i);
  for (unsigned i = 0; i < nodes.size(); ++i) {
    if (nodes[i].kind != Kind::Fixed)
      continue;
    require(i);
    launch(i);
  }
  while (!waiting.empty())
    require(*waiting.begin());
  placeOutputs();
  return std::move(order);
}

/// Runs what the node needs; a waiting one itself, too.
void KernelOrder::require(unsigned number) {
  std::set<unsigned> needed;
  collectNeeded(number, needed);
  auto left = [&] { return llvm::any_of(needed, [&](unsigned i) { return waiting.count(i); }); };
  while (left()) {
    SmallVector<unsigned> chosen = choose(needed, /*strict=*/true);
    launch(chosen.empty() ? choose(needed, /*strict=*/false) : chosen);
  }
}

void KernelOrder::collectNeeded(unsigned number, std::set<unsigned> &needed) const {
  if (nodes[number].done || !needed.insert(number).second)
    return;
  for (unsigned need : nodes[number].needs)
    collectNeeded(need, needed);
  for (unsigned reader : nodes[number].after)
    if (waiting.count(reader))
      collectNeeded(reader, needed);
}

/// Those that can run now: what is needed, all that is small, with an update all updates, and large results as far as
/// there is room for them. Nothing if nothing that is needed can.
SmallVector<unsigned> KernelOrder::choose(const std::set<unsigned> &needed, bool strict) const {
  SmallVector<unsigned> ready = llvm::filter_to_vector(waiting, [&](unsigned i) { return isReady(nodes[i], strict); });
  bool updates = false;
  int64_t room = 0;
  auto isNeeded = [&](unsigned i) { return needed.count(i) != 0; };
  for (unsigned i : llvm::make_filter_range(ready, isNeeded)) {
    updates |= nodes[i].kind == Kind::Update;
    if (nodes[i].kind == Kind::Ahead)
      room = ahead;
  }
  if (llvm::none_of(ready, isNeeded))
    return {};
  SmallVector<unsigned> chosen;
  for (unsigned i : ready) {
    Kind kind = nodes[i].kind;
    bool joins = isNeeded(i) || kind == Kind::Small || (kind == Kind::Update && updates);
    if (!joins && kind == Kind::Ahead)
      joins = (room -= resultBytes(nodes[i].op)) >= 0;
    if (joins)
      chosen.push_back(i);
  }
  return chosen;
}

/// As many at a time as a kernel has arguments for.
void KernelOrder::launch(ArrayRef<unsigned> numbers) {
  size_t arguments = mostArguments;
  for (unsigned i : numbers) {
    Operation *op = nodes[i].op;
    size_t own = op->getNumOperands() + op->getNumResults();
    arguments += own;
    if (arguments > mostArguments) {
      order.emplace_back();
      arguments = own;
    }
    order.back().push_back(op);
  }
  for (unsigned i : numbers)
    finish(i);
}

/// What needs no computation follows at once.
void KernelOrder::finish(unsigned number) {
  if (nodes[number].kind == Kind::Free)
    order.push_back({nodes[number].op});
  nodes[number].done = true;
  waiting.erase(number);
  for (unsigned user : users[number])
    if (nodes[user].kind == Kind::Free && !nodes[user].done)
      finish(user);
  placeOutputs();
}

/// As soon as they are known, in their order.
void KernelOrder::placeOutputs() {
  auto isKnown = [&](Operation *output) {
    auto producer = numberOf.find(output->getOperand(0).getDefiningOp());
    return producer == numberOf.end() || nodes[producer->second].done;
  };
  for (; placed < outputs.size() && isKnown(outputs[placed]); ++placed)
    order.push_back({outputs[placed]});
}

} // namespace dpsims
