// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Layers: blocks that own their weights. Images are NHWC; conv weights are OIHW and linear weights (out, in), as in
// the files of PyTorch and timm.
//
// Layers that learn from what passes through them take a `mode`:
//   inference    BatchNorm by the stored statistics
//   batch        by the batch's; nothing is stored
//   training     by the batch's, and the stored ones follow by a tenth
//   step         as training, and spectral norm iterates: the first use of a network in its own step
//   statistics   as step, but the stored statistics follow by `momentum`, an input of the program

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

// A weight or state becomes the average of itself and a target, which counts `part`. (A sum of two products: a step by
// their difference would lose a small target beside a large value.)
dpsims.block @Approach<name: string>(%target, %part) {
  %old = current "{name}"
  %one = constant <value = 1.0>
  %rest = sub %one, %part
  %kept = mul %rest, %old
  %added = mul %part, %target
  %new = add %kept, %added
  assign "{name}" %new
  return
}

// Vectors along the last axis over their length, which counts as 1e-12 at least.
dpsims.block @Unit(%x) {
  let size = shape %x
  %squares = square %x
  %sum = reduce %squares <kind = "sum", axes = [len(size) - 1]>
  %least = constant <value = 1.0e-24>
  %positive = maximum %sum, %least
  %scale = rsqrt %positive
  %y = mul %x, %scale
  return %y
}

// Spectral norm's vectors: v = W^T u and u = W v, each over its length; constants for the gradient.
dpsims.block @PowerIteration<out: int, columns: int>(%w, %u) {
  %constant = stop_gradient %w
  %matrix = reshape %constant <shape = [out, columns]>
  %row = reshape %u <shape = [1, out]>
  %wu = matmul %row, %matrix
  %v = instance @Unit(%wu)
  %wv = matmul %v, %matrix <transpose_b = true>
  %u2 = instance @Unit(%wv)
  %left = reshape %u2 <shape = [out]>
  %right = reshape %v <shape = [columns]>
  assign "u" %left
  assign "v" %right
  return %left, %right
}

// Spectral normalization: the weight over its largest singular value, sigma = u^T W v, W seen as (out, in * kernel^2).
// u and v are states: training moves them by one power iteration a step, inference takes them as they are.
dpsims.block @SpectralConv2d<in: int, out: int, kernel: int = 3, bias: bool = true, mode: string>(%x) {
  let columns = in * kernel * kernel
  %w = weight "weight" <shape = [out, in, kernel, kernel], init = "xavier_normal">
  %b = instance @Bias<c = out, on = bias>()
  %u0 = state "u" <shape = [out], init = "singular_left", of = "weight">
  %v0 = state "v" <shape = [columns], init = "singular_right", of = "weight">
  %u, %v = if mode == "step" or mode == "statistics" {
    %left, %right = instance @PowerIteration<out, columns>(%w, %u0)
    yield %left, %right
  } else { yield %u0, %v0 }
  %row = reshape %u <shape = [1, out]>
  %matrix = reshape %w <shape = [out, columns]>
  %column = reshape %v <shape = [columns, 1]>
  %wv = matmul %matrix, %column
  %sigma = matmul %row, %wv
  %normal = div %w, %sigma
  %y = conv2d %x, %normal, %b <padding = kernel / 2>
  return %y
}

// The stored statistics follow those of a batch of `count` values a channel; they keep the unbiased variance.
dpsims.block @FollowStatistics<count: int, mode: string>(%mean, %variance) {
  assert count > 1, "BatchNorm in training has one value a channel: it needs a larger batch or image"
  %part = if mode == "statistics" {
    %momentum = input "momentum" <shape = []>
    yield %momentum
  } else {
    %momentum = constant <value = 0.1>
    yield %momentum
  }
  %correction = constant <value = 1.0 * count / (count - 1)>
  %unbiased = mul %variance, %correction
  instance @Approach<name = "running_mean">(%mean, %part)
  instance @Approach<name = "running_var">(%unbiased, %part)
  return
}

// Without `affine` there is no weight and bias.
dpsims.block @BatchNorm<c: int, affine: bool = true, eps: float = 1.0e-5, mode: string>(%x) {
  assert contains(["inference", "batch", "training", "step", "statistics"], mode), "mode = {mode} is unknown"
  let size = shape %x
  let stored = mode == "inference"
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
  %mean, %var = if stored { yield %running_mean, %running_var } else {
    %m, %v = batch_statistics %x
    yield %m, %v
  }
  if not (stored or mode == "batch") {
    instance @FollowStatistics<count = size[0] * size[1] * size[2], mode>(%mean, %var)
    yield
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
