// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// ResNet v1.5 (the stride is on the 3x3 conv) under timm's weight names. Taps are the outputs of layer1 to layer4.
dpsims.import "nn.mlir"
dpsims.import "resampling.mlir"

// A convolution and its BatchNorm. Only one whose stride is 1 can be dilated.
dpsims.block @ResNetConv<conv: string, norm: string, in: int, out: int, kernel: int, stride: int = 1,
                         dilation: int = 1, mode: string>(%x) {
  assert stride == 1 or dilation == 1, "a dilated convolution has no stride"
  %c = if dilation == 1 {
    %plain = instance "{conv}" @Conv2d<in, out, kernel, stride, bias = false>(%x)
    yield %plain
  } else {
    %dilated = instance "{conv}" @DilatedConv2d<in, out, kernel, dilation, bias = false>(%x)
    yield %dilated
  }
  %y = instance "{norm}" @BatchNorm<c = out, mode>(%c)
  return %y
}

// Two 3x3 convs, or the bottleneck 1x1, 3x3, 1x1 with four times the channels at its ends.
dpsims.block @ResNetBlock<in: int, width: int, stride: int, bottleneck: bool, dilation: int = 1, mode: string>(%x) {
  let out = select(bottleneck, 4 * width, width)
  %y = if bottleneck {
    %a = instance @ResNetConv<conv = "conv1", norm = "bn1", in, out = width, kernel = 1, mode>(%x)
    %ra = relu %a
    %b = instance @ResNetConv<conv = "conv2", norm = "bn2", in = width, out = width, kernel = 3, stride, dilation,
                              mode>(%ra)
    %rb = relu %b
    %c = instance @ResNetConv<conv = "conv3", norm = "bn3", in = width, out, kernel = 1, mode>(%rb)
    yield %c
  } else {
    %a = instance @ResNetConv<conv = "conv1", norm = "bn1", in, out, kernel = 3, stride, dilation, mode>(%x)
    %ra = relu %a
    %b = instance @ResNetConv<conv = "conv2", norm = "bn2", in = out, out, kernel = 3, dilation, mode>(%ra)
    yield %b
  }
  %skip = if not (stride == 1 and in == out) {
    %d = instance @ResNetConv<conv = "downsample.0", norm = "downsample.1", in, out, kernel = 1, stride, mode>(%x)
    yield %d
  } else { yield %x }
  %s = add %y, %skip
  %r = relu %s
  return %r
}

// layer1 to layer4: the list of their outputs.
dpsims.block @ResNetLayers<depths: list, bottleneck: bool, mode: string>(%p) {
  %none = list()
  %last, %taps = repeat i to 4 (%x = %p, %list = %none) {
    let layer = i + 1
    %y = repeat j to depths[i] (%h = %x) {
      let here = shape %h
      %b = instance "layer{layer}.{j}" @ResNetBlock<in = here[3], width = 64 * pow(2, i), bottleneck, mode,
                                                    stride = select(i > 0 and j == 0, 2, 1)>(%h)
      yield %b
    }
    %longer = append %list, %y
    yield %y, %longer
  }
  return %taps
}

dpsims.block @ResNet<name: string, mode: string>(%image) {
  let sizes = {
    resnet18 = {bottleneck = false, depths = [2, 2, 2, 2]},
    resnet26 = {bottleneck = true, depths = [2, 2, 2, 2]},
    resnet34 = {bottleneck = false, depths = [3, 4, 6, 3]},
    resnet50 = {bottleneck = true, depths = [3, 4, 6, 3]},
    resnet101 = {bottleneck = true, depths = [3, 4, 23, 3]},
    resnet152 = {bottleneck = true, depths = [3, 8, 36, 3]}
  }
  assert contains(sizes, name), "unknown backbone {name}: ResNet has 18, 26, 34, 50, 101 and 152"
  let size = sizes[name]
  let depths = size.depths
  let bottleneck = size.bottleneck
  %c = instance @ResNetConv<conv = "conv1", norm = "bn1", in = 3, out = 64, kernel = 7, stride = 2, mode>(%image)
  %a = relu %c
  %p = max_pool %a <kernel = 3, stride = 2, padding = 1>
  %taps = instance @ResNetLayers<depths, bottleneck, mode>(%p)
  return %taps
}

// The classifier's head on the last tap.
dpsims.block @ResNetHead<classes: int>(%x) {
  let size = shape %x
  %m = instance @GlobalMean<c = size[3]>(%x)
  %y = instance "fc" @Linear<in = size[3], out = classes>(%m)
  return %y
}
