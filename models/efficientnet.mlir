// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// EfficientNet (arXiv 1905.11946) B0 to B7 and Lite0 to Lite4 under timm's weight names. A name that starts with tf_ is
// the same net with TensorFlow's padding and BatchNorm epsilon. Lite: ReLU6 in place of SiLU, no squeeze-excite, and
// the stem, the head and the depths of the first and the last stage do not scale.
dpsims.import "nn.mlir"

// Conv, BatchNorm, activation.
dpsims.block @EfficientConv<conv: string, norm: string, in: int, out: int, kernel: int = 1, stride: int = 1,
                            groups: int = 1, activate: bool = true, lite: bool, tensorflow: bool, mode: string>(%x) {
  %c = instance "{conv}" @Conv2d<in, out, kernel, stride, groups, same = tensorflow, bias = false>(%x)
  %n = instance "{norm}" @BatchNorm<c = out, eps = select(tensorflow, 1.0e-3, 1.0e-5), mode>(%c)
  %y = if activate {
    %a = instance @EfficientActivation<lite>(%n)
    yield %a
  } else { yield %n }
  return %y
}

dpsims.block @EfficientActivation<lite: bool>(%x) {
  %y = if lite {
    %a = clamp %x <min = 0.0, max = 6.0>
    yield %a
  } else {
    %a = silu %x
    yield %a
  }
  return %y
}

// Channels weighted by a gate computed from their means.
dpsims.block @SqueezeExcite<c: int, reduced: int>(%x) {
  %m = reduce %x <kind = "mean", axes = [1, 2]>
  %r = instance "conv_reduce" @Conv2d<in = c, out = reduced, kernel = 1>(%m)
  %a = silu %r
  %e = instance "conv_expand" @Conv2d<in = reduced, out = c, kernel = 1>(%a)
  %g = sigmoid %e
  %y = mul %x, %g
  return %y
}

// Inverted residual: 1x1 expansion, depthwise conv, squeeze-excite, 1x1 projection. Without expansion (the first
// stage) there is no 1x1 before the depthwise conv, and the names shift.
dpsims.block @InvertedResidual<in: int, out: int, kernel: int, stride: int, expand: int, net: record>(%x) {
  let wide = in * expand
  let names = select(expand == 1, {depthwise = "bn1", project = "conv_pw", last = "bn2"},
                                  {depthwise = "bn2", project = "conv_pwl", last = "bn3"})
  %h = if expand > 1 {
    %e = instance @EfficientConv<conv = "conv_pw", norm = "bn1", in, out = wide, ...net>(%x)
    yield %e
  } else { yield %x }
  %d = instance @EfficientConv<conv = "conv_dw", norm = names.depthwise, in = wide, out = wide, kernel, stride,
                               groups = wide, ...net>(%h)
  %s = if net.lite { yield %d } else {
    %g = instance "se" @SqueezeExcite<c = wide, reduced = in / 4>(%d)
    yield %g
  }
  %p = instance @EfficientConv<conv = names.project, norm = names.last, in = wide, out, activate = false, ...net>(%s)
  %y = if stride == 1 and in == out {
    %a = add %x, %p
    yield %a
  } else { yield %p }
  return %y
}

dpsims.block @EfficientNet<name: string, mode: string>(%image) {
  let tensorflow = startswith(name, "tf_")
  let size = removeprefix(name, "tf_")
  let lite = startswith(size, "efficientnet_lite")
  let net = {lite = lite, tensorflow = tensorflow, mode = mode}
  // Multipliers of width and depth, in tenths.
  let sizes = {
    efficientnet_b0 = [10, 10], efficientnet_b1 = [10, 11], efficientnet_b2 = [11, 12], efficientnet_b3 = [12, 14],
    efficientnet_b4 = [14, 18], efficientnet_b5 = [16, 22], efficientnet_b6 = [18, 26], efficientnet_b7 = [20, 31],
    efficientnet_lite0 = [10, 10], efficientnet_lite1 = [10, 11], efficientnet_lite2 = [11, 12],
    efficientnet_lite3 = [12, 14], efficientnet_lite4 = [14, 18]
  }
  assert contains(sizes, size), "unknown backbone {name}: EfficientNet has b0 to b7 and lite0 to lite4"
  let stages = [
    {expand = 1, kernel = 3, stride = 1, width = 16, depth = 1},
    {expand = 6, kernel = 3, stride = 2, width = 24, depth = 2},
    {expand = 6, kernel = 5, stride = 2, width = 40, depth = 2},
    {expand = 6, kernel = 3, stride = 2, width = 80, depth = 3},
    {expand = 6, kernel = 5, stride = 1, width = 112, depth = 3},
    {expand = 6, kernel = 5, stride = 2, width = 192, depth = 4},
    {expand = 6, kernel = 3, stride = 1, width = 320, depth = 1}
  ]
  // Widths are rounded to multiples of 8, but not below 0.9 of the exact value.
  let stem_tenths = 32 * select(lite, 10, sizes[size][0])
  let stem_near = (stem_tenths + 40) / 80 * 8
  let stem = select(100 * stem_near < 9 * stem_tenths, stem_near + 8, stem_near)
  %s = instance @EfficientConv<conv = "conv_stem", norm = "bn1", in = 3, out = stem, kernel = 3, stride = 2,
                               ...net>(%image)
  %none = list()
  %last, %taps = repeat i to 7 (%x = %s, %list = %none) {
    let stage = stages[i]
    let tenths = stage.width * sizes[size][0]
    let near = (tenths + 40) / 80 * 8
    let out = select(100 * near < 9 * tenths, near + 8, near)
    let depth = select(lite and (i == 0 or i == 6), stage.depth, (stage.depth * sizes[size][1] + 9) / 10)
    %y = repeat j to depth (%h = %x) {
      let here = shape %h
      %b = instance "blocks.{i}.{j}" @InvertedResidual<in = here[3], out, kernel = stage.kernel, expand = stage.expand,
                                                       stride = select(j == 0, stage.stride, 1), net>(%h)
      yield %b
    }
    // The last output at each of the strides 4, 8, 16 and 32.
    %longer = if contains([1, 2, 4, 6], i) {
      %l = append %list, %y
      yield %l
    } else { yield %list }
    yield %y, %longer
  }
  return %taps
}

// The classifier's head on the last tap: four times its channels, in Lite always 1280.
dpsims.block @EfficientNetHead<classes: int, name: string>(%x) {
  let size = shape %x
  let tensorflow = startswith(name, "tf_")
  let lite = startswith(removeprefix(name, "tf_"), "efficientnet_lite")
  let features = select(lite, 1280, 4 * size[3])
  %h = instance @EfficientConv<conv = "conv_head", norm = "bn2", in = size[3], out = features, lite, tensorflow,
                               mode = "inference">(%x)
  %m = instance @GlobalMean<c = features>(%h)
  %y = instance "classifier" @Linear<in = features, out = classes>(%m)
  return %y
}
