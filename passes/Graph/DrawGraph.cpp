// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialect/Expressions.h"
#include "passes/Graph/GraphCost.h"
#include "passes/Graph/GraphUtils.h"
#include "passes/Passes.h"

#include "mlir/Support/FileUtilities.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_DRAWGRAPH
#include "passes/Passes.h.inc"

namespace {

/// "1x64x64x32", "1x64x64 i32"
std::string typeText(Value value) {
  std::string text =
      llvm::join(llvm::map_range(shapeOf(value), [](int64_t size) { return std::to_string(size); }), "x");
  if (text.empty())
    text = "scalar";
  if (Type element = elementOf(value); !element.isF32())
    text += (" " + stringifyElementKind(kindOf(element))).str();
  return text;
}

/// 12345678 FLOP as "12.3 MFLOP".
std::string quantity(double number, StringRef unit) {
  constexpr const char *prefixes[] = {"", "k", "M", "G", "T", "P"};
  unsigned prefix = 0;
  for (; number >= 999.5 && prefix + 1 < std::size(prefixes); ++prefix)
    number /= 1000;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.3g", number) << " " << prefixes[prefix] << unit;
  return text;
}

/// In quotes of Graphviz; a line break is one of the label.
std::string quoted(StringRef text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return result + "\"";
}

/// Numbers as short as they are.
std::string valueText(Attribute value) {
  auto number = dyn_cast<FloatAttr>(value);
  if (!number)
    return constantText(value);
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", number.getValueAsDouble());
  return text;
}

/// Attributes that say what the op computes. Types and shapes stand at the arrows.
std::string attributeText(Operation *op) {
  SmallVector<std::string> parts;
  for (NamedAttribute attribute : op->getAttrDictionary()) {
    StringRef name = attribute.getName().getValue();
    if (isa<TensorOpInterface>(op) && name != "shape" && name != "type" && name != "operandSegmentSizes")
      parts.push_back((name + " = " + valueText(attribute.getValue())).str());
  }
  return llvm::join(parts, ", ");
}

/// What is not drawn as a box of its own, but named where it is read: weights, constants, what `prepare` makes.
std::string sourceText(Value operand) {
  Operation *op = operand.getDefiningOp();
  if (auto weight = dyn_cast_if_present<WeightOpInterface>(op))
    return (weight.getNameAttr().getValue() + " " + typeText(operand)).str();
  if (isa_and_present<PrepareOp>(op))
    return "prepared " + typeText(operand);
  return isa_and_present<ConstantOp>(op) ? "constant " + typeText(operand) : "";
}

std::string labelOf(Operation *op) {
  SmallVector<std::string> lines{op->getName().stripDialect().str()};
  if (auto input = dyn_cast<InputOp>(op))
    lines[0] += (" " + input.getName()).str();
  else if (auto output = dyn_cast<OutputOp>(op))
    lines[0] += (" " + output.getName()).str();
  else if (auto assign = dyn_cast<AssignOp>(op))
    lines[0] += (" " + assign.getName()).str();
  else if (auto attributes = attributeText(op); !attributes.empty())
    lines.push_back(attributes);
  if (isa<FusedOp>(op)) {
    SmallVector<std::string> names;
    for (Operation &inner : op->getRegion(0).front().without_terminator())
      names.push_back(inner.getName().stripDialect().str());
    lines.push_back(llvm::join(names, ", "));
  }
  constexpr size_t mostSources = 4;
  SmallVector<std::string> sources;
  for (Value operand : op->getOperands())
    if (std::string text = sourceText(operand); !text.empty())
      sources.push_back(text);
  if (sources.size() > mostSources) {
    std::string rest = "and " + std::to_string(sources.size() - mostSources) + " more";
    sources.truncate(mostSources);
    sources.push_back(rest);
  }
  llvm::append_range(lines, sources);
  if (GraphCost cost = costOf(op); cost.ops)
    lines.push_back((cost.flops ? quantity(cost.flops, "FLOP") + ", " : "") + quantity(double(cost.bytes), "B"));
  return llvm::join(lines, "\n");
}

class Drawing {
public:
  Drawing(GraphOp graph, llvm::raw_ostream &os) : graph(graph), os(os) {
    for (Operation &op : graph.getBody().front())
      mostFlops = std::max(mostFlops, costOf(&op).flops);
  }

  void write() {
    GraphCost cost = costOf(graph);
    std::string title = graph.getSymName().str() + ": " + quantity(cost.flops, "FLOP") + ", " +
                        quantity(double(cost.bytes), "B") + " read and written by " + std::to_string(cost.ops) + " ops";
    os << "digraph " << quoted(graph.getSymName()) << " {\n";
    os << "  label=" << quoted(title) << "; labelloc=t; fontname=\"sans-serif\";\n";
    os << "  node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n";
    os << "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    for (Operation &op : graph.getBody().front())
      if (auto prepare = dyn_cast<PrepareOp>(op))
        writePrepare(prepare);
      else if (!isSource(&op) || isa<InputOp>(op))
        writeOp(&op);
    os << "}\n";
  }

private:
  void writePrepare(PrepareOp prepare) {
    size_t ops =
        llvm::count_if(prepare.getBody().front().without_terminator(), [](Operation &op) { return !isSource(&op); });
    os << "  prepare [shape=note, label=" << quoted("prepare\n" + std::to_string(ops) + " ops, when weights are loaded")
       << "];\n";
  }

  void writeOp(Operation *op) {
    unsigned number = numbers.size();
    numbers[op] = number;
    os << "  n" << number << " [label=" << quoted(labelOf(op));
    if (isa<InputOp, OutputOp, AssignOp>(op))
      os << ", shape=ellipse";
    if (double flops = costOf(op).flops)
      os << ", fillcolor=\"0.09 " << llvm::format("%.2f", 0.1 + 0.6 * flops / mostFlops) << " 1.0\"";
    os << "];\n";
    for (Value operand : op->getOperands())
      if (auto from = numbers.find(operand.getDefiningOp()); from != numbers.end())
        os << "  n" << from->second << " -> n" << number << " [label=" << quoted(typeText(operand)) << "];\n";
  }

  GraphOp graph;
  llvm::raw_ostream &os;
  double mostFlops = 0;
  llvm::DenseMap<Operation *, unsigned> numbers; // of those that have been written
};

struct DrawGraph : impl::DrawGraphBase<DrawGraph> {
  using DrawGraphBase::DrawGraphBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    std::string fault;
    std::unique_ptr<llvm::ToolOutputFile> output = openOutputFile(file, &fault);
    if (output) {
      for (auto graph : getOperation().getOps<GraphOp>())
        Drawing(graph, output->os()).write();
      output->os().flush();
      if (std::error_code code = output->os().error())
        fault = file + ": cannot be written: " + code.message();
      output->os().clear_error();
    }
    if (fault.empty())
      return output->keep();
    emitError(UnknownLoc::get(&getContext())) << fault;
    signalPassFailure();
  }
};

} // namespace
} // namespace dpsims
