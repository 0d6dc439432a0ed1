// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The discriminator of DP-SIMS (arXiv 2312.13314): a UNet whose encoder is a frozen, pre-trained backbone and whose
// decoder is trained. From an image in [-1, 1] to num_classes + 1 logits a pixel: channel 0 says "generated", channel
// k + 1 label k.
dpsims.import "nn.mlir"
dpsims.import "backbones.mlir"

// Frozen and pre-trained, or trained from scratch.
dpsims.block @Encoder<backbone: string, pretrained: bool, mode: string>(%image) {
  let size = shape %image
  let height = size[1]
  let width = size[2]
  assert height mod 32 == 0 and width mod 32 == 0, "image size {height} x {width}: multiples of 32 only"
  %taps = if pretrained {
    %t, %last = instance frozen "backbone" @Backbone<name = backbone, mode = "inference">(%image)
    yield %t
  } else {
    %t, %last = instance "backbone" @Backbone<name = backbone, mode>(%image)
    yield %t
  }
  return %taps
}

// Feature conditioning: a 1x1 projection, BatchNorm with the batch's statistics and no affine, sigmoid. No channel of
// the backbone then dominates. %reference gives the statistics: %tap itself, or the same tap of the real images.
dpsims.block @FeatureConditioning<out: int, mode: string, own: bool = true>(%tap, %reference) {
  let normalize = mode == "bn" or mode == "bn_sigmoid"
  let squash = mode == "sigmoid" or mode == "bn_sigmoid"
  let size = shape %tap
  %p = instance "project" @Conv2d<in = size[3], out, kernel = 1, bias = not normalize>(%tap)
  %n = if normalize {
    %r = if own { yield %p } else {
      %q = instance shared "project" @Conv2d<in = size[3], out, kernel = 1, bias = false>(%reference)
      yield %q
    }
    %mean, %var = batch_statistics %r
    %b = batch_norm %p, %mean, %var <eps = 1.0e-5>
    yield %b
  } else { yield %p }
  %y = if squash {
    %s = sigmoid %n
    yield %s
  } else { yield %n }
  return %y
}

// A residual block of the decoder, to twice the size.
dpsims.block @UpBlock<in: int, out: int, mode: string>(%x) {
  %a0 = leaky_relu %x <slope = 0.2>
  %u = upsample %a0 <factor = 2>
  %d0 = instance "conv0" @SpectralConv2d<in, out, mode>(%u)
  %a1 = leaky_relu %d0 <slope = 0.2>
  %d1 = instance "conv1" @SpectralConv2d<in = out, out, mode>(%a1)
  %s = upsample %x <factor = 2>
  %skip = if not (in == out) {
    %c = instance "convs" @SpectralConv2d<in, out, kernel = 1, mode>(%s)
    yield %c
  } else { yield %s }
  %y = add %skip, %d1
  return %y
}

// Conditioned taps, then five up blocks from the coarsest tap to the full size; the first three are joined by the next
// finer tap. `own`: each tap is normalized by its own statistics.
dpsims.block @Decoder<num_classes: int, projection_widths: list, decoder_widths: list, conditioning: string,
                      own: bool = true, mode: string>(%taps, %references) {
  assert contains(["bn_sigmoid", "bn", "sigmoid", "none"], conditioning),
    "conditioning = {conditioning}: bn_sigmoid, bn, sigmoid or none"
  assert len(projection_widths) == 4, "projection_widths = {projection_widths} must have 4 entries"
  assert len(decoder_widths) == 5, "decoder_widths = {decoder_widths} must have 5 entries"
  %none = list()
  %conditioned = repeat i to 4 (%list = %none) {
    %t = get %taps <index = i>
    %r = get %references <index = i>
    %c = instance "condition.{i}" @FeatureConditioning<out = projection_widths[i], mode = conditioning, own>(%t, %r)
    %longer = append %list, %c
    yield %longer
  }
  %coarsest = get %conditioned <index = 3>
  %x = repeat i to 5 (%h = %coarsest) {
    let size = shape %h
    %y = instance "up.{i}" @UpBlock<in = size[3], out = decoder_widths[i], mode>(%h)
    %joined = if i < 3 {
      %skip = get %conditioned <index = 2 - i>
      %c = concat %y, %skip <axis = 3>
      yield %c
    } else { yield %y }
    yield %joined
  }
  %logits = instance "classify" @Conv2d<in = decoder_widths[4], out = num_classes + 1, kernel = 1>(%x)
  return %logits
}

// conditioning_statistics: "batch" or "real", whose statistics normalize the taps of generated images in training; an
// image that comes alone is normalized by its own. `mode` as in nn.mlir.
dpsims.network @Discriminator<num_classes: int, mode: string, backbone: string = "convnext_large",
                              projection_widths: list = [64, 128, 256, 512],        // taps at 1/4 to 1/32
                              decoder_widths: list = [512, 256, 128, 128, 64],      // coarse to fine
                              conditioning: string = "bn_sigmoid", conditioning_statistics: string = "batch",
                              pretrained: bool = true>(%image) {
  assert contains(["batch", "real"], conditioning_statistics),
    "conditioning_statistics = {conditioning_statistics}: batch or real"
  %taps = instance @Encoder<backbone, pretrained, mode>(%image)
  %logits = instance @Decoder<num_classes, projection_widths, decoder_widths, conditioning, mode>(%taps, %taps)
  return %logits
}
