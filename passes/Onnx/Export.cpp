// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "passes/Onnx/Export.h"
#include "passes/Compiler/Source.h"
#include "passes/Onnx/OnnxConverter.h"
#include "passes/Onnx/OnnxFile.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace dpsims {
namespace {

InFlightDiagnostic fail(MLIRContext *context, const Twine &message) {
  return emitError(UnknownLoc::get(context), message);
}

LogicalResult checkOptions(MLIRContext *context, const CompileOptions &options, const OnnxOptions &onnx) {
  std::optional<ElementKind> type = symbolizeElementKind(onnx.weightType);
  if (!type || (*type != ElementKind::F32 && *type != ElementKind::F16 && *type != ElementKind::BF16))
    return fail(context, "--weight-type " + onnx.weightType + ": weights are stored as f32, f16 or bf16");
  for (StringRef read : {options.input, options.modelText, onnx.weights})
    if (failed(checkOverwriting(context, options, read)))
      return failure();
  return success();
}

/// What is right on any graph. Equal work becomes one, what nobody reads goes.
LogicalResult simplify(ModuleOp module, const CompileOptions &options) {
  PassManager manager(module.getContext());
  manager.addPass(createCSEPass());
  manager.addNestedPass<GraphOp>(createCanonicalizerPass());
  if (options.setUpPasses && failed(options.setUpPasses(manager)))
    return failure();
  return manager.run(module);
}

FailureOr<GraphOp> onlyGraph(Source &source, const CompileOptions &options) {
  MLIRContext *context = source.module->getContext();
  if (source.stage != Stage::Graph)
    return fail(context, options.input + ": is at the stage " + stageName(source.stage) +
                             "; ONNX is made of a configuration, or of what --compile-to=graph wrote");
  SmallVector<GraphOp> graphs;
  for (auto graph : source.module->getOps<GraphOp>())
    if (options.programs.empty() || llvm::is_contained(options.programs, graph.getSymName()))
      graphs.push_back(graph);
  if (graphs.size() != 1)
    return fail(context, options.input + ": a file of ONNX has one program, and there are " + Twine(graphs.size()) +
                             ": name one by --program");
  return graphs.front();
}

ElementType typeOf(ElementKind kind) {
  ElementType type = ElementType::F32;
  bool known = elementTypeFromName(stringifyElementKind(kind).upper(), type);
  assert(known && "the runtime has the compiler's types");
  (void)known;
  return type;
}

std::vector<WeightSpec> weightsOf(GraphOp graph) {
  std::vector<WeightSpec> specs;
  for (Operation &op : graph.getBody().front()) {
    auto weight = dyn_cast<WeightOpInterface>(op);
    if (!weight)
      continue;
    WeightSpec spec;
    spec.name = weight.getNameAttr().str();
    llvm::append_range(spec.shape, weight.getShape());
    spec.type = typeOf(kindOf(elementOf(op.getResult(0))));
    spec.trained = weight.getTrained();
    spec.init = stringifyInitializer(weight.getInit()).str();
    spec.initValue = weight.getValue();
    if (auto of = dyn_cast_if_present<StringAttr>(weight.getOfAttr()))
      spec.initOf = of.str();
    spec.required = boolOr(weight.getRequiredAttr(), true);
    specs.push_back(std::move(spec));
  }
  return specs;
}

/// Versions that ONNX 1.12 and all later ones read.
void describe(onnx::ModelProto &model, const Source &source, GraphOp graph) {
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  model.set_producer_name("dpsims-compile");
  model.set_producer_version(DPSIMS_VERSION);
  model.mutable_graph()->set_name(graph.getSymName().str());
  addMetadata(model, "dpsims.configuration", source.config);
  addMetadata(model, "dpsims.source_hash", source.hash);
}

} // namespace

LogicalResult exportOnnx(MLIRContext *context, const CompileOptions &options, const OnnxOptions &onnx) {
  if (failed(checkOptions(context, options, onnx)))
    return failure();
  FailureOr<Source> source = readSource(context, options);
  if (failed(source))
    return failure();
  FailureOr<GraphOp> graph = onlyGraph(*source, options);
  if (failed(graph) || failed(simplify(*source->module, options)))
    return failure();
  onnx::ModelProto model;
  describe(model, *source, *graph);
  if (failed(OnnxConverter(*graph, *model.mutable_graph(), *symbolizeElementKind(onnx.weightType)).run()))
    return failure();
  std::string fault = writeOnnx(model, weightsOf(*graph), onnx);
  return fault.empty() ? success() : LogicalResult(fail(context, fault));
}

} // namespace dpsims
