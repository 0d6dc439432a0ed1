// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels that read neighbors: pooling and its gradient, edges. A grid point is a row of channels, or of an image.
#include "passes/Kernels/KernelGroup.h"
#include "passes/Kernels/Payloads.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace dpsims {

namespace {

Value flag(ImplicitLocOpBuilder &b, Value condition) {
  Value one = arith::ConstantOp::create(b, b.getF32FloatAttr(1)),
        zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
  return arith::SelectOp::create(b, condition, one, zero);
}

/// The channels at a pixel.
Value channelsAt(KernelBuilder &k, Value images, OpFoldResult y, OpFoldResult x) {
  int64_t channels = cast<MemRefType>(images.getType()).getShape().back();
  return k.row(images, {{k.id(0)}, {y}, {x}, {k.index(0), 1}}, channels);
}

} // namespace

KernelFunction lowerMaxPool(KernelGroup &group, MaxPoolOp pool) {
  Shape shape(shapeOf(pool.getResult())), from(shapeOf(pool.getImages()));
  int64_t kernel = pool.getKernel(), stride = pool.getStride(), padding = pool.getPadding();
  KernelBuilder k = group.start(ArrayRef(shape).drop_back(), {}, {});
  Value out = channelsAt(k, k.argument(1), k.id(1), k.id(2));
  k.fill(out, -std::numeric_limits<float>::infinity());
  for (int64_t dy = 0; dy < kernel; ++dy)
    for (int64_t dx = 0; dx < kernel; ++dx) {
      OpFoldResult y = k.affine(k.id(1), stride, dy - padding), x = k.affine(k.id(2), stride, dx - padding);
      k.when(k.inside(y, 0, from[1]), [&] {
        k.when(k.inside(x, 0, from[2]), [&] { k.map({channelsAt(k, k.argument(0), y, x), out}, out, maximum); });
      });
    }
  return k.function();
}

namespace {

/// The gradient of a maximum, collected by each pixel from the windows over it: each gives its own to the first of its
/// pixels that holds its maximum.
class MaxPoolGradient {
public:
  MaxPoolGradient(KernelGroup &group, MaxPoolGradientOp pool)
      : shape(shapeOf(pool.getResult())), pooled(shapeOf(pool.getPooled())), kernel(pool.getKernel()),
        stride(pool.getStride()), padding(pool.getPadding()), k(group.start(ArrayRef(shape).drop_back(), {}, {})) {
    auto argument = [&](Value value) { return k.argument(cast<BlockArgument>(value).getArgNumber()); };
    images = argument(pool.getImages());
    maxima = argument(pool.getPooled());
    gradient = argument(pool.getGradient());
    output = k.argument(group.outputArgument());
  }

  func::FuncOp build() {
    Value result = channelsAt(k, output, k.id(1), k.id(2)), out = k.accumulator(result);
    k.fill(out, 0);
    auto rows = windowsOver(k.id(1), pooled[1]), columns = windowsOver(k.id(2), pooled[2]);
    k.forEach(rows.first, rows.second,
              [&](Value y) { k.forEach(columns.first, columns.second, [&](Value x) { addWindow(y, x, out); }); });
    k.finish(out, result);
    return k.function();
  }

private:
  OpFoldResult atLeast(OpFoldResult a, int64_t low) {
    return arith::MaxSIOp::create(k.b(), k.asValue(a), k.asValue(k.index(low))).getResult();
  }
  OpFoldResult atMost(OpFoldResult a, int64_t high) {
    return arith::MinSIOp::create(k.b(), k.asValue(a), k.asValue(k.index(high))).getResult();
  }

  /// The windows, from the first to one past the last, that hold a pixel of the axis.
  std::pair<OpFoldResult, OpFoldResult> windowsOver(Value pixel, int64_t windows) {
    OpFoldResult first = k.floorDiv(k.affine(pixel, 1, padding - kernel + stride), stride);
    OpFoldResult end = k.affine(k.floorDiv(k.affine(pixel, 1, padding), stride), 1, 1);
    return {atLeast(first, 0), atMost(end, windows)};
  }

  /// out += the window's gradient, unless a pixel before this one in the window holds the maximum too.
  void addWindow(Value y, Value x, Value out) {
    Value most = channelsAt(k, maxima, y, x), taken = k.local(shape[3]);
    k.fill(taken, 0);
    OpFoldResult top = atLeast(k.affine(y, stride, -padding), 0), left = atLeast(k.affine(x, stride, -padding), 0);
    OpFoldResult right = atMost(k.affine(x, stride, kernel - padding), shape[2]);
    auto take = [&](OpFoldResult atY, OpFoldResult atX) {
      k.map({channelsAt(k, images, atY, atX), most, taken}, taken, [](ImplicitLocOpBuilder &b, ValueRange v) {
        return maximum(b, {flag(b, arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[0], v[1])), v[2]});
      });
    };
    k.forEach(top, k.id(1), [&](Value above) { k.forEach(left, right, [&](Value atX) { take(above, atX); }); });
    k.forEach(left, k.id(2), [&](Value before) { take(k.id(1), before); });
    Value here = channelsAt(k, images, k.id(1), k.id(2)), given = channelsAt(k, gradient, y, x);
    k.map({here, most, taken, given, out}, out, [](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
      Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
      Value first = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[2], zero);
      Value holds = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, v[0], v[1]);
      Value gains = arith::AndIOp::create(b, first, holds);
      return arith::AddFOp::create(b, v[4], arith::SelectOp::create(b, gains, v[3], zero));
    });
  }

  Shape shape, pooled;
  int64_t kernel, stride, padding;
  KernelBuilder k;
  Value images, maxima, gradient, output;
};

} // namespace

KernelFunction lowerMaxPoolGradient(KernelGroup &group, MaxPoolGradientOp pool) {
  return MaxPoolGradient(group, pool).build();
}

/// Rows of an image; neighbors above and below by a row that is held inside, neighbors beside by shifted views.
KernelFunction lowerInstanceEdges(KernelGroup &group, InstanceEdgesOp edges) {
  Shape shape(shapeOf(edges.getIds()));
  int64_t height = shape[1], width = shape[2];
  KernelBuilder k = group.start({shape[0], height}, {}, {shape});
  ImplicitLocOpBuilder &b = k.b();
  auto row = [&](Value memref, Value y, int64_t start, int64_t count) {
    return k.row(memref, {{k.id(0)}, {y}, {k.index(start), 1}}, count);
  };
  Value above = arith::MaxSIOp::create(b, k.asValue(k.affine(k.id(1), 1, -1)), k.asValue(k.index(0)));
  Value below = arith::MinSIOp::create(b, k.asValue(k.affine(k.id(1), 1, 1)), k.asValue(k.index(height - 1)));
  Value x = k.argument(0), y = k.argument(1), here = k.id(1);
  auto differs = [](ImplicitLocOpBuilder &b, Value p, Value q) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, p, q);
  };
  k.map({row(x, here, 0, width), row(x, above, 0, width), row(x, below, 0, width)}, row(y, here, 0, width),
        [&](ImplicitLocOpBuilder &b, ValueRange v) {
          return flag(b, arith::OrIOp::create(b, differs(b, v[0], v[1]), differs(b, v[0], v[2])));
        });
  auto beside = [&](ImplicitLocOpBuilder &b, ValueRange v) -> Value {
    Value one = arith::ConstantOp::create(b, b.getF32FloatAttr(1));
    return arith::SelectOp::create(b, differs(b, v[0], v[1]), one, v[2]);
  };
  for (int64_t shift : {0, 1})
    if (width > 1) {
      Value out = row(y, here, shift, width - 1);
      k.map({row(x, here, 0, width - 1), row(x, here, 1, width - 1), out}, out, beside);
    }
  return k.function();
}

} // namespace dpsims
