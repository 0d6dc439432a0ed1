// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ops that pick, order or count elements.

#ifndef DPSIMS_SHAPE_OPS
#define DPSIMS_SHAPE_OPS

include "dialect/TensorOps.td"

def Dpsims_OneHotOp : Dpsims_TensorOp<"one_hot", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "ids (...) -> (..., classes), 1 at the id; an id outside 0..classes-1 gives zeros";
  let description = [{
    ```mlir
    %y = one_hot %ids <classes = 35>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$classes);
}

def Dpsims_InstanceEdgesOp : Dpsims_TensorOp<"instance_edges", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "ids (N, H, W) -> (N, H, W, 1): 1 where one of the four neighbours has another id";
  let description = [{
    ```mlir
    %y = instance_edges %ids
    ```
  }];
}

def Dpsims_IotaOp : Dpsims_TensorOp<"iota", 0, 0, [Pure]> {
  let summary = "the index along an axis, i32";
  let description = [{
    ```mlir
    %i = iota <shape = [1, 16], axis = 1>
    ```
  }];
  let arguments = (ins Dpsims_Ints:$shape, Dpsims_Int:$axis);
}

def Dpsims_UpsampleOp : Dpsims_TensorOp<"upsample", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "nearest upsampling of images";
  let description = [{
    ```mlir
    %y = upsample %x <factor = 2>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$factor);
}

def Dpsims_ReshapeOp : Dpsims_TensorOp<"reshape", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "the same elements in another shape; one size may be -1";
  let description = [{
    ```mlir
    %y = reshape %x <shape = [0 - 1, 64]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Dpsims_TransposeOp : Dpsims_TensorOp<"transpose", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "axes in another order: axis i of the result is axis perm[i] of x";
  let description = [{
    ```mlir
    %y = transpose %x <perm = [0, 3, 1, 2]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$perm);
}

def Dpsims_BroadcastOp : Dpsims_TensorOp<"broadcast", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "x repeated to a shape, as numpy's broadcast_to";
  let description = [{
    ```mlir
    %y = broadcast %x <shape = [batch, 64, 64, 8]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$shape);
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def Dpsims_ConcatOp : Dpsims_TensorOp<"concat", 1, 1024, [Pure, Dpsims_Differentiable]> {
  let summary = "values one after another along an axis";
  let description = [{
    ```mlir
    %y = concat %a, %b <axis = 3>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Int:$axis);
  let hasFolder = 1;
}

def Dpsims_SliceOp : Dpsims_TensorOp<"slice", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "element i of an axis is element start + i * step of x's";
  let description = [{
    ```mlir
    %y = slice %x <start = [0, 0, 0, 0], step = [1, 8, 8, 1], size = [1, 4, 4, 5]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$start, Dpsims_Ints:$step, Dpsims_Ints:$size);
}

def Dpsims_PadOp : Dpsims_TensorOp<"pad", 1, 1, [Pure, Dpsims_Differentiable]> {
  let summary = "zeros before, after and, with `interior`, between the elements of each axis";
  let description = [{
    ```mlir
    %y = pad %x <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, Dpsims_Ints:$low, Dpsims_Ints:$high,
                       OptionalAttr<Dpsims_Ints>:$interior);
}

#endif
