// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Pooling, resizing and dilated convolutions of images (N, H, W, C), made of other ops: they run on every target and
// have gradients, and what is a constant in them is computed once, when weights are loaded.
dpsims.import "nn.mlir"

// The mean of each window of kernel x kernel pixels. With `count_padding` zeros of the padding are pixels of the
// window, else they do not count (PyTorch's count_include_pad, TensorFlow's average pooling).
dpsims.block @AveragePool<kernel: int, stride: int = 1, padding: int = 0, count_padding: bool = true>(%x) {
  let size = shape %x
  let c = size[3]
  %window = constant <value = 1.0, shape = [c, 1, kernel, kernel]>
  %sum = conv2d %x, %window <stride = stride, padding = padding, groups = c>
  %count = if count_padding {
    %all = constant <value = 1.0 * kernel * kernel>
    yield %all
  } else {
    %one = constant <value = 1.0, shape = [1, 1, kernel, kernel]>
    %pixels = constant <value = 1.0, shape = [1, size[1], size[2], 1]>
    %inside = conv2d %pixels, %one <stride = stride, padding = padding>
    yield %inside
  }
  %y = div %sum, %count
  return %y
}

// The matrix (to, from) of the means of `to` windows that cover `from` values; they overlap where `to` does not divide.
dpsims.block @WindowMeans<from: int, to: int>() {
  let size = [to, from]
  %i = iota <shape = size, axis = 0>
  %j = iota <shape = size, axis = 1>
  %window = cast %i <type = "f32">
  %value = cast %j <type = "f32">
  %windows = constant <value = 1.0 * to>
  %values = constant <value = 1.0 * from>
  %window_starts = mul %window, %values
  %window_ends = add %window_starts, %values
  %value_starts = mul %value, %windows
  %value_ends = add %value_starts, %windows
  %begun = greater %value_ends, %window_starts
  %open = greater %window_ends, %value_starts
  %inside = mul %begun, %open
  %count = reduce %inside <kind = "sum", axes = [1]>
  %weights = div %inside, %count
  return %weights
}

// The mean of each of height x width windows that cover the image (PyTorch's adaptive_avg_pool2d).
dpsims.block @AdaptiveAveragePool<height: int, width: int>(%x) {
  let size = shape %x
  %rows = instance @WindowMeans<from = size[1], to = height>()
  %columns = instance @WindowMeans<from = size[2], to = width>()
  %y = instance @Resample(%x, %rows, %columns)
  return %y
}

// The matrix (to, from) that resamples `from` values to `to` by linear interpolation. With `align_corners` the first
// and the last values stay where they are, else the edges of the outer values do. With `antialias` the kernel is
// widened where there become fewer values, so that each counts. As PyTorch's interpolate.
dpsims.block @LinearResampling<from: int, to: int, align_corners: bool = false, antialias: bool = false>() {
  assert not (align_corners and antialias), "align_corners and antialias exclude each other"
  let corners = select(to > 1, 1.0 * (from - 1) / max(to - 1, 1), 0.0)
  let scale = select(align_corners, corners, 1.0 * from / to)
  let support = select(antialias, max(scale, 1.0), 1.0)
  %i = iota <shape = [to, from], axis = 0>
  %j = iota <shape = [to, from], axis = 1>
  %target = cast %i <type = "f32">
  %source = cast %j <type = "f32">
  %step = constant <value = scale>
  %offset = constant <value = select(align_corners, 0.0, 0.5 * scale - 0.5)>
  %zero = constant <value = 0.0>
  %one = constant <value = 1.0>
  %last = constant <value = 1.0 * from - 1.0>
  %width = constant <value = support>
  %scaled = mul %target, %step
  %place = add %scaled, %offset
  %center = if antialias { yield %place } else {
    %least = maximum %place, %zero
    %inside = minimum %least, %last
    yield %inside
  }
  %away = sub %source, %center
  %distance = abs %away
  %part = div %distance, %width
  %rest = sub %one, %part
  %kernel = maximum %rest, %zero
  %sum = reduce %kernel <kind = "sum", axes = [1]>
  %weights = div %kernel, %sum
  return %weights
}

// An image by the matrices (to, from) of its rows and of its columns.
dpsims.block @Resample(%x, %rows, %columns) {
  %by_row = transpose %x <perm = [0, 1, 3, 2]>
  %wide = matmul %by_row, %columns <transpose_b = true>
  %by_column = transpose %wide <perm = [0, 3, 2, 1]>
  %whole = matmul %by_column, %rows <transpose_b = true>
  %image = transpose %whole <perm = [0, 3, 1, 2]>
  return %image
}

// Bilinear resizing.
dpsims.block @Resize<height: int, width: int, align_corners: bool = false, antialias: bool = false>(%x) {
  let size = shape %x
  %y = if size[1] == height and size[2] == width { yield %x } else {
    %rows = instance @LinearResampling<from = size[1], to = height, align_corners, antialias>()
    %columns = instance @LinearResampling<from = size[2], to = width, align_corners, antialias>()
    %image = instance @Resample(%x, %rows, %columns)
    yield %image
  }
  return %y
}

// Images (N, H, W, C) as images of every factor-th row and column, (factor * factor * N, height, width, C), with zeros
// below and on the right where the factor does not divide the size.
dpsims.block @SplitPhases<factor: int>(%x) {
  let size = shape %x
  let height = (size[1] + factor - 1) / factor
  let width = (size[2] + factor - 1) / factor
  let below = height * factor - size[1]
  let right = width * factor - size[2]
  %whole = if below == 0 and right == 0 { yield %x } else {
    %padded = pad %x <low = [0, 0, 0, 0], high = [0, below, right, 0]>
    yield %padded
  }
  %split = reshape %whole <shape = [size[0], height, factor, width, factor, size[3]]>
  %phases = transpose %split <perm = [2, 4, 0, 1, 3, 5]>
  %y = reshape %phases <shape = [factor * factor * size[0], height, width, size[3]]>
  return %y
}

// The inverse: images of `height` and `width`.
dpsims.block @JoinPhases<factor: int, height: int, width: int>(%x) {
  let size = shape %x
  let batch = size[0] / (factor * factor)
  %split = reshape %x <shape = [factor, factor, batch, size[1], size[2], size[3]]>
  %pixels = transpose %split <perm = [2, 3, 0, 4, 1, 5]>
  %whole = reshape %pixels <shape = [batch, size[1] * factor, size[2] * factor, size[3]]>
  %y = if size[1] * factor == height and size[2] * factor == width { yield %whole } else {
    %inside = slice %whole <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [batch, height, width, size[3]]>
    yield %inside
  }
  return %y
}

// A convolution that keeps the size and whose taps are `dilation` pixels apart: rows and columns that are as far apart
// make images of their own, which an ordinary convolution takes, Winograd's too.
dpsims.block @DilatedConvolution<dilation: int>(%x, %w, %b) {
  let size = shape %x
  let kernel = shape %w
  assert dilation > 0, "dilation = {dilation}: at least 1"
  assert kernel[2] == kernel[3] and kernel[2] mod 2 == 1, "a dilated convolution has an odd kernel, the same both ways"
  let border = kernel[2] / 2
  %y = if dilation == 1 {
    %plain = conv2d %x, %w, %b <padding = border>
    yield %plain
  } else {
    %phases = instance @SplitPhases<factor = dilation>(%x)
    %convolved = conv2d %phases, %w, %b <padding = border>
    %joined = instance @JoinPhases<factor = dilation, height = size[1], width = size[2]>(%convolved)
    yield %joined
  }
  return %y
}

// The same with weights of its own.
dpsims.block @DilatedConv2d<in: int, out: int, kernel: int = 3, dilation: int = 1, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in, kernel, kernel], init = "xavier_normal">
  %b = instance @Bias<c = out, on = bias>()
  %y = instance @DilatedConvolution<dilation>(%x, %w, %b)
  return %y
}
