// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The generator of DP-SIMS (arXiv 2312.13314): from a label map and noise to an image in [-1, 1], in two networks.
dpsims.import "nn.mlir"

// Noise z to the transformed noise w: an MLP of three layers.
dpsims.block @Mapping<noise_dim: int, style_dim: int>(%z) {
  %h0 = instance "fc0" @Linear<in = noise_dim, out = style_dim>(%z)
  %a0 = leaky_relu %h0 <slope = 0.2>
  %h1 = instance "fc1" @Linear<in = style_dim, out = style_dim>(%a0)
  %a1 = leaky_relu %h1 <slope = 0.2>
  %w = instance "fc2" @Linear<in = style_dim, out = style_dim>(%a1)
  return %w
}

// Noise injection by cross-attention: each pixel's query looks up noise_tokens keys and values made of w alone,
// A = softmax(Q K^T / sqrt(d_q)) V, and e + linear(A) goes on.
dpsims.block @NoiseAttention<c: int, style_dim: int, noise_tokens: int, query_dim: int>(%e, %w) {
  let size = shape %e
  %queries = instance "q" @Linear<in = c, out = query_dim>(%e)
  %keys = instance "k" @Linear<in = style_dim, out = noise_tokens * query_dim>(%w)
  %values = instance "v" @Linear<in = style_dim, out = noise_tokens * query_dim>(%w)
  %q = reshape %queries <shape = [size[0], -1, query_dim]>
  %k = reshape %keys <shape = [size[0], noise_tokens, query_dim]>
  %v = reshape %values <shape = [size[0], noise_tokens, query_dim]>
  %a = attention %q, %k, %v <scale = 1.0 / sqrt(query_dim)>
  %o = instance "out" @Linear<in = query_dim, out = c>(%a)
  %map = reshape %o <shape = size>
  %r = add %e, %map
  return %r
}

// Noise injection by channel, the same at every pixel: e (1 + scale(w)) + shift(w).
dpsims.block @NoiseScaleShift<c: int, style_dim: int>(%e, %w) {
  %scales = instance "scale" @Linear<in = style_dim, out = c>(%w)
  %shifts = instance "shift" @Linear<in = style_dim, out = c>(%w)
  %scale = reshape %scales <shape = [-1, 1, 1, c]>
  %shift = reshape %shifts <shape = [-1, 1, 1, c]>
  %one = constant <value = 1.0>
  %factor = add %scale, %one
  %scaled = mul %e, %factor
  %r = add %scaled, %shift
  return %r
}

// A step of the encoder: conv, BatchNorm, LeakyReLU.
dpsims.block @EncoderStep<name: string, i: int, in: int, out: int, stride: int = 1, mode: string>(%x) {
  %c = instance "{name}.{i}" @Conv2d<in, out, stride, bias = false>(%x)
  %n = instance "{name}_norm.{i}" @BatchNorm<c = out, mode>(%c)
  %r = leaky_relu %n <slope = 0.2>
  return %r
}

// Semantic map encoding network. Down: an embedding, the noise, a stride-2 conv at each scale; up: a UNet path that
// joins coarse and fine. Returns the modulation maps, coarsest first.
dpsims.block @LabelEncoder<in: int, widths: list, noise: string, noise_dim: int, style_dim: int, noise_tokens: int,
                           query_dim: int, mode: string>(%seg, %z, %w) {
  let scales = len(widths)
  let extra = select(noise == "concat", noise_dim, 0)
  %x = if noise == "concat" { %c = instance @ConcatVector<c = noise_dim>(%seg, %z)  yield %c } else { yield %seg }
  %s = instance "stem" @Conv2d<in = in + extra, out = widths[0]>(%x)
  %h0 = leaky_relu %s <slope = 0.2>
  %none = list()
  %end, %features = repeat i to scales (%h = %h0, %list = %none) {
    %embedded = instance "embed.{i}" @Conv2d<in = widths[i], out = widths[i]>(%h)
    %e = if noise == "cross_attention" {
      %a = instance "attend.{i}" @NoiseAttention<c = widths[i], style_dim, noise_tokens, query_dim>(%embedded, %w)
      yield %a
    } else if noise == "scale_shift" {
      %m = instance "modulate.{i}" @NoiseScaleShift<c = widths[i], style_dim>(%embedded, %w)
      yield %m
    } else { yield %embedded }
    %next = if i + 1 < scales {
      %d = instance @EncoderStep<name = "down", i, in = widths[i], out = widths[i + 1], stride = 2,
                                      mode>(%e)
      yield %d
    } else { yield %e }
    %longer = append %list, %e
    yield %next, %longer
  }
  %first = append %none, %end
  %finest, %maps = repeat j to scales - 1 (%m = %end, %list = %first) {
    let i = scales - 2 - j
    %u = upsample %m <factor = 2>
    %skip = get %features <index = i>
    %both = concat %u, %skip <axis = 3>
    %r = instance @EncoderStep<name = "up", i, in = widths[i + 1] + widths[i], out = widths[i], mode>(%both)
    %longer = append %list, %r
    yield %r, %longer
  }
  return %maps
}

// Spatially adaptive modulation: x normalized without affine, then x (1 + gamma(u)) + beta(u).
dpsims.block @Modulation<c: int, map: int, mode: string>(%x, %u) {
  %n = instance "norm" @BatchNorm<c, affine = false, mode>(%x)
  %gamma = instance "gamma" @Conv2d<in = map, out = c, gain = 0.02>(%u)
  %beta = instance "beta" @Conv2d<in = map, out = c, gain = 0.02>(%u)
  %one = constant <value = 1.0>
  %scale = add %gamma, %one
  %scaled = mul %n, %scale
  %r = add %scaled, %beta
  return %r
}

// A residual block: twice modulation, LeakyReLU, spectrally normalized conv.
dpsims.block @GeneratorBlock<in: int, out: int, map: int, mode: string>(%x, %u) {
  let middle = min(in, out)
  %m0 = instance "mod0" @Modulation<c = in, map, mode>(%x, %u)
  %a0 = leaky_relu %m0 <slope = 0.2>
  %d0 = instance "conv0" @SpectralConv2d<in, out = middle, bias = false, mode>(%a0)
  %m1 = instance "mod1" @Modulation<c = middle, map, mode>(%d0, %u)
  %a1 = leaky_relu %m1 <slope = 0.2>
  %d1 = instance "conv1" @SpectralConv2d<in = middle, out, bias = false, mode>(%a1)
  %skip = if not (in == out) {
    %m = instance "mods" @Modulation<c = in, map, mode>(%x, %u)
    %s = instance "convs" @SpectralConv2d<in, out, kernel = 1, bias = false, mode>(%m)
    yield %s
  } else { yield %x }
  %r = add %skip, %d1
  return %r
}

// `mode` as in nn.mlir. The second result is the features before the last conv.
dpsims.network @Generator<num_classes: int, image_size: list, mode: string,
                          widths: list = [1024, 1024, 1024, 512, 256, 128, 64],   // input of block 0, then outputs
                          label_widths: list = [64, 128, 128, 128, 256, 256],     // full resolution first
                          instance_edges: bool = false, noise: string = "cross_attention", noise_dim: int = 64,
                          style_dim: int = 256, noise_tokens: int = 16, query_dim: int = 64>(%labels, %z, %instances) {
  let scales = len(label_widths)
  let cell = pow(2, scales - 1)
  let in = num_classes + select(instance_edges, 1, 0)
  assert contains(["cross_attention", "concat", "scale_shift", "none"], noise),
    "noise = {noise}: cross_attention, concat, scale_shift or none"
  assert len(widths) == scales + 1, "widths = {widths} must have one entry more than label_widths = {label_widths}"
  assert image_size[0] mod cell == 0 and image_size[1] mod cell == 0, "image_size = {image_size}: multiples of {cell}"

  // The label map as one channel a class, and the instances' edges.
  %classes = one_hot %labels <classes = num_classes>
  %seg = if instance_edges {
    %edges = instance_edges %instances
    %c = concat %classes, %edges <axis = 3>
    yield %c
  } else { yield %classes }
  let mapped = noise == "cross_attention" or noise == "scale_shift"
  %w = if mapped { %m = instance "mapping" @Mapping<noise_dim, style_dim>(%z)  yield %m } else { yield %z }
  %maps = instance "encoder" @LabelEncoder<in, widths = label_widths, noise, noise_dim, style_dim, noise_tokens,
                                           query_dim, mode>(%seg, %z, %w)

  // The image network: one block a scale, from one pixel a cell to the full size.
  let size = shape %seg
  %small = slice %seg <start = [0, 0, 0, 0], step = [1, cell, cell, 1],
                       size = [size[0], size[1] / cell, size[2] / cell, in]>
  %x0 = instance "stem" @Conv2d<in, out = widths[0], bias = false>(%small)
  %x = repeat i to scales (%x = %x0) {
    %large = if i > 0 { %u = upsample %x <factor = 2>  yield %u } else { yield %x }
    %map = get %maps <index = i>
    %b = instance "blocks.{i}" @GeneratorBlock<in = widths[i], out = widths[i + 1],
                                               map = label_widths[scales - 1 - i], mode>(%large, %map)
    yield %b
  }
  %features = leaky_relu %x <slope = 0.2>
  %rgb = instance "to_rgb" @Conv2d<in = widths[scales], out = 3>(%features)
  %image = tanh %rgb
  return %image, %features
}
