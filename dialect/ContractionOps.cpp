// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Convolutions, matrix products: their types and gradients.
#include "dialect/Expressions.h"
#include "dialect/Formula.h"
#include "dialect/Inference.h"

using namespace mlir;
using namespace dpsims;

//===-- Types -----------------------------------------------------------------------------------------------------===//

namespace {
/// The two factors are floats of one type; the result has the type that the op says, or theirs.
template <typename OpTy> LogicalResult addProductResult(OpTy op, Types &types, ArrayRef<int64_t> shape) {
  ElementKind factors = kindOf(elementOf(op->getOperand(0))), element = op.getType().value_or(factors);
  if (element != factors && element != ElementKind::F32)
    return opError(op) << "type " << op.getTypeAttr() << " of a product of " << stringifyElementKind(factors)
                       << "; it is that or f32";
  return addResult(op, types, shape, typeOf(element, op.getContext()));
}

/// "bf16"
StringRef elementName(Value value) { return stringifyElementKind(kindOf(elementOf(value))); }

template <typename OpTy> LogicalResult requireFactors(OpTy op) {
  return failure(failed(requireElementType(op, op.getTypeAttr())) || failed(requireFloats(op, 2)));
}

/// The epilogue of conv2d and matmul: operands after the first two.
LogicalResult checkEpilogue(ContractionOpInterface op, int64_t channels, RankedTensorType type) {
  ArrayRef<int64_t> result = type.getShape();
  if (failed(requireActivation(op, op.getActivationAttr())))
    return failure();
  Value bias = op.getBias(), residual = op.getResidual();
  if (bias && shapeOf(bias) != ArrayRef{channels})
    return opError(op) << "bias has the shape " << text(shapeOf(bias)) << " for " << channels << " channels";
  if (bias && !elementOf(bias).isF32())
    return opError(op) << "bias is " << elementName(bias) << ", sums are f32; make it that: cast %b <type = \"f32\">";
  if (residual && shapeOf(residual) != result)
    return opError(op) << "residual " << text(shapeOf(residual)) << " for a result " << text(result);
  if (residual && elementOf(residual) != type.getElementType())
    return opError(op) << "residual is " << elementName(residual) << " for a result of "
                       << stringifyElementKind(kindOf(type.getElementType()));
  return success();
}

/// The shape of a convolution of images x with weights w by the op's attributes.
FailureOr<Shape> convolve(ConvolutionOpInterface op, ArrayRef<int64_t> x, ArrayRef<int64_t> w) {
  if (Attribute padding = op.getPaddingAttr()) {
    auto name = dyn_cast<StringAttr>(padding);
    auto list = dyn_cast<ArrayAttr>(padding);
    if ((name && name.getValue() != "same") || (list && list.size() != 2 && list.size() != 4))
      return opError(op) << "padding " << constantText(padding)
                         << "; it is a number, [height, width], [top, left, bottom, right], or \"same\"";
  }
  if (auto list = dyn_cast_if_present<ArrayAttr>(op.getStrideAttr()); list && list.size() != 2)
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
template <typename OpTy> LogicalResult inferConvGradient(OpTy op, Types &types) {
  if (failed(requireFactors(op)) || failed(requireRank(op, 0, 4)) || failed(requireRank(op, 1, 4)))
    return failure();
  Shape shape = op.getShape();
  if (shape.size() != 4)
    return opError(op) << "shape " << text(shape) << " must have 4 sizes";
  if (failed(addProductResult(op, types, shape)))
    return failure();
  FailureOr<Shape> result = convolve(op, op.imagesShape(), op.weightsShape());
  if (failed(result))
    return failure();
  if (shapeOf(op.getGradient()) != ArrayRef(*result))
    return opError(op) << "the gradient has the shape " << text(shapeOf(op.getGradient()))
                       << ", the convolution's result " << text(*result);
  return success();
}
} // namespace

LogicalResult Conv2dOp::inferTypes(Types &types) {
  if (failed(requireFactors(*this)) || failed(requireRank(*this, 0, 4)) || failed(requireRank(*this, 1, 4)))
    return failure();
  FailureOr<Shape> result = convolve(*this, imagesShape(), weightsShape());
  if (failed(result) || failed(addProductResult(*this, types, *result)))
    return failure();
  return checkEpilogue(*this, result->back(), cast<RankedTensorType>(types.back()));
}

LogicalResult Conv2dInputGradientOp::inferTypes(Types &types) { return inferConvGradient(*this, types); }
LogicalResult Conv2dWeightGradientOp::inferTypes(Types &types) { return inferConvGradient(*this, types); }

Shape Conv2dOp::imagesShape() { return Shape(shapeOf(getImages())); }
Shape Conv2dOp::weightsShape() { return Shape(shapeOf(getWeights())); }
Shape Conv2dInputGradientOp::imagesShape() { return getShape(); }
Shape Conv2dInputGradientOp::weightsShape() { return Shape(shapeOf(getWeights())); }
Shape Conv2dWeightGradientOp::imagesShape() { return Shape(shapeOf(getImages())); }
Shape Conv2dWeightGradientOp::weightsShape() { return getShape(); }

ConvGeometry dpsims::convGeometry(ConvolutionOpInterface op) {
  ConvGeometry g{{1, 1}, {0, 0, 0, 0}, op.getGroups()};
  Attribute stride = op.getStrideAttr(), padding = op.getPaddingAttr();
  for (int i = 0; i < 2; ++i)
    g.stride[i] = stride && isa<ArrayAttr>(stride) ? intList(stride)[i] : intOr(stride, 1);
  Shape x = op.imagesShape(), w = op.weightsShape();
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
  if (failed(requireFactors(*this)))
    return failure();
  ArrayRef<int64_t> a = shapeOf(getLhs()), b = shapeOf(getRhs());
  if (a.size() < 2 || b.size() < 2)
    return opError(*this) << "expects matrices, not " << text(a) << " and " << text(b);
  bool left = getTransposeA(), right = getTransposeB();
  int64_t inner = a[a.size() - (left ? 2 : 1)], k = b[b.size() - (right ? 1 : 2)], n = b[b.size() - (right ? 2 : 1)];
  if (inner != k)
    return opError(*this) << "a " << text(a) << " has rows of " << inner << ", b " << text(b) << " expects " << k;
  if ((b.size() != 2 || left) && (b.size() != a.size() || a.drop_back(2) != b.drop_back(2)))
    return opError(*this) << "leading dimensions of a " << text(a) << " and b " << text(b) << " differ";
  Shape result(a.drop_back(2));
  result.append({a[a.size() - (left ? 1 : 2)], n});
  if (failed(addProductResult(*this, types, result)))
    return failure();
  return checkEpilogue(*this, n, cast<RankedTensorType>(types.back()));
}

//===-- Work ------------------------------------------------------------------------------------------------------===//

/// Of a convolution, or a gradient of it: each element of its result takes a multiplication and an addition for each
/// weight of its channel. The gradients multiply the same pairs.
static double convFlops(Value result, ArrayRef<int64_t> weights) {
  return 2.0 * elementsOf(result) * ShapedType::getNumElements(weights.drop_front());
}

double Conv2dOp::flops() { return convFlops(getResult(), weightsShape()); }
double Conv2dInputGradientOp::flops() { return convFlops(getGradient(), weightsShape()); }
double Conv2dWeightGradientOp::flops() { return convFlops(getGradient(), weightsShape()); }

double MatmulOp::flops() {
  ArrayRef<int64_t> a = shapeOf(getLhs());
  return 2.0 * elementsOf(getResult()) * a[a.size() - (getTransposeA() ? 2 : 1)];
}

//===-- Gradients -------------------------------------------------------------------------------------------------===//

namespace {
/// What a convolution and its gradients have in common: stride, padding, groups in numbers, and a shape if one is
/// given.
SmallVector<NamedAttribute> convAttributes(OpBuilder &builder, ConvolutionOpInterface op,
                                           ArrayRef<int64_t> shape = {}) {
  ConvGeometry g = convGeometry(op);
  SmallVector<NamedAttribute> attributes;
  if (!shape.empty())
    attributes.push_back(builder.getNamedAttr("shape", builder.getI64ArrayAttr(shape)));
  attributes.push_back(builder.getNamedAttr("stride", builder.getI64ArrayAttr(g.stride)));
  attributes.push_back(builder.getNamedAttr("padding", builder.getI64ArrayAttr(g.padding)));
  attributes.push_back(builder.getNamedAttr("groups", builder.getI64IntegerAttr(g.groups)));
  return attributes;
}
} // namespace

void Conv2dOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value x = getImages(), w = getWeights(), g = f.cast(results[0], x);
  if (wanted[0])
    operands[0] = f.make<Conv2dInputGradientOp>({g, w}, convAttributes(builder, *this, shapeOf(x)));
  if (wanted[1])
    operands[1] = f.make<Conv2dWeightGradientOp>({x, g}, convAttributes(builder, *this, shapeOf(w)));
  if (getBias() && wanted[2])
    operands[2] = f.channelSum(f.cast(results[0], getBias()));
}

void Conv2dInputGradientOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted,
                                           Values operands) {
  Formula f(builder, *this);
  Value g = getGradient(), w = getWeights(), dx = f.cast(results[0], w);
  if (wanted[0])
    operands[0] = f.make<Conv2dOp>({dx, w}, convAttributes(builder, *this));
  if (wanted[1])
    operands[1] = f.make<Conv2dWeightGradientOp>({dx, g}, convAttributes(builder, *this, shapeOf(w)));
}

void Conv2dWeightGradientOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted,
                                            Values operands) {
  Formula f(builder, *this);
  Value x = getImages(), g = getGradient(), dw = f.cast(results[0], x);
  if (wanted[0])
    operands[0] = f.make<Conv2dInputGradientOp>({g, dw}, convAttributes(builder, *this, shapeOf(x)));
  if (wanted[1])
    operands[1] = f.make<Conv2dOp>({x, dw}, convAttributes(builder, *this));
}

void MatmulOp::buildGradients(OpBuilder &builder, ArrayRef<Value> results, ArrayRef<bool> wanted, Values operands) {
  Formula f(builder, *this);
  Value a = getLhs(), b = getRhs(), g = f.cast(results[0], a);
  bool left = getTransposeA(), right = getTransposeB();
  if (wanted[0])
    operands[0] = left ? f.matmul(b, g, right, true) : f.matmul(g, b, false, !right);
  if (getBias() && wanted[2])
    operands[2] = f.channelSum(f.cast(results[0], getBias()));
  if (!wanted[1])
    return;
  if (shapeOf(b).size() == 2 && shapeOf(a).size() > 2) { // one b for all rows
    auto rows = [&](Value x) {
      int64_t columns = shapeOf(x).back();
      return f.reshape(x, {elementsOf(x) / columns, columns});
    };
    a = rows(a);
    g = rows(g);
  }
  operands[1] = right ? f.matmul(g, a, true, left) : f.matmul(a, g, !left, false);
}
