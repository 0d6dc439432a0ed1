// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// LPIPS (arXiv 1801.03924), version 0.1: how different two images look. The networks have torchvision's names of
// weights, the heads those of the package lpips.
dpsims.import "nn.mlir"

// The five feature maps of AlexNet, after each ReLU.
dpsims.block @AlexNetFeatures(%image) {
  let convs = [
    {index = 0, out = 64, kernel = 11, stride = 4, padding = 2},
    {index = 3, out = 192, kernel = 5, stride = 1, padding = 2},
    {index = 6, out = 384, kernel = 3, stride = 1, padding = 1},
    {index = 8, out = 256, kernel = 3, stride = 1, padding = 1},
    {index = 10, out = 256, kernel = 3, stride = 1, padding = 1}
  ]
  %none = list()
  %last, %features = repeat i to 5 (%x = %image, %list = %none) {
    let conv = convs[i]
    let index = conv.index
    %h = if i == 1 or i == 2 {
      %p = max_pool %x <kernel = 3, stride = 2, padding = 0>
      yield %p
    } else { yield %x }
    let size = shape %h
    %c = instance "features.{index}" @Conv2d<in = size[3], out = conv.out, kernel = conv.kernel, stride = conv.stride,
                                             padding = conv.padding>(%h)
    %y = relu %c
    %longer = append %list, %y
    yield %y, %longer
  }
  return %features
}

// The feature maps of VGG16 before each pooling, after the ReLU.
dpsims.block @Vgg16Features(%image) {
  let stages = [
    {first = 0, convs = 2, out = 64}, {first = 5, convs = 2, out = 128}, {first = 10, convs = 3, out = 256},
    {first = 17, convs = 3, out = 512}, {first = 24, convs = 3, out = 512}
  ]
  %none = list()
  %last, %features = repeat i to 5 (%x = %image, %list = %none) {
    let stage = stages[i]
    %h = if i > 0 {
      %p = max_pool %x <kernel = 2, stride = 2, padding = 0>
      yield %p
    } else { yield %x }
    %y = repeat j to stage.convs (%a = %h) {
      let index = stage.first + 2 * j
      let size = shape %a
      %c = instance "features.{index}" @Conv2d<in = size[3], out = stage.out>(%a)
      %r = relu %c
      yield %r
    }
    %longer = append %list, %y
    yield %y, %longer
  }
  return %features
}

// The channels of each pixel over their length.
dpsims.block @UnitChannels(%x) {
  %squares = square %x
  %sum = reduce %squares <kind = "sum", axes = [3]>
  %length = sqrt %sum
  %little = constant <value = 1.0e-10>
  %divisor = add %length, %little
  %y = div %x, %divisor
  return %y
}

// What lpips does to images from -1 to 1.
dpsims.block @LpipsScaling(%image) {
  %shift = constant <value = [-0.030, -0.088, -0.188], shape = [3]>
  %scale = constant <value = [0.458, 0.448, 0.450], shape = [3]>
  %centered = sub %image, %shift
  %y = div %centered, %scale
  return %y
}

// The distance of each image of two batches, from 0 to 255, (N).
dpsims.block @Lpips<net: string>(%first, %second) {
  assert net == "alex" or net == "vgg", "net = {net}: alex and vgg are known"
  let size = shape %first
  %both = concat %first, %second <axis = 0>
  %half = constant <value = 127.5>
  %one = constant <value = 1.0>
  %positive = div %both, %half
  %image = sub %positive, %one
  %x = instance @LpipsScaling(%image)
  %features = if net == "alex" {
    %f = instance @AlexNetFeatures(%x)
    yield %f
  } else {
    %f = instance @Vgg16Features(%x)
    yield %f
  }
  %zero = constant <value = 0.0, shape = [size[0], 1, 1, 1]>
  %sum = repeat i to 5 (%total = %zero) {
    %map = get %features <index = i>
    %distance = instance "lin{i}" @LpipsHead(%map)
    %next = add %total, %distance
    yield %next
  }
  %y = reshape %sum <shape = [size[0]]>
  return %y
}

// The mean over the image of the squared differences of unit channels, each with its weight: of the first half of the
// batch to the second.
dpsims.block @LpipsHead(%map) {
  let size = shape %map
  let half = size[0] / 2
  %unit = instance @UnitChannels(%map)
  %a = slice %unit <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [half, size[1], size[2], size[3]]>
  %b = slice %unit <start = [half, 0, 0, 0], step = [1, 1, 1, 1], size = [half, size[1], size[2], size[3]]>
  %difference = sub %a, %b
  %squares = square %difference
  %w = weight "model.1.weight" <shape = [1, size[3], 1, 1], init = "ones">
  %row = reshape %w <shape = [size[3]]>
  %weighted = mul %squares, %row
  %channels = reduce %weighted <kind = "sum", axes = [3]>
  %y = reduce %channels <kind = "mean", axes = [1, 2]>
  return %y
}
