// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph's ops: common syntax, verifier, and the inference of types.
#include "dialect/Dialect.h"
#include "dialect/Expressions.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/TypeUtilities.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dpsims;

/// The steps of a graph's or an entry's part; there may be none.
static ParseResult parseSteps(OpAsmParser &parser, Region &region) {
  if (parser.parseRegion(region))
    return failure();
  if (region.empty())
    region.emplaceBlock();
  return success();
}
static void printSteps(OpAsmPrinter &printer, Operation *, Region &region) { printer.printRegion(region); }

#include "dialect/Interfaces.cpp.inc"
#define GET_OP_CLASSES
#include "dialect/Ops.cpp.inc"

//===-- Syntax ----------------------------------------------------------------------------------------------------===//

namespace {

/// Ops that begin with a name in quotes.
bool isNamed(StringRef op) { return op == "dpsims.weight" || op == "dpsims.state" || op == "dpsims.input"; }

std::string knownAttributes(OperationName op) {
  auto names = llvm::map_range(op.getAttributeNames(), [](StringAttr a) { return a.getValue(); });
  return names.empty() ? "; it has none" : "; it has: " + llvm::join(names, ", ");
}

ParseResult parseAttributes(OpAsmParser &parser, OperationState &result) {
  if (failed(parser.parseOptionalLess()) || succeeded(parser.parseOptionalGreater()))
    return success();
  auto attribute = [&]() -> ParseResult {
    StringRef name;
    Attribute value;
    SMLoc location = parser.getCurrentLocation();
    if (parser.parseKeyword(&name))
      return failure();
    if (!llvm::is_contained(result.name.getAttributeNames(), name))
      return parser.emitError(location) << result.name.stripDialect() << ": no attribute '" << name << "'"
                                        << knownAttributes(result.name);
    if (result.attributes.get(name))
      return parser.emitError(location) << result.name.stripDialect() << ": attribute '" << name << "' stands twice";
    if (parser.parseEqual() || parseExpression(parser, value, /*angles=*/true))
      return failure();
    result.addAttribute(name, value);
    return success();
  };
  return failure(parser.parseCommaSeparatedList(attribute) || parser.parseGreater());
}

bool isValue(Type type) { return isa<ValueType>(type); }

} // namespace

ParseResult dpsims::parseTensorOp(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc location = parser.getCurrentLocation();
  if (isNamed(result.name.getStringRef())) {
    std::string name;
    if (parser.parseString(&name))
      return failure();
    result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  }
  if (parser.parseOperandList(operands) || parseAttributes(parser, result))
    return failure();
  if (failed(parser.parseOptionalColon())) {
    Type value = ValueType::get(parser.getContext());
    result.addTypes(SmallVector<Type>(parser.getNumResults(), value));
    return parser.resolveOperands(operands, value, result.operands);
  }
  FunctionType type;
  if (parser.parseType(type))
    return failure();
  result.addTypes(type.getResults());
  return parser.resolveOperands(operands, type.getInputs(), location, result.operands);
}

void dpsims::printTensorOp(OpAsmPrinter &printer, Operation *op) {
  bool named = isNamed(op->getName().getStringRef());
  if (named)
    printer << " " << op->getAttr("name");
  if (op->getNumOperands())
    printer << " " << op->getOperands();
  SmallVector<StringAttr> names;
  for (StringAttr name : op->getName().getAttributeNames())
    if (op->getAttr(name) && !(named && name == "name"))
      names.push_back(name);
  if (!names.empty()) {
    printer << " <";
    llvm::interleaveComma(names, printer, [&](StringAttr name) {
      printer << name.getValue() << " = ";
      printExpression(printer, op->getAttr(name), /*angles=*/true);
    });
    printer << ">";
  }
  if (!llvm::all_of(op->getOperandTypes(), isValue) || !llvm::all_of(op->getResultTypes(), isValue)) {
    printer << " : ";
    printer.printFunctionalType(op);
  }
}

bool dpsims::isElementwise(Operation *op) { return isa<ElementwiseOpInterface>(op); }

LogicalResult dpsims::verifyActivation(Operation *op, Attribute activation) {
  constexpr StringRef known[] = {"relu", "leaky_relu", "clamp", "sigmoid", "silu", "gelu", "tanh"};
  auto name = dyn_cast_if_present<StringAttr>(activation);
  if (activation && (!name || !llvm::is_contained(known, name.getValue())))
    return opError(op) << "unknown activation " << activation << "; known: " << llvm::join(ArrayRef(known), ", ");
  return success();
}

InFlightDiagnostic dpsims::opError(Operation *op) { return op->emitError() << op->getName().stripDialect() << ": "; }

LogicalResult dpsims::verifyTensorOp(TensorOpInterface op) {
  unsigned count = op->getNumOperands(), fewest = op.minOperands(), most = op.maxOperands();
  if (count < fewest || count > most) {
    InFlightDiagnostic diagnostic = opError(op) << "takes " << fewest;
    if (most != fewest)
      diagnostic << " to " << most;
    return diagnostic << (most == 1 ? " operand, not " : " operands, not ") << count;
  }
  if (llvm::any_of(op->getOperandTypes(), isValue) || llvm::any_of(op->getResultTypes(), isValue))
    return success();
  for (NamedAttribute attribute : op->getAttrs())
    if (isa<ExprAttr>(attribute.getValue()))
      return opError(op) << attribute.getName().getValue() << " is no constant";
  SmallVector<Type> types;
  if (failed(op.inferTypes(types)))
    return failure();
  for (auto [given, inferred] : llvm::zip_equal(op->getResultTypes(), types))
    if (given != inferred)
      return opError(op) << "its result is " << inferred << ", not " << given;
  return success();
}

ParseResult OutputOp::parse(OpAsmParser &parser, OperationState &result) {
  std::string name;
  OpAsmParser::UnresolvedOperand value;
  Type type = ValueType::get(parser.getContext());
  if (parser.parseString(&name) || parser.parseOperand(value) ||
      (succeeded(parser.parseOptionalColon()) && parser.parseType(type)))
    return failure();
  result.addAttribute("name", parser.getBuilder().getStringAttr(name));
  return parser.resolveOperand(value, type, result.operands);
}

void OutputOp::print(OpAsmPrinter &printer) {
  printer << " " << getNameAttr() << " " << getValue();
  if (!isValue(getValue().getType()))
    printer << " : " << getValue().getType();
}

ParseResult AssignOp::parse(OpAsmParser &parser, OperationState &result) { return OutputOp::parse(parser, result); }
void AssignOp::print(OpAsmPrinter &printer) {
  printer << " " << getNameAttr() << " " << getValue();
  if (!isValue(getValue().getType()))
    printer << " : " << getValue().getType();
}

LogicalResult GraphOp::verify() {
  for (Operation &op : getBody().front())
    if (llvm::any_of(op.getResultTypes(), isValue))
      return op.emitError() << "a graph holds no value without a type";
  return success();
}

LogicalResult EntryOp::verify() {
  for (Region *part : {&getPrepare(), &getMain()})
    for (Operation &op : part->front())
      if (op.getDialect() != getOperation()->getDialect() || isa<TensorOpInterface>(op))
        return op.emitError() << "an entry holds steps and buffers only";
  return success();
}

namespace {
/// A body's arguments are the operands, its yield's values the results: same shapes, same elements.
LogicalResult verifyFusion(Operation *op, Block &body, ValueRange inputs, TypeRange outputs) {
  auto yield = body.empty() ? YieldOp() : dyn_cast<YieldOp>(body.back());
  if (!yield)
    return op->emitError() << "the body must end in `yield`";
  auto same = [](TypeRange a, TypeRange b) {
    return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
             auto x = dyn_cast<ShapedType>(std::get<0>(pair)), y = dyn_cast<ShapedType>(std::get<1>(pair));
             return x && y && x.getShape() == y.getShape() && x.getElementType() == y.getElementType();
           });
  };
  if (!same(body.getArgumentTypes(), inputs.getTypes()))
    return op->emitError() << "the body's arguments must be the operands";
  if (outputs.empty() || !same(yield.getValues().getTypes(), outputs))
    return op->emitError() << "what the body yields must be the results";
  return success();
}
} // namespace

LogicalResult FusedOp::verify() { return verifyFusion(*this, getBody().front(), getInputs(), getResultTypes()); }
LogicalResult ComputeOp::verify() {
  return verifyFusion(*this, getBody().front(), getInputs(), getOutputs().getTypes());
}

//===-- Inference -------------------------------------------------------------------------------------------------===//

namespace {

using Types = SmallVectorImpl<Type>;
using Shape = SmallVector<int64_t>;

/// The most elements that a tensor may have: byte counts stay far inside of 63 bits.
constexpr int64_t mostElements = int64_t(1) << 40;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

std::string text(ArrayRef<int64_t> shape) {
  std::string result = "(";
  for (auto [i, size] : llvm::enumerate(shape))
    result += (i ? ", " : "") + std::to_string(size);
  return result + ")";
}

LogicalResult give(Operation *op, Types &types, ArrayRef<int64_t> shape, Type element) {
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (size <= 0)
      return opError(op) << "its result would have the shape " << text(shape);
    if (__builtin_mul_overflow(elements, size, &elements) || elements > mostElements)
      return opError(op) << "its result " << text(shape) << " would be too large";
  }
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult giveFloat(Operation *op, Types &types, ArrayRef<int64_t> shape) {
  return give(op, types, shape, Float32Type::get(op->getContext()));
}

LogicalResult wantTensors(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || !type.hasStaticShape())
      return opError(op) << "wants static tensors, not " << operand.getType();
  }
  return success();
}

LogicalResult wantFloats(Operation *op) {
  if (failed(wantTensors(op)))
    return failure();
  for (Value operand : op->getOperands())
    if (!cast<RankedTensorType>(operand.getType()).getElementType().isF32())
      return opError(op) << "wants f32, not " << operand.getType();
  return success();
}

LogicalResult wantDimensions(Operation *op) {
  if (shapeOf(op->getOperand(0)).empty())
    return opError(op) << "wants at least one dimension";
  return success();
}

LogicalResult wantRank(Operation *op, unsigned operand, int64_t rank) {
  int64_t given = shapeOf(op->getOperand(operand)).size();
  if (given != rank)
    return opError(op) << "operand " << operand << " must have " << rank << " dimensions, not "
                       << text(shapeOf(op->getOperand(operand)));
  return success();
}

FailureOr<Type> elementType(Operation *op, Attribute name) {
  MLIRContext *context = op->getContext();
  StringRef type = name ? cast<StringAttr>(name).getValue() : "f32";
  if (type == "f32")
    return Type(Float32Type::get(context));
  if (type == "i32")
    return Type(IntegerType::get(context, 32));
  if (type == "u8")
    return Type(IntegerType::get(context, 8, IntegerType::Unsigned));
  return opError(op) << "unknown element type \"" << type << "\"; types are f32, i32, u8";
}

LogicalResult unary(Operation *op, Types &types) {
  if (failed(wantFloats(op)))
    return failure();
  types.push_back(op->getOperand(0).getType());
  return success();
}

LogicalResult binary(Operation *op, Types &types, bool floats = true) {
  if (failed(floats ? wantFloats(op) : wantTensors(op)))
    return failure();
  ArrayRef<int64_t> a = shapeOf(op->getOperand(0)), b = shapeOf(op->getOperand(1));
  FailureOr<SmallVector<int64_t>> shape = broadcastShapes(a, b);
  if (failed(shape))
    return opError(op) << "shapes " << text(a) << " and " << text(b) << " do not broadcast";
  return giveFloat(op, types, *shape);
}

LogicalResult wantChannels(Operation *op, unsigned first) {
  if (failed(wantDimensions(op)))
    return failure();
  int64_t channels = shapeOf(op->getOperand(0)).back();
  for (Value operand : op->getOperands().drop_front(first))
    if (shapeOf(operand) != ArrayRef{channels})
      return opError(op) << "input has " << channels << " channels, and a vector per channel has the shape "
                         << text(shapeOf(operand));
  return success();
}

LogicalResult wantAxis(Operation *op, int64_t axis, size_t rank) {
  if (axis < 0 || axis >= int64_t(rank))
    return opError(op) << "axis " << axis << " of a tensor of " << rank << " dimensions";
  return success();
}

/// The epilogue of conv2d and matmul: operands behind the first two.
LogicalResult checkEpilogue(Operation *op, int64_t channels, ArrayRef<int64_t> result) {
  if (failed(verifyActivation(op, op->getAttr("activation"))))
    return failure();
  bool residual = boolOr(op->getAttr("residual"), false);
  if (residual && op->getNumOperands() < 3)
    return opError(op) << "residual = true, but there is no residual operand";
  unsigned biases = op->getNumOperands() - 2 - residual;
  if (biases > 1)
    return opError(op) << "has " << op->getNumOperands() << " operands; with a residual say residual = true";
  if (biases == 1 && shapeOf(op->getOperand(2)) != ArrayRef{channels})
    return opError(op) << "bias has the shape " << text(shapeOf(op->getOperand(2))) << " for " << channels
                       << " channels";
  if (residual && shapeOf(op->getOperands().back()) != result)
    return opError(op) << "residual " << text(shapeOf(op->getOperands().back())) << " for a result " << text(result);
  return success();
}

LogicalResult wantLength(Operation *op, StringRef name, ArrayRef<int64_t> list, size_t rank) {
  if (list.size() != rank)
    return opError(op) << name << " has " << list.size() << " entries for " << rank << " dimensions";
  return success();
}

} // namespace

#define UNARY(Op)                                                                                                      \
  LogicalResult Op::inferTypes(Types &types) { return unary(*this, types); }
UNARY(ReluOp)
UNARY(LeakyReluOp)
UNARY(ClampOp)
UNARY(SigmoidOp)
UNARY(SiluOp)
UNARY(GeluOp)
UNARY(TanhOp)
UNARY(ExpOp)
UNARY(ErfOp)
UNARY(PowOp)
UNARY(StopGradientOp)
UNARY(LogOp)
UNARY(SqrtOp)
UNARY(RsqrtOp)
UNARY(AbsOp)
UNARY(SquareOp)
UNARY(NegOp)
UNARY(RoundOp)
#undef UNARY

#define BINARY(Op)                                                                                                     \
  LogicalResult Op::inferTypes(Types &types) { return binary(*this, types); }
BINARY(AddOp)
BINARY(SubOp)
BINARY(MulOp)
BINARY(DivOp)
BINARY(MaximumOp)
BINARY(MinimumOp)
BINARY(GreaterOp)
#undef BINARY

LogicalResult NotEqualOp::inferTypes(Types &types) {
  if (failed(binary(*this, types, /*floats=*/false)))
    return failure();
  if (getElementTypeOrSelf(getInputs()[0].getType()) != getElementTypeOrSelf(getInputs()[1].getType()))
    return opError(*this) << "compares " << getInputs()[0].getType() << " with " << getInputs()[1].getType();
  return success();
}

LogicalResult SelectOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)))
    return failure();
  Shape shape;
  for (Value input : getInputs()) {
    FailureOr<SmallVector<int64_t>> wider = broadcastShapes(shape, shapeOf(input));
    if (failed(wider))
      return opError(*this) << "shapes " << text(shape) << " and " << text(shapeOf(input)) << " do not broadcast";
    shape = *wider;
  }
  return giveFloat(*this, types, shape);
}

LogicalResult CastOp::inferTypes(Types &types) {
  FailureOr<Type> element = elementType(*this, getType());
  if (failed(wantTensors(*this)) || failed(element))
    return failure();
  return give(*this, types, shapeOf(getInputs()[0]), *element);
}

LogicalResult InputOp::inferTypes(Types &types) {
  FailureOr<Type> element = elementType(*this, getType().value_or(Attribute()));
  return failed(element) ? failure() : give(*this, types, intList(getShape()), *element);
}

namespace {
constexpr StringRef initialisers[] = {"zeros",         "ones",          "constant",       "normal",
                                      "xavier_normal", "singular_left", "singular_right", "copy"};

LogicalResult inferWeight(Operation *op, Types &types, Attribute shape, StringRef init, size_t kinds) {
  auto known = ArrayRef(initialisers).take_front(kinds);
  if (!llvm::is_contained(known, init))
    return opError(op) << "unknown initialiser \"" << init << "\"; known: " << llvm::join(known, ", ");
  if (init == "xavier_normal" && cast<ArrayAttr>(shape).size() < 2)
    return opError(op) << "xavier_normal needs a shape with an output and an input size";
  return giveFloat(op, types, intList(shape));
}
} // namespace

LogicalResult WeightOp::inferTypes(Types &types) {
  return inferWeight(*this, types, getShape(), cast<StringAttr>(getInit()).getValue(), 5);
}

LogicalResult StateOp::inferTypes(Types &types) {
  StringRef init = cast<StringAttr>(getInit()).getValue();
  if ((init.starts_with("singular") || init == "copy") && !getOf())
    return opError(*this) << "initialiser \"" << init << "\" needs `of`, the weight's name";
  return inferWeight(*this, types, getShape(), init, 8);
}

LogicalResult ConstantOp::inferTypes(Types &types) {
  auto list = dyn_cast<ArrayAttr>(getValue());
  Shape shape = getShape() ? intList(*getShape()) : list ? Shape{int64_t(list.size())} : Shape();
  if (list && !llvm::all_of(list, [](Attribute a) { return isa<FloatAttr>(a) || isInt(a); }))
    return opError(*this) << "wants numbers, not " << constantText(list);
  if (list && shape != Shape{int64_t(list.size())})
    return opError(*this) << "a list of " << list.size() << " numbers has no shape " << text(shape);
  return giveFloat(*this, types, shape);
}

namespace {
/// The shape of a convolution of images x with weights w by the op's attributes.
FailureOr<Shape> convolve(Operation *op, ArrayRef<int64_t> x, ArrayRef<int64_t> w) {
  if (Attribute padding = op->getAttr("padding")) {
    auto name = dyn_cast<StringAttr>(padding);
    auto list = dyn_cast<ArrayAttr>(padding);
    if ((name && name.getValue() != "same") || (list && list.size() != 2 && list.size() != 4))
      return opError(op) << "padding " << constantText(padding)
                         << "; it is a number, [height, width], [top, left, bottom, right], or \"same\"";
  }
  if (auto list = dyn_cast_or_null<ArrayAttr>(op->getAttr("stride")); list && list.size() != 2)
    return opError(op) << "stride " << constantText(list) << "; it is a number or [height, width]";
  ConvGeometry g = convGeometry(op);
  if (g.stride[0] < 1 || g.stride[1] < 1 || llvm::any_of(g.padding, [](int64_t p) { return p < 0; }))
    return opError(op) << "stride must be positive and padding not negative";
  if (g.groups < 1 || x[3] % g.groups || w[0] % g.groups)
    return opError(op) << "input has " << x[3] << " channels, output " << w[0]
                       << ", not divisible by groups = " << g.groups;
  if (w[1] * g.groups != x[3])
    return opError(op) << "input has " << x[3] << " channels, weights " << text(w) << " take " << w[1] * g.groups;
  int64_t h = x[1] + g.padding[0] + g.padding[2] - w[2], v = x[2] + g.padding[1] + g.padding[3] - w[3];
  if (h < 0 || v < 0)
    return opError(op) << "the kernel " << w[2] << "x" << w[3] << " is larger than the padded input " << text(x);
  return Shape{x[0], h / g.stride[0] + 1, v / g.stride[1] + 1, w[0]};
}

/// A gradient of a convolution: the one operand and the shape are images and weights, the other operand its result.
LogicalResult inferConvGradient(Operation *op, Types &types, bool ofImages) {
  if (failed(wantFloats(op)) || failed(wantRank(op, 0, 4)) || failed(wantRank(op, 1, 4)))
    return failure();
  Shape shape = intList(op->getAttr("shape"));
  if (shape.size() != 4)
    return opError(op) << "shape " << text(shape) << " must have 4 sizes";
  Value gradient = op->getOperand(ofImages ? 0 : 1), other = op->getOperand(ofImages ? 1 : 0);
  if (failed(giveFloat(op, types, shape)))
    return failure();
  FailureOr<Shape> result =
      convolve(op, ofImages ? ArrayRef(shape) : shapeOf(other), ofImages ? shapeOf(other) : ArrayRef(shape));
  if (failed(result))
    return failure();
  if (shapeOf(gradient) != ArrayRef(*result))
    return opError(op) << "the gradient has the shape " << text(shapeOf(gradient)) << ", the convolution's result "
                       << text(*result);
  return success();
}
} // namespace

LogicalResult Conv2dOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantRank(*this, 0, 4)) || failed(wantRank(*this, 1, 4)))
    return failure();
  FailureOr<Shape> result = convolve(*this, shapeOf(getInputs()[0]), shapeOf(getInputs()[1]));
  if (failed(result) || failed(checkEpilogue(*this, result->back(), *result)))
    return failure();
  return giveFloat(*this, types, *result);
}

LogicalResult Conv2dInputGradientOp::inferTypes(Types &types) { return inferConvGradient(*this, types, true); }
LogicalResult Conv2dWeightGradientOp::inferTypes(Types &types) { return inferConvGradient(*this, types, false); }

ConvGeometry dpsims::convGeometry(Operation *op) {
  ConvGeometry g{{1, 1}, {0, 0, 0, 0}, intOr(op->getAttr("groups"), 1)};
  Attribute stride = op->getAttr("stride"), padding = op->getAttr("padding");
  for (int i = 0; i < 2; ++i)
    g.stride[i] = stride && isa<ArrayAttr>(stride) ? intList(stride)[i] : intOr(stride, 1);
  Shape x = isa<Conv2dInputGradientOp>(op) ? intList(op->getAttr("shape")) : Shape(shapeOf(op->getOperand(0)));
  Shape w = isa<Conv2dWeightGradientOp>(op) ? intList(op->getAttr("shape")) : Shape(shapeOf(op->getOperand(1)));
  for (int i = 0; i < 4; ++i) {
    if (padding && isa<ArrayAttr>(padding))
      g.padding[i] = intList(padding)[cast<ArrayAttr>(padding).size() == 2 ? i % 2 : i];
    else
      g.padding[i] = intOr(padding, 0);
    if (padding && isa<StringAttr>(padding)) {
      int64_t size = x[1 + i % 2], step = std::max<int64_t>(g.stride[i % 2], 1), outputs = (size + step - 1) / step;
      int64_t total = std::max<int64_t>((outputs - 1) * step + w[2 + i % 2] - size, 0);
      g.padding[i] = i < 2 ? total / 2 : total - total / 2;
    }
  }
  return g;
}

LogicalResult MatmulOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)))
    return failure();
  ArrayRef<int64_t> a = shapeOf(getInputs()[0]), b = shapeOf(getInputs()[1]);
  if (a.size() < 2 || b.size() < 2)
    return opError(*this) << "wants matrices, not " << text(a) << " and " << text(b);
  bool left = boolOr(getTransposeA().value_or(Attribute()), false);
  bool right = boolOr(getTransposeB().value_or(Attribute()), false);
  int64_t inner = a[a.size() - (left ? 2 : 1)], k = b[b.size() - (right ? 1 : 2)], n = b[b.size() - (right ? 2 : 1)];
  if (inner != k)
    return opError(*this) << "a " << text(a) << " has rows of " << inner << ", b " << text(b) << " wants " << k;
  if ((b.size() != 2 || left) && (b.size() != a.size() || a.drop_back(2) != b.drop_back(2)))
    return opError(*this) << "leading dimensions of a " << text(a) << " and b " << text(b) << " differ";
  Shape result(a.drop_back(2));
  result.append({a[a.size() - (left ? 1 : 2)], n});
  return failed(checkEpilogue(*this, n, result)) ? failure() : giveFloat(*this, types, result);
}

LogicalResult AttentionOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantRank(*this, 0, 3)) || failed(wantRank(*this, 1, 3)) ||
      failed(wantRank(*this, 2, 3)))
    return failure();
  ArrayRef<int64_t> q = shapeOf(getInputs()[0]), k = shapeOf(getInputs()[1]), v = shapeOf(getInputs()[2]);
  if (q[0] != k[0] || q[0] != v[0] || q[2] != k[2] || k[1] != v[1])
    return opError(*this) << "q " << text(q) << ", k " << text(k) << ", v " << text(v) << " do not fit";
  return giveFloat(*this, types, {q[0], q[1], v[2]});
}

LogicalResult ReduceOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantDimensions(*this)))
    return failure();
  StringRef kind = cast<StringAttr>(getKind()).getValue();
  if (!llvm::is_contained({"sum", "mean", "max"}, kind))
    return opError(*this) << "unknown kind \"" << kind << "\"; kinds are sum, mean, max";
  Shape shape(shapeOf(getInputs()[0]));
  for (int64_t axis : intList(getAxes())) {
    if (failed(wantAxis(*this, axis, shape.size())))
      return failure();
    shape[axis] = 1;
  }
  return giveFloat(*this, types, shape);
}

LogicalResult SoftmaxOp::inferTypes(Types &types) {
  return failed(unary(*this, types)) ? failure() : wantDimensions(*this);
}

LogicalResult LogSoftmaxOp::inferTypes(Types &types) {
  return failed(unary(*this, types)) ? failure() : wantDimensions(*this);
}

LogicalResult LayerNormOp::inferTypes(Types &types) {
  return failed(unary(*this, types)) ? failure() : wantChannels(*this, 1);
}

namespace {
/// Equal parts of a batch, each with statistics of its own.
LogicalResult wantGroups(Operation *op, int64_t groups) {
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  if (groups < 1 || x.size() < 2 || x[0] % groups)
    return opError(op) << "no " << groups << " equal parts of " << text(x) << " along its first dimension";
  return success();
}
} // namespace

LogicalResult BatchNormOp::inferTypes(Types &types) {
  if (failed(unary(*this, types)))
    return failure();
  ArrayRef<int64_t> mean = shapeOf(getInputs()[1]);
  if (mean.size() != 2)
    return wantChannels(*this, 1);
  int64_t channels = shapeOf(getInputs()[0]).empty() ? 0 : shapeOf(getInputs()[0]).back();
  if (mean[1] != channels || shapeOf(getInputs()[2]) != mean)
    return opError(*this) << "input has " << channels << " channels, mean and variance are " << text(mean) << " and "
                          << text(shapeOf(getInputs()[2]));
  return failed(wantChannels(*this, 3)) ? failure() : wantGroups(*this, mean[0]);
}

LogicalResult BatchStatisticsOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantDimensions(*this)))
    return failure();
  Shape shape{shapeOf(getInputs()[0]).back()};
  if (getGroups()) {
    int64_t groups = intOr(*getGroups(), 0);
    if (failed(wantGroups(*this, groups)))
      return failure();
    shape.insert(shape.begin(), groups);
  }
  return failure(failed(giveFloat(*this, types, shape)) || failed(giveFloat(*this, types, shape)));
}

namespace {
FailureOr<Shape> pooledShape(Operation *op) {
  if (failed(wantFloats(op)) || failed(wantRank(op, 0, 4)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  auto number = [&](StringRef name) { return intOr(op->getAttr(name), 0); };
  int64_t kernel = number("kernel"), stride = number("stride"), padding = number("padding");
  if (kernel < 1 || stride < 1 || padding < 0 || padding >= kernel)
    return opError(op) << "kernel " << kernel << ", stride " << stride << ", padding " << padding;
  int64_t h = x[1] + 2 * padding - kernel, w = x[2] + 2 * padding - kernel;
  if (h < 0 || w < 0)
    return opError(op) << "the kernel " << kernel << " is larger than the padded input " << text(x);
  return Shape{x[0], h / stride + 1, w / stride + 1, x[3]};
}
} // namespace

LogicalResult MaxPoolOp::inferTypes(Types &types) {
  FailureOr<Shape> shape = pooledShape(*this);
  return failed(shape) ? failure() : giveFloat(*this, types, *shape);
}

LogicalResult MaxPoolGradientOp::inferTypes(Types &types) {
  FailureOr<Shape> shape = pooledShape(*this);
  if (failed(shape))
    return failure();
  for (Value pooled : getInputs().drop_front())
    if (shapeOf(pooled) != ArrayRef(*shape))
      return opError(*this) << "operands of the shape " << text(shapeOf(pooled)) << "; the pooled images are "
                            << text(*shape);
  return giveFloat(*this, types, shapeOf(getInputs()[0]));
}

namespace {
LogicalResult wantIds(Operation *op) {
  if (failed(wantTensors(op)))
    return failure();
  if (!getElementTypeOrSelf(op->getOperand(0).getType()).isSignlessInteger(32))
    return opError(op) << "wants i32 ids, not " << op->getOperand(0).getType();
  return success();
}
} // namespace

LogicalResult OneHotOp::inferTypes(Types &types) {
  if (failed(wantIds(*this)))
    return failure();
  Shape shape(shapeOf(getInputs()[0]));
  shape.push_back(intOr(getClasses(), 0));
  return giveFloat(*this, types, shape);
}

LogicalResult InstanceEdgesOp::inferTypes(Types &types) {
  if (failed(wantIds(*this)) || failed(wantRank(*this, 0, 3)))
    return failure();
  Shape shape(shapeOf(getInputs()[0]));
  shape.push_back(1);
  return giveFloat(*this, types, shape);
}

LogicalResult IotaOp::inferTypes(Types &types) {
  Shape shape = intList(getShape());
  if (failed(wantAxis(*this, intOr(getAxis(), -1), shape.size())))
    return failure();
  return give(*this, types, shape, IntegerType::get(getContext(), 32));
}

LogicalResult GradientOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)))
    return failure();
  if (cast<RankedTensorType>(getInputs()[0].getType()).getNumElements() != 1)
    return opError(*this) << "the loss has the shape " << text(shapeOf(getInputs()[0])) << "; it must be one number";
  llvm::append_range(types, getInputs().drop_front().getTypes());
  return success();
}

LogicalResult UpsampleOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantRank(*this, 0, 4)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  int64_t factor = intOr(getFactor(), 0);
  if (factor < 1 || factor > 4096)
    return opError(*this) << "factor " << factor;
  return giveFloat(*this, types, {x[0], x[1] * factor, x[2] * factor, x[3]});
}

LogicalResult ReshapeOp::inferTypes(Types &types) {
  if (failed(wantTensors(*this)))
    return failure();
  auto from = cast<RankedTensorType>(getInputs()[0].getType());
  Shape shape = intList(getShape());
  int64_t known = 1, open = -1;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == -1 && open < 0)
      open = i;
    else if (size < 1 || __builtin_mul_overflow(known, size, &known))
      return opError(*this) << "shape " << text(shape);
  }
  if (open >= 0 && from.getNumElements() % known == 0)
    shape[open] = from.getNumElements() / known;
  if (open >= 0 ? from.getNumElements() % known != 0 : from.getNumElements() != known)
    return opError(*this) << text(from.getShape()) << " has " << from.getNumElements() << " elements, which "
                          << text(shape) << " cannot hold";
  return give(*this, types, shape, from.getElementType());
}

LogicalResult TransposeOp::inferTypes(Types &types) {
  if (failed(wantTensors(*this)) || failed(wantDimensions(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  Shape perm = intList(getPerm()), sorted(perm), shape;
  llvm::sort(sorted);
  for (auto [i, axis] : llvm::enumerate(sorted))
    if (sorted.size() != x.size() || axis != int64_t(i))
      return opError(*this) << "perm " << text(perm) << " is no order of " << x.size() << " axes";
  for (int64_t axis : perm)
    shape.push_back(x[axis]);
  return give(*this, types, shape, getElementTypeOrSelf(getInputs()[0].getType()));
}

LogicalResult BroadcastOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  Shape shape = intList(getShape());
  FailureOr<SmallVector<int64_t>> both = broadcastShapes(x, shape);
  if (failed(both) || *both != shape)
    return opError(*this) << text(x) << " does not broadcast to " << text(shape);
  return giveFloat(*this, types, shape);
}

LogicalResult ConcatOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)))
    return failure();
  Shape shape(shapeOf(getInputs()[0]));
  int64_t axis = intOr(getAxis(), -1);
  if (failed(wantAxis(*this, axis, shape.size())))
    return failure();
  for (Value input : getInputs().drop_front()) {
    Shape other(shapeOf(input));
    int64_t size = other.size() == shape.size() ? other[axis] : 0;
    if (other.size() == shape.size())
      other[axis] = shape[axis];
    if (other != shape)
      return opError(*this) << text(shapeOf(getInputs()[0])) << " and " << text(shapeOf(input))
                            << " do not fit beside one another along axis " << axis;
    shape[axis] += size;
  }
  return giveFloat(*this, types, shape);
}

LogicalResult SliceOp::inferTypes(Types &types) {
  if (failed(wantTensors(*this)) || failed(wantDimensions(*this)))
    return failure();
  ArrayRef<int64_t> x = shapeOf(getInputs()[0]);
  Shape start = intList(getStart()), step = intList(getStep()), size = intList(getSize());
  if (failed(wantLength(*this, "start", start, x.size())) || failed(wantLength(*this, "step", step, x.size())) ||
      failed(wantLength(*this, "size", size, x.size())))
    return failure();
  for (size_t i = 0; i < x.size(); ++i)
    if (start[i] < 0 || step[i] < 1 || size[i] < 1 || start[i] >= x[i] ||
        (size[i] - 1) > (x[i] - 1 - start[i]) / step[i])
      return opError(*this) << "axis " << i << " of " << x[i] << ": start " << start[i] << ", step " << step[i]
                            << ", size " << size[i] << " leaves it";
  return give(*this, types, size, getElementTypeOrSelf(getInputs()[0].getType()));
}

LogicalResult PadOp::inferTypes(Types &types) {
  if (failed(wantFloats(*this)) || failed(wantDimensions(*this)))
    return failure();
  Shape shape(shapeOf(getInputs()[0])), low = intList(getLow()), high = intList(getHigh());
  Shape interior = getInterior() ? intList(*getInterior()) : Shape(shape.size(), 0);
  if (failed(wantLength(*this, "low", low, shape.size())) || failed(wantLength(*this, "high", high, shape.size())) ||
      failed(wantLength(*this, "interior", interior, shape.size())))
    return failure();
  for (size_t i = 0; i < shape.size(); ++i) {
    for (int64_t padding : {low[i], high[i], interior[i]})
      if (padding < 0 || padding > mostElements)
        return opError(*this) << "padding " << padding << " of axis " << i << "; it must be 0 to " << mostElements;
    if (__builtin_mul_overflow(shape[i] - 1, interior[i] + 1, &shape[i]))
      return opError(*this) << "interior padding " << interior[i] << " of axis " << i << " is too large";
    shape[i] += 1 + low[i] + high[i];
  }
  return giveFloat(*this, types, shape);
}
