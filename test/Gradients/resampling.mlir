// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The derivatives of models/resampling.mlir against finite differences, as ops.mlir has them.
// RUN: dpsims-opt %s --dpsims-resolve-imports --dpsims-elaborate -o %t.mlir
// RUN: dpsims-compile %t.mlir -o %t.dpsims
// RUN: gradient-check %t.dpsims
dpsims.import "../../models/resampling.mlir"

dpsims.block @Check<count: int>(%y, %list) {
  let size = shape %y
  %r = input "r" <shape = size>
  %product = mul %y, %r
  %row = reshape %product <shape = [1, -1]>
  %loss = reduce %row <kind = "sum", axes = [1]>
  %gradients = gradient %loss, %list
  output "y" %y
  repeat i to count {
    %g = get %gradients <index = i>
    output "g{i}" %g
  }
  return
}

dpsims.program @average_pool<> {
  %x0 = input "x0" <shape = [2, 5, 4, 2]>
  %y = instance @AveragePool<kernel = 3, stride = 2, padding = 1, count_padding = false>(%x0)
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @adaptive_average_pool<> {
  %x0 = input "x0" <shape = [1, 7, 4, 2]>
  %y = instance @AdaptiveAveragePool<height = 3, width = 6>(%x0)
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @resize<> {
  %x0 = input "x0" <shape = [2, 4, 3, 2]>
  %y = instance @Resize<height = 3, width = 5>(%x0)
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @resize_smooth<> {
  %x0 = input "x0" <shape = [1, 7, 3, 2]>
  %y = instance @Resize<height = 3, width = 5, antialias = true>(%x0)
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @dilated<> {
  %x0 = input "x0" <shape = [2, 5, 6, 2]>
  %x1 = input "x1" <shape = [3, 2, 3, 3]>
  %x2 = input "x2" <shape = [3]>
  %y = instance @DilatedConvolution<dilation = 2>(%x0, %x1, %x2)
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}
