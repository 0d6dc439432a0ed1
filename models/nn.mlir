// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Layers: blocks that own their weights. Images are NHWC; conv weights are OIHW and linear weights (out, in), as in
// the files of PyTorch and timm.

// An optional bias: absent where `on` is false.
dpsims.block @Bias<c: int, on: bool>() {
  %b = if on {
    %w = weight "bias" <shape = [c], init = "zeros">
    yield %w
  } else {
    %n = none
    yield %n
  }
  return %b
}

dpsims.block @Linear<in: int, out: int, bias: bool = true, gain: float = 1.0>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal", value = gain>
  %b = instance @Bias<c = out, on = bias>()
  %y = matmul %x, %w, %b <transpose_b = true>
  return %y
}

// padding: -1 keeps the size where the stride is 1 (kernel / 2); `same` pads as TensorFlow does instead.
dpsims.block @Conv2d<in: int, out: int, kernel: int = 3, stride: int = 1, padding: int = -1, same: bool = false,
                     groups: int = 1, bias: bool = true, gain: float = 1.0>(%x) {
  assert in mod groups == 0 and out mod groups == 0, "in = {in} and out = {out} must be multiples of groups = {groups}"
  let border = select(padding < 0, kernel / 2, padding)
  %w = weight "weight" <shape = [out, in / groups, kernel, kernel], init = "xavier_normal", value = gain>
  %b = instance @Bias<c = out, on = bias>()
  %y = conv2d %x, %w, %b <stride = stride, padding = select(same, "same", border), groups = groups>
  return %y
}

// Spectral normalisation: the weight over its largest singular value, sigma = u^T W v, W seen as (out, in * kernel^2).
// u and v are state: training moves them by one power iteration a step, inference takes them as they are.
dpsims.block @SpectralConv2d<in: int, out: int, kernel: int = 3, bias: bool = true>(%x) {
  let columns = in * kernel * kernel
  %w = weight "weight" <shape = [out, in, kernel, kernel], init = "xavier_normal">
  %b = instance @Bias<c = out, on = bias>()
  %u = state "u" <shape = [out], init = "singular_left", of = "weight">
  %v = state "v" <shape = [columns], init = "singular_right", of = "weight">
  %row = reshape %u <shape = [1, out]>
  %matrix = reshape %w <shape = [out, columns]>
  %column = reshape %v <shape = [columns, 1]>
  %wv = matmul %matrix, %column
  %sigma = matmul %row, %wv
  %normal = div %w, %sigma
  %y = conv2d %x, %normal, %b <padding = kernel / 2>
  return %y
}

// `training`: statistics of the batch; otherwise the stored ones. Without `affine` there is no weight and bias.
dpsims.block @BatchNorm<c: int, affine: bool = true, eps: float = 1.0e-5, training: bool = false>(%x) {
  %running_mean = state "running_mean" <shape = [c], init = "zeros">
  %running_var = state "running_var" <shape = [c], init = "ones">
  %w, %b = if affine {
    %weight = weight "weight" <shape = [c], init = "ones">
    %bias = weight "bias" <shape = [c], init = "zeros">
    yield %weight, %bias
  } else {
    %n = none
    yield %n, %n
  }
  %mean, %var = if training {
    %m, %v = batch_statistics %x
    yield %m, %v
  } else {
    yield %running_mean, %running_var
  }
  %y = batch_norm %x, %mean, %var, %w, %b <eps = eps>
  return %y
}

dpsims.block @LayerNorm<c: int, eps: float = 1.0e-5>(%x) {
  %w = weight "weight" <shape = [c], init = "ones">
  %b = weight "bias" <shape = [c], init = "zeros">
  %y = layer_norm %x, %w, %b <eps = eps>
  return %y
}

// A vector z (N, c) as c more channels of every pixel of an image.
dpsims.block @ConcatVector<c: int>(%x, %z) {
  let size = shape %x
  %pixel = reshape %z <shape = [size[0], 1, 1, c]>
  %everywhere = broadcast %pixel <shape = [size[0], size[1], size[2], c]>
  %y = concat %x, %everywhere <axis = 3>
  return %y
}

// Mean over the image, (N, H, W, C) -> (N, C).
dpsims.block @GlobalMean<c: int>(%x) {
  %m = reduce %x <kind = "mean", axes = [1, 2]>
  %y = reshape %m <shape = [-1, c]>
  return %y
}
