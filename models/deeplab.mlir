// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// DeepLab-v2 (arXiv 1606.00915) on ResNet-101 as it was trained for COCO-Stuff, at one scale, under the names of the
// weights of deeplab-pytorch.
dpsims.import "segmentation.mlir"

// The ResNet of its authors: the stride is on the first 1x1 convolution.
dpsims.block @DeepLabBlock<out: int, stride: int, dilation: int, first: bool>(%x) {
  let size = shape %x
  let width = out / 4
  %a = instance @ConvNormRelu<conv = "reduce.conv", norm = "reduce.bn", out = width, kernel = 1, stride>(%x)
  %b = instance @ConvNormRelu<conv = "conv3x3.conv", norm = "conv3x3.bn", out = width, kernel = 3, dilation>(%a)
  %c = instance @ResNetConv<conv = "increase.conv", norm = "increase.bn", in = width, out, kernel = 1,
                            mode = "inference">(%b)
  %skip = if first {
    %d = instance @ResNetConv<conv = "shortcut.conv", norm = "shortcut.bn", in = size[3], out, kernel = 1, stride,
                              mode = "inference">(%x)
    yield %d
  } else { yield %x }
  %s = add %c, %skip
  %y = relu %s
  return %y
}

// The pooling's last window may begin at the last pixel (PyTorch's ceil_mode): a zero after it changes no maximum of
// what ReLU gives.
dpsims.block @DeepLabStem(%image) {
  %c = instance @ConvNormRelu<conv = "conv1.conv", norm = "conv1.bn", out = 64, kernel = 7, stride = 2>(%image)
  let size = shape %c
  %even = pad %c <low = [0, 0, 0, 0], high = [0, (size[1] + 1) mod 2, (size[2] + 1) mod 2, 0]>
  %y = max_pool %even <kernel = 3, stride = 2, padding = 1>
  return %y
}

// An eighth of the image's size.
dpsims.block @DeepLabLayers<depths: list>(%image) {
  let strides = [1, 2, 1, 1]
  let dilations = [1, 1, 2, 4]
  %stem = instance "layer1" @DeepLabStem(%image)
  %y = repeat i to 4 (%x = %stem) {
    let layer = i + 2
    %last = repeat j to depths[i] (%h = %x) {
      let block = j + 1
      %b = instance "layer{layer}.block{block}" @DeepLabBlock<out = 256 * pow(2, i), first = j == 0,
                                                              stride = select(j == 0, strides[i], 1),
                                                              dilation = dilations[i]>(%h)
      yield %b
    }
    yield %last
  }
  return %y
}

// The sum of convolutions of several dilations.
dpsims.block @DeepLabPyramid<num_classes: int>(%x) {
  let size = shape %x
  let rates = [6, 12, 18, 24]
  %first = instance "c0" @DilatedConv2d<in = size[3], out = num_classes, dilation = rates[0]>(%x)
  %y = repeat i to 3 (%sum = %first) {
    let branch = i + 1
    %c = instance "c{branch}" @DilatedConv2d<in = size[3], out = num_classes, dilation = rates[branch]>(%x)
    %next = add %sum, %c
    yield %next
  }
  return %y
}

// Pictures from 0 to 255, RGB, as BGR less the means of Caffe's networks.
dpsims.block @DeepLabImage(%picture) {
  let size = shape %picture
  let channel = [size[0], size[1], size[2], 1]
  %red = slice %picture <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = channel>
  %green = slice %picture <start = [0, 0, 0, 1], step = [1, 1, 1, 1], size = channel>
  %blue = slice %picture <start = [0, 0, 0, 2], step = [1, 1, 1, 1], size = channel>
  %bgr = concat %blue, %green, %red <axis = 3>
  %mean = constant <value = [104.008, 116.669, 122.675], shape = [3]>
  %y = sub %bgr, %mean
  return %y
}

// Pictures from 0 to 255 to logits of an eighth of their size.
dpsims.network @DeepLab<num_classes: int, depths: list = [3, 4, 23, 3]>(%picture) {
  assert len(depths) == 4, "depths = {depths}: one for each of the four layers of blocks"
  %image = instance @DeepLabImage(%picture)
  %h = instance "base" @DeepLabLayers<depths>(%image)
  %y = instance "base.aspp" @DeepLabPyramid<num_classes>(%h)
  return %y
}
