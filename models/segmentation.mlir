// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the networks that find label maps in pictures share.
dpsims.import "interface.mlir"
dpsims.import "resampling.mlir"
dpsims.import "resnet.mlir"

// Pictures from 0 to 255 as from 0 to 1, less the channels' means and over their standard deviations.
dpsims.block @Standardize<mean: list, deviation: list>(%picture) {
  %most = constant <value = 255.0>
  %means = constant <value = mean, shape = [3]>
  %deviations = constant <value = deviation, shape = [3]>
  %unit = div %picture, %most
  %centered = sub %unit, %means
  %y = div %centered, %deviations
  return %y
}

// A convolution without a bias, BatchNorm, ReLU.
dpsims.block @ConvNormRelu<conv: string = "0", norm: string = "1", out: int, kernel: int, stride: int = 1,
                           dilation: int = 1>(%x) {
  let size = shape %x
  %n = instance @ResNetConv<conv, norm, in = size[3], out, kernel, stride, dilation, mode = "inference">(%x)
  %y = relu %n
  return %y
}

// The program's output, of the picture's size.
dpsims.block @LogitsOutput<image_size: list>(%logits) {
  %large = instance @Resize<height = image_size[0], width = image_size[1]>(%logits)
  %nchw = instance @ToNCHW(%large)
  output "logits" %nchw
  return
}
