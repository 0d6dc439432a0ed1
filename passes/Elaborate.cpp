// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elaboration runs a program's text: parameters are numbers, `instance` enters a block, ops of the graph are copied with
// their types inferred. What is left is a flat graph.
#include "dialect/Expressions.h"
#include "passes/ModelFile.h"
#include "passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/TypeSwitch.h"

#include <map>
#include <memory>
#include <optional>

using namespace mlir;

namespace dpsims {
#define GEN_PASS_DEF_ELABORATE
#include "passes/Passes.h.inc"

namespace {

/// Bounds that only a mistake exceeds.
constexpr size_t deepestInstance = 200;
constexpr int64_t mostRepeats = 100000;
constexpr size_t mostOps = 2000000, mostStatements = 20000000;

/// What a value of the text stands for: a tensor of the graph, nothing, or a list.
struct Item {
  Value tensor;
  std::shared_ptr<std::vector<Item>> list;
};

/// A block that is being run.
struct Frame {
  Environment parameters;
  llvm::DenseMap<Value, Item> values;
  std::string path;    // of weights, with a dot at its end, or empty
  bool frozen = false;
  bool shared = false;
  Operation *block = nullptr;
  std::string call;    // "@Block<a = 1>", for messages
  Operation *instance = nullptr;
};

/// A weight or state of the program, and what the last `assign` made of it.
struct Weight {
  Operation *declaration = nullptr;
  std::optional<std::pair<Location, Value>> assignment;
  Value value() const { return assignment ? assignment->second : declaration->getResult(0); }
};

class Elaborator {
public:
  Elaborator(ModuleOp module, DictionaryAttr parameters)
      : module(module), given(parameters), builder(module.getContext()), symbols(module) {}

  LogicalResult run(ProgramOp program) {
    builder.setInsertionPointToEnd(module.getBody());
    auto graph = GraphOp::create(builder, program.getLoc(), program.getSymName());
    graph.getBody().emplaceBlock();
    builder.setInsertionPointToStart(&graph.getBody().front());
    ScopedDiagnosticHandler handler(builder.getContext(), [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
        attachStack(diagnostic);
      return failure();
    });
    pushFrame(program, nullptr);
    NamedAttrList arguments;
    for (auto parameter : program.getParameters().getAsRange<ParameterAttr>())
      if (Attribute value = given ? given.get(parameter.getName()) : Attribute())
        arguments.set(parameter.getName(), value);
    SmallVector<Item> results;
    LogicalResult result = success(succeeded(bind(program, program.getParameters(), arguments)) &&
                                   succeeded(runBody(program.getBody(), results)));
    for (auto &[name, weight] : weights)
      if (succeeded(result) && weight.assignment && !program->hasAttr("pure"))
        AssignOp::create(builder, weight.assignment->first, name, weight.assignment->second);
    stack.pop_back();
    weights.clear();
    interface.clear();
    return result;
  }

private:
  //===-- Messages ----------------------------------------------------------------------------------------------===//

  void attachStack(Diagnostic &diagnostic) {
    for (size_t i = stack.size(); i-- > 1;) {
      std::string path = StringRef(stack[i]->path).drop_back(stack[i]->path.empty() ? 0 : 1).str();
      Diagnostic &note = diagnostic.attachNote(stack[i]->instance->getLoc());
      note << "in " << stack[i]->call;
      if (!path.empty())
        note << " at " << path;
      if (stack.size() - i > 8 && i > 4) {
        diagnostic.attachNote(stack[4]->instance->getLoc()) << (i - 4) << " more instances";
        i = 4;
      }
    }
  }

  /// The place in the text and, behind it, the instances through which it was reached.
  Location locate(Operation *op) {
    Location location = op->getLoc();
    for (size_t i = stack.size(); i-- > 1;)
      location = CallSiteLoc::get(location, stack[i]->instance->getLoc());
    return location;
  }

  //===-- Frames and parameters ---------------------------------------------------------------------------------===//

  Frame &frame() { return *stack.back(); }

  Frame &pushFrame(Operation *block, Operation *instance) {
    stack.push_back(std::make_unique<Frame>());
    frame().block = block;
    frame().instance = instance;
    frame().call = symbolOf(); // until its parameters are known
    return frame();
  }

  FailureOr<Attribute> evaluateHere(Operation *op, Attribute expression) {
    return evaluate(expression, frame().parameters, [&] { return opError(op); });
  }

  FailureOr<std::string> nameHere(Operation *op, StringRef name) {
    return interpolate(name, frame().parameters, [&] { return opError(op); });
  }

  /// Gives the topmost frame its parameters: those given, else the defaults, which may use the ones before.
  LogicalResult bind(Operation *op, ArrayAttr declared, const NamedAttrList &arguments) {
    for (NamedAttribute argument : arguments)
      if (llvm::none_of(declared.getAsRange<ParameterAttr>(),
                        [&](ParameterAttr p) { return p.getName() == argument.getName().getValue(); }))
        return opError(op) << "unknown parameter '" << argument.getName().getValue() << "' of " << symbolOf()
                           << "; it has: " << parameterNames(declared);
    for (auto parameter : declared.getAsRange<ParameterAttr>()) {
      Attribute value = arguments.get(parameter.getName());
      if (!value && !parameter.getDefaultValue())
        return opError(op) << "missing parameter '" << parameter.getName() << "' of " << symbolOf();
      if (!value) {
        FailureOr<Attribute> standard = evaluateHere(op, parameter.getDefaultValue());
        if (failed(standard))
          return failure();
        value = *standard;
      }
      StringRef type = constantType(value);
      if (type == "int" && parameter.getType() == "float")
        value = builder.getF64FloatAttr(cast<IntegerAttr>(value).getInt());
      else if (type != parameter.getType())
        return opError(op) << "parameter '" << parameter.getName() << "' of " << symbolOf() << " is "
                           << constantText(value) << ", " << withArticle(type) << "; it must be "
                           << withArticle(parameter.getType());
      frame().parameters[parameter.getName()] = value;
    }
    frame().call = callText();
    return success();
  }

  std::string symbolOf() { return ("@" + SymbolTable::getSymbolName(frame().block).getValue()).str(); }

  static std::string parameterNames(ArrayAttr declared) {
    SmallVector<StringRef> all;
    for (auto parameter : declared.getAsRange<ParameterAttr>())
      all.push_back(parameter.getName());
    return all.empty() ? "none" : llvm::join(all, ", ");
  }

  std::string callText() {
    std::string text = symbolOf() + "<";
    for (auto &[name, value] : frame().parameters)
      text += (StringRef(text).ends_with("<") ? "" : ", ") + name.str() + " = " + constantText(value);
    return text + ">";
  }

  //===-- Bodies ------------------------------------------------------------------------------------------------===//

  LogicalResult runBody(Region &region, SmallVectorImpl<Item> &results) {
    size_t visible = frame().parameters.size();
    for (Operation &op : region.front()) {
      if (op.hasTrait<OpTrait::IsTerminator>())
        results.append(items(op.getOperands()));
      else if (failed(runOp(&op)))
        return failure();
    }
    while (frame().parameters.size() > visible) // a `let` is local to its body
      frame().parameters.pop_back();
    return success();
  }

  SmallVector<Item> items(OperandRange operands) {
    return llvm::map_to_vector(operands, [&](Value value) { return frame().values.lookup(value); });
  }

  LogicalResult give(Operation *op, ArrayRef<Item> results) {
    if (op->getNumResults() != results.size())
      return opError(op) << "gives " << results.size() << " values, and " << op->getNumResults() << " are taken";
    for (auto [result, item] : llvm::zip(op->getResults(), results))
      frame().values[result] = item;
    return success();
  }

  LogicalResult runOp(Operation *op) {
    if (++statements > mostStatements)
      return opError(op) << "elaboration takes more than " << mostStatements << " statements";
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<LetOp, AssertOp, IfOp, RepeatOp, InstanceOp, ListOp, AppendOp, GetOp, OutputOp, AssignOp, CurrentOp,
              GradientOp>([&](auto typed) { return runStructure(typed); })
        .Case<NoneOp>([&](NoneOp none) { return give(none, Item()); })
        .Case<TensorOpInterface>([&](TensorOpInterface tensorOp) { return copy(tensorOp); })
        .Default([&](Operation *other) { return other->emitError() << "has no place in a block"; });
  }

  LogicalResult runStructure(LetOp let) {
    if (frame().parameters.contains(let.getName()))
      return opError(let) << "name clash: '" << let.getName() << "' has a value already";
    FailureOr<Attribute> value = let.getShapeOf()        ? shapeOf(let)
                                 : let.getTrainedBelow() ? trainedBelow(let)
                                                         : evaluateHere(let, *let.getValue());
    if (failed(value))
      return failure();
    frame().parameters[let.getName()] = *value;
    return success();
  }

  FailureOr<Attribute> shapeOf(LetOp let) {
    Value tensor = frame().values.lookup(let.getShapeOf()).tensor;
    if (!tensor)
      return opError(let) << "an absent value or a list has no shape";
    return Attribute(builder.getI64ArrayAttr(cast<RankedTensorType>(tensor.getType()).getShape()));
  }

  FailureOr<Attribute> trainedBelow(LetOp let) {
    FailureOr<std::string> path = nameHere(let, *let.getTrainedBelow());
    if (failed(path))
      return failure();
    std::string prefix = frame().path + *path + (path->empty() ? "" : ".");
    SmallVector<Attribute> found;
    for (auto &[name, weight] : this->weights)
      if (StringRef(name).starts_with(prefix) && boolOr(weight.declaration->getAttr("trained"), false))
        found.push_back(builder.getStringAttr(StringRef(name).drop_front(frame().path.size())));
    return Attribute(builder.getArrayAttr(found));
  }

  LogicalResult runStructure(AssertOp assertion) {
    FailureOr<Attribute> condition = evaluateHere(assertion, assertion.getCondition());
    if (failed(condition) || !isa<BoolAttr>(*condition))
      return failed(condition) ? failure() : LogicalResult(opError(assertion) << "the condition is no boolean");
    if (cast<BoolAttr>(*condition).getValue())
      return success();
    FailureOr<std::string> message = nameHere(assertion, assertion.getMessage());
    return failed(message) ? failure() : LogicalResult(assertion.emitError() << *message);
  }

  LogicalResult runStructure(IfOp branch) {
    FailureOr<Attribute> condition = evaluateHere(branch, branch.getCondition());
    if (failed(condition))
      return failure();
    auto boolean = dyn_cast<BoolAttr>(*condition);
    if (!boolean)
      return opError(branch) << "the condition is " << constantText(*condition) << ", no boolean";
    Region &region = boolean.getValue() ? branch.getThenRegion() : branch.getElseRegion();
    SmallVector<Item> results;
    if (!region.empty() && failed(runBody(region, results)))
      return failure();
    return give(branch, results);
  }

  LogicalResult runStructure(RepeatOp repeat) {
    FailureOr<Attribute> count = evaluateHere(repeat, repeat.getCount());
    if (failed(count))
      return failure();
    int64_t times = isa<IntegerAttr>(*count) ? cast<IntegerAttr>(*count).getInt() : -1;
    if (times < 0 || times > mostRepeats)
      return opError(repeat) << "the count is " << constantText(*count) << "; it must be 0 to " << mostRepeats;
    StringRef variable = repeat.getVariable();
    if (frame().parameters.contains(variable))
      return opError(repeat) << "name clash: '" << variable << "' has a value already";
    SmallVector<Item> carried = items(repeat.getInits());
    for (int64_t i = 0; i < times; ++i) {
      frame().parameters[variable] = builder.getI64IntegerAttr(i);
      for (auto [argument, item] : llvm::zip(repeat.getBody().getArguments(), carried))
        frame().values[argument] = item;
      carried.clear();
      if (failed(runBody(repeat.getBody(), carried)))
        return failure();
      frame().parameters.pop_back();
    }
    return give(repeat, carried);
  }

  LogicalResult runStructure(ListOp list) {
    SmallVector<Item> all = items(list.getValues());
    return give(list, Item{{}, std::make_shared<std::vector<Item>>(all.begin(), all.end())});
  }

  FailureOr<std::shared_ptr<std::vector<Item>>> listOf(Operation *op, Value value) {
    if (auto list = frame().values.lookup(value).list)
      return list;
    return opError(op) << "wants a list";
  }

  LogicalResult runStructure(AppendOp append) {
    auto list = listOf(append, append.getList());
    if (failed(list))
      return failure();
    auto longer = std::make_shared<std::vector<Item>>(**list);
    longer->push_back(frame().values.lookup(append.getValue()));
    return give(append, Item{{}, longer});
  }

  LogicalResult runStructure(GetOp get) {
    auto list = listOf(get, get.getList());
    FailureOr<Attribute> index = evaluateHere(get, get.getIndex());
    if (failed(list) || failed(index))
      return failure();
    int64_t at = isa<IntegerAttr>(*index) ? cast<IntegerAttr>(*index).getInt() : -1;
    if (at < 0 || at >= int64_t((*list)->size()))
      return opError(get) << "element " << constantText(*index) << " of a list of " << (*list)->size();
    return give(get, (**list)[at]);
  }

  //===-- Weights of later ------------------------------------------------------------------------------------------===//

  /// The weight or state of a name that an op gives.
  FailureOr<Weight *> weightHere(Operation *op, StringRef text) {
    FailureOr<std::string> name = nameHere(op, text);
    if (failed(name))
      return failure();
    auto found = weights.find(frame().path + *name);
    if (found == weights.end())
      return opError(op) << "there is no weight '" << frame().path << *name << "' before this";
    return &found->second;
  }

  LogicalResult runStructure(CurrentOp current) {
    FailureOr<Weight *> weight = weightHere(current, current.getName());
    return failed(weight) ? failure() : give(current, Item{(*weight)->value(), {}});
  }

  LogicalResult runStructure(AssignOp assign) {
    FailureOr<Weight *> weight = weightHere(assign, assign.getName());
    Value value = frame().values.lookup(assign.getValue()).tensor;
    if (failed(weight))
      return failure();
    Type type = (*weight)->declaration->getResult(0).getType();
    if (!value)
      return opError(assign) << "what is assigned is no tensor";
    if (value.getType() != type)
      return opError(assign) << "the weight is " << type << ", what is assigned " << value.getType();
    (*weight)->assignment = {locate(assign), value};
    return success();
  }

  LogicalResult runStructure(GradientOp gradient) {
    if (gradient.getInputs().size() != 2 || gradient.getNumResults() != 1)
      return opError(gradient) << "wants a loss and a list of values, and gives one list";
    Value loss = frame().values.lookup(gradient.getInputs()[0]).tensor;
    auto list = listOf(gradient, gradient.getInputs()[1]);
    if (failed(list) || !loss)
      return failed(list) ? failure() : LogicalResult(opError(gradient) << "the loss is no tensor");
    OperationState state(locate(gradient), GradientOp::getOperationName(), loss, {}, {});
    for (const Item &item : **list) {
      if (!item.tensor)
        return opError(gradient) << "an element of the list is no tensor";
      state.operands.push_back(item.tensor);
      state.types.push_back(item.tensor.getType());
    }
    Operation *created = builder.create(state);
    auto gradients = std::make_shared<std::vector<Item>>();
    for (Value result : created->getResults())
      gradients->push_back({result, {}});
    return success(succeeded(cast<GradientOp>(created).verifyInvariants()) &&
                   succeeded(give(gradient, Item{{}, gradients})));
  }

  //===-- Instances ---------------------------------------------------------------------------------------------===//

  LogicalResult arguments(InstanceOp instance, NamedAttrList &result) {
    for (auto [nameAttr, expression] : llvm::zip(instance.getNames(), instance.getValues())) {
      StringRef name = cast<StringAttr>(nameAttr).getValue();
      FailureOr<Attribute> value = evaluateHere(instance, expression);
      if (failed(value))
        return failure();
      if (name != "...") {
        result.set(name, *value);
        continue;
      }
      auto record = dyn_cast<DictionaryAttr>(*value);
      if (!record)
        return opError(instance) << "`...` wants a record, not " << constantText(*value);
      for (NamedAttribute field : record) {
        if (result.get(field.getName()))
          return opError(instance) << "parameter '" << field.getName().getValue() << "' is given twice";
        result.append(field);
      }
    }
    return success();
  }

  LogicalResult runStructure(InstanceOp instance) {
    Operation *block = symbols.lookup(instance.getCallee());
    if (!block || !isa<BlockOp, NetworkOp>(block))
      return opError(instance) << "there is no block @" << instance.getCallee();
    NamedAttrList parameters;
    FailureOr<std::string> name = nameHere(instance, instance.getName().value_or(""));
    if (failed(name) || failed(arguments(instance, parameters)))
      return failure();
    SmallVector<Item> operands = items(instance.getOperands()), results;
    Block &body = block->getRegion(0).front();
    if (operands.size() != body.getNumArguments())
      return opError(instance) << "@" << instance.getCallee() << " takes " << body.getNumArguments() << " values, not "
                               << operands.size();
    if (stack.size() >= deepestInstance)
      return opError(instance) << "endless recursion: " << deepestInstance << " instances within one another";
    Frame &outer = frame();
    pushFrame(block, instance);
    frame().path = outer.path + (name->empty() ? "" : *name + ".");
    frame().frozen = outer.frozen || instance.getFrozen();
    frame().shared = outer.shared || instance.getShared();
    for (auto [argument, item] : llvm::zip(body.getArguments(), operands))
      frame().values[argument] = item;
    if (failed(enter(instance, block, parameters)) || failed(runBody(block->getRegion(0), results)))
      return failure();
    stack.pop_back();
    return give(instance, results);
  }

  LogicalResult enter(InstanceOp instance, Operation *block, const NamedAttrList &parameters) {
    if (failed(bind(instance, block->getAttrOfType<ArrayAttr>("parameters"), parameters)))
      return failure();
    for (auto &other : ArrayRef(stack).drop_back())
      if (other->block == block && other->call == frame().call)
        return opError(instance) << "endless recursion: " << frame().call << " instantiates itself";
    return success();
  }

  //===-- Ops of the graph --------------------------------------------------------------------------------------===//

  /// The op with its operands' tensors and its attributes' values; types still open.
  FailureOr<Operation *> instantiate(Operation *op) {
    OperationState state(op->getLoc(), op->getName());
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      Item item = frame().values.lookup(operand);
      if (item.list && isa<ConcatOp>(op)) {
        for (auto [k, inner] : llvm::enumerate(*item.list)) {
          if (!inner.tensor)
            return opError(op) << "element " << k << " of the list is no tensor";
          state.operands.push_back(inner.tensor);
        }
        continue;
      }
      if (item.list)
        return opError(op) << "operand " << i << " is a list";
      if (item.tensor)
        state.operands.push_back(item.tensor);
    }
    for (NamedAttribute attribute : op->getAttrs()) {
      FailureOr<Attribute> value = evaluateHere(op, attribute.getValue());
      if (failed(value))
        return failure();
      state.addAttribute(attribute.getName(), *value);
    }
    state.addTypes(SmallVector<Type>(op->getNumResults(), ValueType::get(op->getContext())));
    return builder.create(state);
  }

  LogicalResult copy(TensorOpInterface op) {
    if (++opCount > mostOps)
      return opError(op) << "the graph would have more than " << mostOps << " ops";
    FailureOr<Operation *> created = instantiate(op);
    if (failed(created))
      return failure();
    if (isa<WeightOp, StateOp, InputOp>(*created)) {
      FailureOr<Value> existing = nameIt(op, *created);
      if (failed(existing))
        return failure();
      if (*existing)
        return give(op, Item{*existing, {}});
    }
    SmallVector<Type> types;
    if (failed((*created)->getName().verifyInvariants(*created)) ||
        failed(cast<TensorOpInterface>(*created).inferTypes(types)))
      return failure();
    SmallVector<Item> results;
    for (auto [result, type] : llvm::zip_equal((*created)->getResults(), types)) {
      result.setType(type);
      results.push_back({result, {}});
    }
    (*created)->setLoc(locate(op));
    return give(op, results);
  }

  /// Full names of weights, states and inputs; the value of a shared weight or an input that exists already.
  FailureOr<Value> nameIt(Operation *op, Operation *created) {
    FailureOr<std::string> own = nameHere(op, cast<StringAttr>(op->getAttr("name")).getValue());
    if (failed(own))
      return failure();
    bool isInput = isa<InputOp>(created);
    std::string name = isInput ? *own : frame().path + *own;
    Operation *&known = isInput ? interface[name] : weights[name].declaration;
    bool same = known && known->getAttr("shape") == created->getAttr("shape") &&
                known->getAttr("type") == created->getAttr("type");
    if (same && (isInput || frame().shared)) {
      Value value = isInput ? known->getResult(0) : weights[name].value();
      created->erase();
      return value;
    }
    if (known) {
      InFlightDiagnostic diagnostic = opError(op) << "name clash: '" << name << "' is declared twice";
      diagnostic.attachNote(known->getLoc()) << "the other one is here";
      return diagnostic;
    }
    known = created;
    created->setAttr("name", builder.getStringAttr(name));
    if (auto weight = dyn_cast<WeightOp>(created))
      created->setAttr("trained", builder.getBoolAttr(!frame().frozen &&
                                                      boolOr(weight.getTrained().value_or(Attribute()), true)));
    if (auto of = created->getAttrOfType<StringAttr>("of"))
      created->setAttr("of", builder.getStringAttr(frame().path + of.getValue()));
    return Value();
  }

  LogicalResult runStructure(OutputOp output) {
    Item item = frame().values.lookup(output.getValue());
    FailureOr<std::string> name = nameHere(output, output.getName());
    if (failed(name))
      return failure();
    if (!item.tensor)
      return opError(output) << "\"" << *name << "\" is no tensor";
    Operation *&known = interface["> " + *name];
    if (known)
      return opError(output) << "name clash: output \"" << *name << "\" is declared twice";
    known = OutputOp::create(builder, locate(output), *name, item.tensor);
    return success();
  }

  ModuleOp module;
  DictionaryAttr given;
  OpBuilder builder;
  SymbolTable symbols;
  SmallVector<std::unique_ptr<Frame>> stack;
  llvm::StringMap<Operation *> interface;
  llvm::MapVector<std::string, Weight, std::map<std::string, unsigned>> weights; // in the order of the text
  size_t opCount = 0, statements = 0;
};

struct Elaborate : impl::ElaborateBase<Elaborate> {
  using impl::ElaborateBase<Elaborate>::ElaborateBase;

  void runOnOperation() override {
    llvm::json::Object configuration;
    if (!config.empty()) {
      auto read = readConfiguration(&getContext(), config);
      if (failed(read))
        return signalPassFailure();
      configuration = std::move(*read);
    }
    for (const std::string &setting : settings)
      if (failed(applySetting(&getContext(), configuration, setting)))
        return signalPassFailure();
    auto parameters = configurationParameters(getOperation(), configuration, config.empty() ? std::string("--set") : std::string(config));
    if (failed(parameters) || failed(elaborate(getOperation(), programs, *parameters)))
      signalPassFailure();
  }
};

} // namespace

LogicalResult elaborate(ModuleOp module, ArrayRef<std::string> programs, DictionaryAttr parameters) {
  SmallVector<ProgramOp> chosen(module.getOps<ProgramOp>());
  for (const std::string &name : programs)
    if (llvm::none_of(chosen, [&](ProgramOp program) { return program.getSymName() == name; })) {
      SmallVector<StringRef> known = llvm::map_to_vector(chosen, [](ProgramOp p) { return p.getSymName(); });
      return emitError(UnknownLoc::get(module.getContext()))
             << "there is no program '" << name << "'; there are: " << llvm::join(known, ", ");
    }
  SmallVector<Operation *> texts;
  for (Operation &op : *module.getBody())
    if (isa<BlockOp, NetworkOp, ProgramOp, SectionOp, ImportOp>(op))
      texts.push_back(&op);
  Elaborator elaborator(module, parameters);
  for (ProgramOp program : chosen)
    if (programs.empty() || llvm::is_contained(programs, program.getSymName()))
      if (failed(elaborator.run(program)))
        return failure();
  for (Operation *text : texts)
    text->erase();
  return success();
}

} // namespace dpsims
