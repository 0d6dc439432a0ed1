// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pooling, resizing and dilated convolutions, each with its own weights.
dpsims.import "../../../models/interface.mlir"
dpsims.import "../../../models/resampling.mlir"

dpsims.block @Show<name: string>(%x) {
  %nchw = instance @ToNCHW(%x)
  output "{name}" %nchw
  return
}

dpsims.program @resampling<batch: int, image_size: list> {
  %x = instance @ImageInput<batch, image_size>()
  %mean = instance @AveragePool<kernel = 3, stride = 2, padding = 1>(%x)
  instance @Show<name = "mean">(%mean)
  %inside = instance @AveragePool<kernel = 3, padding = 1, count_padding = false>(%x)
  instance @Show<name = "inside">(%inside)
  %windows = instance @AdaptiveAveragePool<height = 5, width = 3>(%x)
  instance @Show<name = "windows">(%windows)
  %edges = instance @Resize<height = 17, width = 9>(%x)
  instance @Show<name = "edges">(%edges)
  %corners = instance @Resize<height = 17, width = 9, align_corners = true>(%x)
  instance @Show<name = "corners">(%corners)
  %smooth = instance @Resize<height = 5, width = 23, antialias = true>(%x)
  instance @Show<name = "smooth">(%smooth)
  %two = instance "two" @DilatedConv2d<in = 3, out = 5, dilation = 2>(%x)
  instance @Show<name = "two">(%two)
  %far = instance "far" @DilatedConv2d<in = 3, out = 4, kernel = 5, dilation = 3, bias = false>(%x)
  instance @Show<name = "far">(%far)
}
