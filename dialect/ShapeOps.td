// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops that pick, order or count elements.

#ifndef DPSIMS_SHAPE_OPS
#define DPSIMS_SHAPE_OPS

include "dialect/TensorOps.td"

def Dpsims_OneHotOp : Dpsims_TensorOp<"one_hot", (ins Dpsims_Tensor<"i32">:$ids),
    (ins Dpsims_Int<"how many there are">:$classes),
    [Pure, Dpsims_Picks, Dpsims_ZeroGradient, Dpsims_Batched]> {
  let summary = "ids (...) -> (..., classes), 1 at the id; an id outside 0..classes-1 gives zeros";
  let description = [{
    ```mlir
    %y = one_hot %ids <classes = 35>
    ```
  }];
}

def Dpsims_InstanceEdgesOp : Dpsims_TensorOp<"instance_edges", (ins Dpsims_Tensor<"i32 (N, H, W)">:$ids), (ins),
    [Pure, Dpsims_KernelOp, Dpsims_ZeroGradient, Dpsims_Batched]> {
  let summary = "ids (N, H, W) -> (N, H, W, 1): 1 where one of the four neighbors has another id";
  let description = [{
    ```mlir
    %y = instance_edges %ids
    ```
  }];
}

def Dpsims_IotaOp : Dpsims_TensorOp<"iota", (ins),
    (ins Dpsims_Ints<"of the result">:$shape, Dpsims_Int<"whose index it is">:$axis),
    [Pure, Dpsims_Picks, Dpsims_ZeroGradient]> {
  let summary = "the index along an axis, i32";
  let description = [{
    ```mlir
    %i = iota <shape = [1, 16], axis = 1>
    ```
  }];
}

def Dpsims_UpsampleOp : Dpsims_TensorOp<"upsample", (ins Dpsims_Tensor<"(N, H, W, C)">:$images),
    (ins Dpsims_Int<"of height and width">:$factor), [Pure, Dpsims_Differentiable, Dpsims_Picks, Dpsims_Batched]> {
  let summary = "nearest upsampling of images";
  let description = [{
    ```mlir
    %y = upsample %x <factor = 2>
    ```
  }];
}

def Dpsims_ReshapeOp : Dpsims_TensorOp<"reshape", (ins Dpsims_Tensor<"any shape and element type">:$x),
    (ins Dpsims_Ints<"of the result">:$shape), [Pure, Dpsims_Differentiable, Dpsims_BatchedWithSizes]> {
  let summary = "the same elements in another shape; one size may be -1";
  let description = [{
    ```mlir
    %y = reshape %x <shape = [0 - 1, 64]>
    ```
  }];
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Dpsims_TransposeOp : Dpsims_TensorOp<"transpose", (ins Dpsims_Tensor<"any shape and element type">:$x),
    (ins Dpsims_Ints<"an axis of x for each of the result">:$perm),
    [Pure, Dpsims_Differentiable, Dpsims_Pointwise, Dpsims_KernelOp, Dpsims_Batched]> {
  let summary = "axes in another order: axis i of the result is axis perm[i] of x";
  let description = [{
    ```mlir
    %y = transpose %x <perm = [0, 3, 1, 2]>
    ```
  }];
}

def Dpsims_BroadcastOp : Dpsims_TensorOp<"broadcast", (ins Dpsims_Tensor<"any shape">:$x),
    (ins Dpsims_Ints<"of the result">:$shape), [Pure, Dpsims_Differentiable, Dpsims_Picks, Dpsims_BatchedWithSizes]> {
  let summary = "x repeated to a shape, as numpy's broadcast_to";
  let description = [{
    ```mlir
    %y = broadcast %x <shape = [batch, 64, 64, 8]>
    ```
  }];
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Dpsims_ConcatOp : Dpsims_TensorOp<"concat",
    (ins Dpsims_Tensors<1, 1024, "tensors of one shape but along the axis; in a block also lists">:$parts),
    (ins Dpsims_Int<"along which they follow one another">:$axis),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "values one after another along an axis";
  let description = [{
    ```mlir
    %y = concat %a, %b <axis = 3>
    ```
  }];
  let hasFolder = 1;
}

def Dpsims_SliceOp : Dpsims_TensorOp<"slice", (ins Dpsims_Tensor<"any shape and element type">:$x),
    (ins Dpsims_Ints<"the first element of each axis">:$start, Dpsims_Ints<"from one to the next">:$step,
         Dpsims_Ints<"how many">:$size), [Pure, Dpsims_Differentiable, Dpsims_Picks, Dpsims_BatchedWithSizes]> {
  let summary = "element i of an axis is element start + i * step of x's";
  let description = [{
    ```mlir
    %y = slice %x <start = [0, 0, 0, 0], step = [1, 8, 8, 1], size = [1, 4, 4, 5]>
    ```
  }];
}

def Dpsims_PadOp : Dpsims_TensorOp<"pad", (ins Dpsims_Tensor<"at least one dimension">:$x),
    (ins Dpsims_Ints<"zeros before each axis">:$low, Dpsims_Ints<"after it">:$high,
         OptionalAttr<Dpsims_Ints<"between its elements (none if absent)">>:$interior),
    [Pure, Dpsims_Differentiable, Dpsims_FusesProducers, Dpsims_Batched]> {
  let summary = "zeros before, after and, with `interior`, between the elements of each axis";
  let description = [{
    ```mlir
    %y = pad %x <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
    ```
  }];
}

#endif
