// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// ConvNeXt (arXiv 2201.03545) under timm's weight names. Taps are the raw outputs of the four stages.
dpsims.import "nn.mlir"

dpsims.block @ConvNeXtBlock<c: int>(%x) {
  %d = instance "conv_dw" @Conv2d<in = c, out = c, kernel = 7, groups = c>(%x)
  %n = instance "norm" @LayerNorm<c, eps = 1.0e-6>(%d)
  %h = instance "mlp.fc1" @Linear<in = c, out = 4 * c>(%n)
  %g = gelu %h
  %p = instance "mlp.fc2" @Linear<in = 4 * c, out = c>(%g)
  %gamma = weight "gamma" <shape = [c], init = "constant", value = 1.0e-6>
  %s = mul %p, %gamma
  %y = add %x, %s
  return %y
}

// Depths and widths of the stages by timm's name.
dpsims.block @ConvNeXt<name: string>(%image) {
  let sizes = {
    convnext_atto = {depths = [2, 2, 6, 2], widths = [40, 80, 160, 320]},
    convnext_femto = {depths = [2, 2, 6, 2], widths = [48, 96, 192, 384]},
    convnext_pico = {depths = [2, 2, 6, 2], widths = [64, 128, 256, 512]},
    convnext_nano = {depths = [2, 2, 8, 2], widths = [80, 160, 320, 640]},
    convnext_tiny = {depths = [3, 3, 9, 3], widths = [96, 192, 384, 768]},
    convnext_small = {depths = [3, 3, 27, 3], widths = [96, 192, 384, 768]},
    convnext_base = {depths = [3, 3, 27, 3], widths = [128, 256, 512, 1024]},
    convnext_large = {depths = [3, 3, 27, 3], widths = [192, 384, 768, 1536]},
    convnext_xlarge = {depths = [3, 3, 27, 3], widths = [256, 512, 1024, 2048]}
  }
  assert contains(sizes, name),
    "unknown backbone {name}: ConvNeXt has atto, femto, pico, nano, tiny, small, base, large and xlarge"
  let size = sizes[name]
  let depths = size.depths
  let widths = size.widths
  %patches = instance "stem.0" @Conv2d<in = 3, out = widths[0], kernel = 4, stride = 4, padding = 0>(%image)
  %stem = instance "stem.1" @LayerNorm<c = widths[0], eps = 1.0e-6>(%patches)
  %none = list()
  %last, %taps = repeat i to 4 (%x = %stem, %list = %none) {
    %d = if i > 0 {
      %n = instance "stages.{i}.downsample.0" @LayerNorm<c = widths[i - 1], eps = 1.0e-6>(%x)
      %c = instance "stages.{i}.downsample.1" @Conv2d<in = widths[i - 1], out = widths[i], kernel = 2, stride = 2,
                                                      padding = 0>(%n)
      yield %c
    } else { yield %x }
    %y = repeat j to depths[i] (%h = %d) {
      %b = instance "stages.{i}.blocks.{j}" @ConvNeXtBlock<c = widths[i]>(%h)
      yield %b
    }
    %longer = append %list, %y
    yield %y, %longer
  }
  return %taps
}

// The classifier's head on the last tap.
dpsims.block @ConvNeXtHead<classes: int>(%x) {
  let size = shape %x
  let c = size[3]
  %m = instance @GlobalMean<c>(%x)
  %n = instance "head.norm" @LayerNorm<c, eps = 1.0e-6>(%m)
  %y = instance "head.fc" @Linear<in = c, out = classes>(%n)
  return %y
}
