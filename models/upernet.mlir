// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// UperNet (arXiv 1807.10221) on ResNet-101 as it was trained for scene parsing on ADE20K, under the names of the
// weights of the two networks of mit-semseg, `encoder` and `decoder`.
dpsims.import "segmentation.mlir"

// A ResNet of bottlenecks that begins with three 3x3 convolutions: the list of its four layers' outputs.
dpsims.block @DeepStemResNet<depths: list>(%image) {
  %a = instance @ConvNormRelu<conv = "conv1", norm = "bn1", out = 64, kernel = 3, stride = 2>(%image)
  %b = instance @ConvNormRelu<conv = "conv2", norm = "bn2", out = 64, kernel = 3>(%a)
  %stem = instance @ConvNormRelu<conv = "conv3", norm = "bn3", out = 128, kernel = 3>(%b)
  %p = max_pool %stem <kernel = 3, stride = 2, padding = 1>
  %taps = instance @ResNetLayers<depths, bottleneck = true, mode = "inference">(%p)
  return %taps
}

// Means of 1, 4, 9 and 36 windows beside the image. Each pixel of a resized image is a mean of pixels, which the
// convolution and BatchNorm keep: they are taken before, where there are few pixels.
dpsims.block @PyramidPooling<out: int>(%x) {
  let size = shape %x
  let scales = [1, 2, 3, 6]
  %all = repeat i to 4 (%h = %x) {
    let windows = scales[i]
    %m = instance @AdaptiveAveragePool<height = windows, width = windows>(%x)
    %c = instance "ppm_conv.{i}" @ResNetConv<conv = "0", norm = "1", in = size[3], out = 512, kernel = 1,
                                             mode = "inference">(%m)
    %large = instance @Resize<height = size[1], width = size[2]>(%c)
    %r = relu %large
    %longer = concat %h, %r <axis = 3>
    yield %longer
  }
  %y = instance "ppm_last_conv" @ConvNormRelu<out, kernel = 3>(%all)
  return %y
}

// One step of the feature pyramid, of an encoder's tap and what is above it: what goes down, and the level's features.
dpsims.block @PyramidLevel<level: int, out: int>(%tap, %above) {
  let size = shape %tap
  %side = instance "fpn_in.{level}" @ConvNormRelu<out, kernel = 1>(%tap)
  %large = instance @Resize<height = size[1], width = size[2]>(%above)
  %down = add %side, %large
  %y = instance "fpn_out.{level}.0" @ConvNormRelu<out, kernel = 3>(%down)
  return %down, %y
}

// The encoder's taps to logits of a quarter of the picture's size.
dpsims.block @UperNetDecoder<num_classes: int, width: int>(%taps) {
  %top = get %taps <index = 3>
  %bottom = get %taps <index = 0>
  let size = shape %bottom
  %pooled = instance @PyramidPooling<out = width>(%top)
  %wide = instance @Resize<height = size[1], width = size[2]>(%pooled)
  %last, %all = repeat i to 3 (%above = %pooled, %fused = %wide) {
    let level = 2 - i
    %tap = get %taps <index = level>
    %down, %features = instance @PyramidLevel<level, out = width>(%tap, %above)
    %large = instance @Resize<height = size[1], width = size[2]>(%features)
    %longer = concat %large, %fused <axis = 3>
    yield %down, %longer
  }
  %h = instance "conv_last.0" @ConvNormRelu<out = width, kernel = 3>(%all)
  %y = instance "conv_last.1" @Conv2d<in = width, out = num_classes, kernel = 1>(%h)
  return %y
}

// Pictures from 0 to 255 to logits. `width` is that of the feature pyramid.
dpsims.network @UperNet<num_classes: int, depths: list = [3, 4, 23, 3], width: int = 512>(%picture) {
  assert len(depths) == 4, "depths = {depths}: one for each of the four layers of blocks"
  %image = instance @Standardize<mean = [0.485, 0.456, 0.406], deviation = [0.229, 0.224, 0.225]>(%picture)
  %taps = instance "encoder" @DeepStemResNet<depths>(%image)
  %y = instance "decoder" @UperNetDecoder<num_classes, width>(%taps)
  return %y
}
