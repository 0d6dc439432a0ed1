// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every op's derivative against finite differences; test/tools/gradient-check says what a program here has.
// RUN: dpsims-opt %s --dpsims-elaborate -o %t.mlir
// RUN: dpsims-compile %t.mlir -o %t.dpsims
// RUN: gradient-check %t.dpsims
// None is forgotten.
// RUN: mlir-tblgen --gen-op-decls -I %mlir_include -I %source %source/dialect/Dpsims.td | %python %S/Inputs/covered.py %s

// y and the gradients of sum(y * r) with respect to a list of values.
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

// Numbers from 1/2 to 9/2.
dpsims.block @Positive(%x) {
  %half = constant <value = 0.5>
  %s = square %x
  %y = add %s, %half
  return %y
}

dpsims.program @relu<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = relu %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

// Rounding passes the gradient on, in the type of what was rounded.
dpsims.program @cast<> {
  %x0 = input "x0" <shape = [4, 4]>
  %n = cast %x0 <type = "bf16">
  %h = cast %n <type = "f16">
  %s = square %h
  %y = cast %s <type = "f32">
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @leaky_relu<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = leaky_relu %x0 <slope = 0.2>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @clamp<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = clamp %x0 <min = -1.0, max = 0.5>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @sigmoid<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = sigmoid %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @silu<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = silu %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @gelu<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = gelu %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @softplus<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = softplus %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @tanh<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = tanh %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @exp<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = exp %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @erf<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = erf %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @abs<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = abs %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @square<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = square %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @neg<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = neg %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @log<> {
  %x0 = input "x0" <shape = [3, 4]>
  %p = instance @Positive(%x0)
  %y = log %p
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @sqrt<> {
  %x0 = input "x0" <shape = [3, 4]>
  %p = instance @Positive(%x0)
  %y = sqrt %p
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @rsqrt<> {
  %x0 = input "x0" <shape = [3, 4]>
  %p = instance @Positive(%x0)
  %y = rsqrt %p
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @pow<> {
  %x0 = input "x0" <shape = [3, 4]>
  %p = instance @Positive(%x0)
  %y = pow %p <exponent = 1.7>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @pow_cube<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = pow %x0 <exponent = 3.0>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @add<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %y = add %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @sub<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %y = sub %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @mul<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %y = mul %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @maximum<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %y = maximum %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @minimum<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %y = minimum %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @div<> {
  %x0 = input "x0" <shape = [2, 1, 4]>
  %x1 = input "x1" <shape = [3, 1]>
  %p = instance @Positive(%x1)
  %y = div %x0, %p
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @select<> {
  %x0 = input "x0" <shape = [3, 4]>
  %x1 = input "x1" <shape = [4]>
  %x2 = input "x2" <shape = [3, 1]>
  %zero = constant <value = 0.0>
  %c = greater %x0, %zero
  %y = select %c, %x1, %x2
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d<> {
  %x0 = input "x0" <shape = [2, 5, 4, 3]>
  %x1 = input "x1" <shape = [2, 3, 3, 3]>
  %x2 = input "x2" <shape = [2]>
  %y = conv2d %x0, %x1, %x2 <padding = 1>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_stride<> {
  %x0 = input "x0" <shape = [1, 6, 5, 2]>
  %x1 = input "x1" <shape = [3, 2, 3, 3]>
  %x2 = input "x2" <shape = [3]>
  %y = conv2d %x0, %x1, %x2 <stride = 2, padding = 1>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_same<> {
  %x0 = input "x0" <shape = [1, 6, 5, 2]>
  %x1 = input "x1" <shape = [3, 2, 3, 3]>
  %x2 = input "x2" <shape = [3]>
  %y = conv2d %x0, %x1, %x2 <stride = 2, padding = "same">
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_groups<> {
  %x0 = input "x0" <shape = [1, 4, 4, 4]>
  %x1 = input "x1" <shape = [2, 2, 3, 3]>
  %x2 = input "x2" <shape = [2]>
  %y = conv2d %x0, %x1, %x2 <padding = 1, groups = 2>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_depthwise<> {
  %x0 = input "x0" <shape = [1, 4, 5, 3]>
  %x1 = input "x1" <shape = [3, 1, 3, 3]>
  %x2 = input "x2" <shape = [3]>
  %y = conv2d %x0, %x1, %x2 <padding = [1, 2, 2, 0], groups = 3>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_point<> {
  %x0 = input "x0" <shape = [2, 3, 3, 4]>
  %x1 = input "x1" <shape = [2, 4, 1, 1]>
  %x2 = input "x2" <shape = [2]>
  %y = conv2d %x0, %x1, %x2
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @conv2d_input_gradient<> {
  %x0 = input "x0" <shape = [2, 3, 2, 3]>
  %x1 = input "x1" <shape = [3, 2, 3, 3]>
  %y = conv2d_input_gradient %x0, %x1 <shape = [2, 5, 4, 2], stride = 2, padding = 1>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @conv2d_weight_gradient<> {
  %x0 = input "x0" <shape = [2, 5, 4, 2]>
  %x1 = input "x1" <shape = [2, 3, 2, 3]>
  %y = conv2d_weight_gradient %x0, %x1 <shape = [3, 2, 3, 3], stride = 2, padding = 1>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @matmul<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [4, 2]>
  %x2 = input "x2" <shape = [2]>
  %y = matmul %x0, %x1, %x2
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @matmul_transpose_b<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [2, 4]>
  %x2 = input "x2" <shape = [2]>
  %y = matmul %x0, %x1, %x2 <transpose_b = true>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @matmul_transpose_a<> {
  %x0 = input "x0" <shape = [4, 3]>
  %x1 = input "x1" <shape = [4, 2]>
  %y = matmul %x0, %x1 <transpose_a = true>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @matmul_transpose_both<> {
  %x0 = input "x0" <shape = [4, 3]>
  %x1 = input "x1" <shape = [2, 4]>
  %y = matmul %x0, %x1 <transpose_a = true, transpose_b = true>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @matmul_batch<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [2, 4, 2]>
  %y = matmul %x0, %x1
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @matmul_batch_transposed<> {
  %x0 = input "x0" <shape = [2, 4, 3]>
  %x1 = input "x1" <shape = [2, 2, 4]>
  %y = matmul %x0, %x1 <transpose_a = true, transpose_b = true>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @attention<> {
  %x0 = input "x0" <shape = [2, 4, 3]>
  %x1 = input "x1" <shape = [2, 5, 3]>
  %x2 = input "x2" <shape = [2, 5, 2]>
  %y = attention %x0, %x1, %x2 <scale = 0.6>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

// One bias for each of two of the four matrices, and for each query.
dpsims.program @attention_bias<> {
  %x0 = input "x0" <shape = [4, 3, 2]>
  %x1 = input "x1" <shape = [4, 5, 2]>
  %x2 = input "x2" <shape = [4, 5, 2]>
  %x3 = input "x3" <shape = [2, 3, 5]>
  %y = attention %x0, %x1, %x2, %x3 <scale = 0.6>
  %list = list(%x0, %x1, %x2, %x3)
  instance @Check<count = 4>(%y, %list)
}

dpsims.program @attention_biased_keys<> {
  %x0 = input "x0" <shape = [2, 4, 3]>
  %x1 = input "x1" <shape = [2, 5, 3]>
  %x2 = input "x2" <shape = [2, 5, 2]>
  %x3 = input "x3" <shape = [1, 1, 5]>
  %y = attention %x0, %x1, %x2, %x3 <scale = 0.6>
  %list = list(%x0, %x1, %x2, %x3)
  instance @Check<count = 4>(%y, %list)
}

dpsims.program @fused_attention<> {
  %x0 = input "x0" <shape = [2, 6, 3]>
  %x1 = input "x1" <shape = [2, 4, 3]>
  %x2 = input "x2" <shape = [2, 4, 3]>
  %x3 = input "x3" <shape = [2, 1, 4]>
  %y, %sums = fused_attention %x0, %x1, %x2, %x3 <scale = 0.6, residual = true>
  %list = list(%x0, %x1, %x2, %x3)
  instance @Check<count = 4>(%y, %list)
}

dpsims.program @fused_attention_plain<> {
  %x0 = input "x0" <shape = [2, 6, 3]>
  %x1 = input "x1" <shape = [2, 4, 3]>
  %x2 = input "x2" <shape = [2, 4, 5]>
  %y, %sums = fused_attention %x0, %x1, %x2 <scale = 0.6>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

// Of the logarithms alone, and of both results.
dpsims.program @fused_attention_sums<> {
  %x0 = input "x0" <shape = [2, 6, 3]>
  %x1 = input "x1" <shape = [2, 4, 3]>
  %x2 = input "x2" <shape = [2, 1, 4]>
  %x3 = input "x3" <shape = [2, 4, 5]>
  %y, %sums = fused_attention %x0, %x1, %x3, %x2 <scale = 0.6>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%sums, %list)
}

dpsims.program @fused_attention_both<> {
  %x0 = input "x0" <shape = [2, 6, 3]>
  %x1 = input "x1" <shape = [2, 4, 3]>
  %x2 = input "x2" <shape = [2, 4, 5]>
  %y, %sums = fused_attention %x0, %x1, %x2 <scale = 0.6>
  %product = mul %y, %sums
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%product, %list)
}

dpsims.program @reduce_sum<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %y = reduce %x0 <kind = "sum", axes = [0, 2]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @reduce_mean<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %y = reduce %x0 <kind = "mean", axes = [0, 2]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @reduce_max<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %y = reduce %x0 <kind = "max", axes = [0, 2]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @reduce_rows<> {
  %x0 = input "x0" <shape = [4, 5]>
  %y = reduce %x0 <kind = "mean", axes = [1]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @softmax<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = softmax %x0 <scale = 1.5>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @log_softmax<> {
  %x0 = input "x0" <shape = [3, 4]>
  %y = log_softmax %x0
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @layer_norm<> {
  %x0 = input "x0" <shape = [3, 4]>
  %x1 = input "x1" <shape = [4]>
  %x2 = input "x2" <shape = [4]>
  %y = layer_norm %x0, %x1, %x2 <eps = 1.0e-2>
  %list = list(%x0, %x1, %x2)
  instance @Check<count = 3>(%y, %list)
}

dpsims.program @layer_norm_plain<> {
  %x0 = input "x0" <shape = [3, 5]>
  %y = layer_norm %x0 <eps = 1.0e-2>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @batch_norm<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %x1 = input "x1" <shape = [4]>
  %x2 = input "x2" <shape = [4]>
  %x3 = input "x3" <shape = [4]>
  %x4 = input "x4" <shape = [4]>
  %v = instance @Positive(%x2)
  %y = batch_norm %x0, %x1, %v, %x3, %x4 <eps = 1.0e-2>
  %list = list(%x0, %x1, %x2, %x3, %x4)
  instance @Check<count = 5>(%y, %list)
}

dpsims.program @batch_statistics<> {
  %x0 = input "x0" <shape = [2, 3, 2, 4]>
  %m, %v = batch_statistics %x0
  %y = batch_norm %x0, %m, %v <eps = 1.0e-2>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

// Two parts of the batch, each with statistics of its own.
dpsims.program @batch_norm_groups<> {
  %x0 = input "x0" <shape = [4, 3, 3]>
  %x1 = input "x1" <shape = [2, 3]>
  %x2 = input "x2" <shape = [2, 3]>
  %x3 = input "x3" <shape = [3]>
  %x4 = input "x4" <shape = [3]>
  %v = instance @Positive(%x2)
  %y = batch_norm %x0, %x1, %v, %x3, %x4 <eps = 1.0e-2>
  %list = list(%x0, %x1, %x2, %x3, %x4)
  instance @Check<count = 5>(%y, %list)
}

dpsims.program @batch_statistics_groups<> {
  %x0 = input "x0" <shape = [4, 3, 2, 4]>
  %m, %v = batch_statistics %x0 <groups = 2>
  %y = batch_norm %x0, %m, %v <eps = 1.0e-2>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @batch_mean_groups<> {
  %x0 = input "x0" <shape = [6, 4]>
  %m, %v = batch_statistics %x0 <groups = 3>
  %y = add %m, %v
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @batch_mean<> {
  %x0 = input "x0" <shape = [6, 4]>
  %m, %v = batch_statistics %x0
  %y = add %m, %v
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @max_pool<> {
  %x0 = input "x0" <shape = [1, 5, 6, 2]>
  %y = max_pool %x0 <kernel = 3, stride = 2, padding = 1>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @max_pool_gradient<> {
  %x0 = input "x0" <shape = [2, 5, 6, 2]>
  %x1 = input "x1" <shape = [2, 3, 3, 2]>
  %pooled = max_pool %x0 <kernel = 3, stride = 2, padding = 1>
  %y = max_pool_gradient %x0, %pooled, %x1 <kernel = 3, stride = 2, padding = 1>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

// Of maxima that are all alike, the first.
dpsims.program @max_pool_gradient_ties<> {
  %x0 = input "x0" <shape = [1, 3, 3, 2]>
  %large = pad %x0 <low = [0, 0, 0, 0], high = [0, 3, 3, 0]>
  %zero = constant <value = 0.0>
  %zeros = mul %large, %zero
  %pooled = max_pool %zeros <kernel = 2, stride = 2, padding = 0>
  %y = max_pool_gradient %zeros, %pooled, %x0 <kernel = 2, stride = 2, padding = 0>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @upsample<> {
  %x0 = input "x0" <shape = [2, 2, 3, 2]>
  %y = upsample %x0 <factor = 2>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @reshape<> {
  %x0 = input "x0" <shape = [2, 6]>
  %y = reshape %x0 <shape = [3, 4]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @transpose<> {
  %x0 = input "x0" <shape = [2, 3, 4]>
  %y = transpose %x0 <perm = [2, 0, 1]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @broadcast<> {
  %x0 = input "x0" <shape = [3, 1]>
  %y = broadcast %x0 <shape = [2, 3, 4]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @concat<> {
  %x0 = input "x0" <shape = [2, 3, 2]>
  %x1 = input "x1" <shape = [2, 3, 4]>
  %y = concat %x0, %x1 <axis = 2>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @concat_rows<> {
  %x0 = input "x0" <shape = [2, 3]>
  %x1 = input "x1" <shape = [1, 3]>
  %y = concat %x0, %x1 <axis = 0>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

dpsims.program @slice<> {
  %x0 = input "x0" <shape = [4, 6]>
  %y = slice %x0 <start = [1, 0], step = [1, 2], size = [2, 3]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @pad<> {
  %x0 = input "x0" <shape = [2, 3]>
  %y = pad %x0 <low = [1, 0], high = [0, 2], interior = [1, 2]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @pick<> {
  %x0 = input "x0" <shape = [2, 3, 5]>
  %ids = input "ids" <shape = [2, 3], type = "i32">
  %h = one_hot %ids <classes = 5>
  %p = mul %h, %x0
  %y = reduce %p <kind = "sum", axes = [2]>
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @second<> {
  %x0 = input "x0" <shape = [2, 4, 4, 2]>
  %x1 = input "x1" <shape = [3, 2, 3, 3]>
  %c = conv2d %x0, %x1 <padding = 1>
  %t = tanh %c
  %row = reshape %t <shape = [1, -1]>
  %l = reduce %row <kind = "sum", axes = [1]>
  %inner = list(%x0)
  %gradients = gradient %l, %inner
  %y = get %gradients <index = 0>
  %list = list(%x0, %x1)
  instance @Check<count = 2>(%y, %list)
}

// Where ranks meet, on one rank: the sum and the largest are what it has.
dpsims.program @copy_to_ranks<> {
  %x0 = input "x0" <shape = [3, 4]>
  %copy = copy_to_ranks %x0
  %y = exp %copy
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @all_reduce_sum<> {
  %x0 = input "x0" <shape = [3, 4]>
  %e = exp %x0
  %y = all_reduce %e <kind = "sum">
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}

dpsims.program @all_reduce_max<> {
  %x0 = input "x0" <shape = [3, 4]>
  %t = tanh %x0
  %y = all_reduce %t <kind = "max">
  %list = list(%x0)
  instance @Check<count = 1>(%y, %list)
}
