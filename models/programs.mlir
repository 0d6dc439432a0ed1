// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The entry points of a compiled model, and the sections of a configuration. Programs on tensors take and give images
// as NCHW, as PyTorch does; `sample` gives bytes, ready to be written as PNG.
dpsims.import "generator.mlir"
dpsims.import "discriminator.mlir"
dpsims.import "backbones.mlir"
dpsims.import "training.mlir"

dpsims.section "generator" of @Generator
dpsims.section "discriminator" of @Discriminator
dpsims.section "loss" of @Loss
dpsims.section "optimizer" of @Optimizer

dpsims.block @ToNCHW(%x) {
  %y = transpose %x <perm = [0, 3, 1, 2]>
  return %y
}

dpsims.block @FromNCHW(%x) {
  %y = transpose %x <perm = [0, 2, 3, 1]>
  return %y
}

// Label maps, noise and, where the generator takes them, instance maps to images in [-1, 1].
dpsims.block @Generate<batch: int, num_classes: int, image_size: list, generator: record>() {
  assert num_classes > 0, "num_classes = {num_classes} must be 1 or more"
  assert len(image_size) == 2, "image_size = {image_size} must be [height, width]"
  let size = [batch] + image_size
  %labels = input "labels" <shape = size, type = "i32">
  %z = input "z" <shape = [batch, generator.noise_dim]>
  %instances = if generator.instance_edges {
    %i = input "instances" <shape = size, type = "i32">
    yield %i
  } else {
    %none = none
    yield %none
  }
  %image = instance @Generator<num_classes, image_size, ...generator>(%labels, %z, %instances)
  return %image
}

dpsims.block @ImageInput<batch: int, image_size: list>() {
  assert len(image_size) == 2, "image_size = {image_size} must be [height, width]"
  %nchw = input "image" <shape = [batch, 3] + image_size>
  %image = instance @FromNCHW(%nchw)
  return %image
}

// One image a label map, 8 bits a channel, NHWC.
dpsims.program @sample<batch: int, num_classes: int, image_size: list, generator: record> {
  %image = instance @Generate<batch, num_classes, image_size, generator>()
  %one = constant <value = 1.0>
  %half = constant <value = 127.5>
  %positive = add %image, %one
  %scaled = mul %positive, %half
  %bytes = cast %scaled <type = "u8">
  output "image" %bytes
}

dpsims.program @generator<batch: int, num_classes: int, image_size: list, generator: record> {
  %image = instance @Generate<batch, num_classes, image_size, generator>()
  %nchw = instance @ToNCHW(%image)
  output "image" %nchw
}

dpsims.program @discriminator<batch: int, num_classes: int, image_size: list, discriminator: record> {
  %image = instance @ImageInput<batch, image_size>()
  %logits = instance @Discriminator<num_classes, ...discriminator>(%image)
  %nchw = instance @ToNCHW(%logits)
  output "logits" %nchw
}

// The discriminator's backbone alone: its four taps.
dpsims.program @features<batch: int, image_size: list, discriminator: record> {
  %image = instance @ImageInput<batch, image_size>()
  %taps = instance @Backbone<name = discriminator.backbone>(%image)
  repeat i to 4 {
    %tap = get %taps <index = i>
    %nchw = instance @ToNCHW(%tap)
    output "tap{i}" %nchw
    yield
  }
}

// The discriminator's backbone as the classifier of ImageNet's 1000 classes that it was.
dpsims.program @classify<batch: int, image_size: list, discriminator: record> {
  %image = instance @ImageInput<batch, image_size>()
  %taps = instance @Backbone<name = discriminator.backbone>(%image)
  %last = get %taps <index = 3>
  %logits = instance @Head<name = discriminator.backbone>(%last)
  output "logits" %logits
}
