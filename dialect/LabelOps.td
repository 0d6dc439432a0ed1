// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is computed of label maps.

#ifndef DPSIMS_LABEL_OPS
#define DPSIMS_LABEL_OPS

include "dialect/TensorOps.td"

def Dpsims_Conv2dLabelsOp : Dpsims_TensorOp<"conv2d_labels",
    (ins Dpsims_Tensor<"i32 (N, H, W)">:$ids, Dpsims_Tensor<"(kh, kw, classes, O)">:$weights,
         Dpsims_OptionalTensor<"(O)">:$bias),
    (ins Dpsims_Ints<"[height, width]">:$stride, Dpsims_Ints<"[top, left, bottom, right]">:$padding),
    [Pure, Dpsims_KernelOp]> {
  let summary = "convolution of a label map's one_hot: a sum of rows of the weights";
  let description = [{
    The result is (N, (H + top + bottom - kh) / stride + 1, ..., O). Each pixel adds up a row of O weights for each
    label under the kernel; labels outside 0..classes-1 and pixels outside the map add nothing. dpsims-gather-labels
    makes it.

    ```mlir
    %y = conv2d_labels %ids, %w, %b <stride = [1, 1], padding = [1, 1, 1, 1]>
    ```
  }];
}

#endif
