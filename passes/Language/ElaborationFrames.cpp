// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Language/ElaborationFrames.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace dpsims {
namespace {

std::string symbolOf(Operation *block) { return ("@" + SymbolTable::getSymbolName(block).getValue()).str(); }

auto parametersOf(Operation *block) {
  return block->getAttrOfType<ArrayAttr>("parameters").getAsRange<ParameterAttr>();
}

std::string namesOf(Operation *block) {
  SmallVector<StringRef> names;
  for (ParameterAttr parameter : parametersOf(block))
    names.push_back(parameter.getName());
  return names.empty() ? "none" : llvm::join(names, ", ");
}

std::string callText(const Frame &frame) {
  SmallVector<std::string> arguments;
  for (auto &[name, value] : frame.parameters)
    arguments.push_back(name.str() + " = " + constantText(value));
  return symbolOf(frame.block) + "<" + llvm::join(arguments, ", ") + ">";
}

} // namespace

FailureOr<Attribute> Frame::evaluate(Operation *op, Attribute expression) const {
  return dpsims::evaluate(expression, parameters, [&] { return opError(op); });
}

FailureOr<std::string> Frame::interpolate(Operation *op, StringRef text) const {
  return dpsims::interpolate(text, parameters, [&] { return opError(op); });
}

SmallVector<Item> Frame::items(OperandRange operands) const {
  return llvm::map_to_vector(operands, [&](Value value) { return values.lookup(value); });
}

FailureOr<Attribute> Frame::valueOf(Operation *op, ParameterAttr parameter, Attribute argument) const {
  if (!argument && !parameter.getDefaultValue())
    return opError(op) << "missing parameter '" << parameter.getName() << "' of " << symbolOf(block);
  FailureOr<Attribute> value = argument ? argument : evaluate(op, parameter.getDefaultValue());
  if (failed(value))
    return failure();
  StringRef type = constantType(*value);
  if (type == "int" && parameter.getType() == "float")
    return Attribute(Builder(op->getContext()).getF64FloatAttr(cast<IntegerAttr>(*value).getInt()));
  if (type != parameter.getType())
    return opError(op) << "parameter '" << parameter.getName() << "' of " << symbolOf(block) << " is "
                       << constantText(*value) << ", " << withArticle(type) << "; it must be "
                       << withArticle(parameter.getType());
  return value;
}

LogicalResult Frame::bind(Operation *op, const NamedAttrList &arguments) {
  for (NamedAttribute argument : arguments) {
    StringRef name = argument.getName().getValue();
    if (llvm::none_of(parametersOf(block), [&](ParameterAttr p) { return p.getName() == name; }))
      return opError(op) << "unknown parameter '" << name << "' of " << symbolOf(block)
                         << "; it has: " << namesOf(block);
  }
  for (ParameterAttr parameter : parametersOf(block)) {
    FailureOr<Attribute> value = valueOf(op, parameter, arguments.get(parameter.getName()));
    if (failed(value))
      return failure();
    parameters[parameter.getName()] = *value;
  }
  call = callText(*this);
  return success();
}

Frame &FrameStack::push(Operation *block, Operation *instance) {
  frames.push_back(std::make_unique<Frame>());
  top().block = block;
  top().instance = instance;
  top().call = symbolOf(block); // until its parameters are known
  return top();
}

bool FrameStack::isEndless() const {
  const Frame &last = *frames.back();
  return llvm::any_of(llvm::drop_end(frames),
                      [&](auto &frame) { return frame->block == last.block && frame->call == last.call; });
}

void FrameStack::describe(Diagnostic &diagnostic) const {
  for (size_t i = frames.size(); i-- > 1;) {
    Diagnostic &note = diagnostic.attachNote(frames[i]->instance->getLoc());
    note << "in " << frames[i]->call;
    StringRef path = frames[i]->path;
    if (path.consume_back("."))
      note << " at " << path;
    if (frames.size() - i > 8 && i > 4) {
      diagnostic.attachNote(frames[4]->instance->getLoc()) << (i - 4) << " more instances";
      i = 4;
    }
  }
}

Location FrameStack::locate(Operation *op) const {
  Location location = op->getLoc();
  for (size_t i = frames.size(); i-- > 1;)
    location = CallSiteLoc::get(location, frames[i]->instance->getLoc());
  return location;
}

} // namespace dpsims
