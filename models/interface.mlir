// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What programs take and give. Images are NCHW there, as in PyTorch.
dpsims.import "generator.mlir"

dpsims.block @ToNCHW(%x) {
  %y = transpose %x <perm = [0, 3, 1, 2]>
  return %y
}

dpsims.block @FromNCHW(%x) {
  %y = transpose %x <perm = [0, 2, 3, 1]>
  return %y
}

dpsims.block @CheckSize<image_size: list>() {
  assert len(image_size) == 2, "image_size = {image_size} must be [height, width]"
  assert image_size[0] > 0 and image_size[1] > 0, "image_size = {image_size}: at least 1 each way"
  assert image_size[0] <= 16384 and image_size[1] <= 16384, "image_size = {image_size}: at most 16384 each way"
  return
}

// A map of ids: "labels" or "instances".
dpsims.block @MapInput<name: string, batch: int, image_size: list>() {
  instance @CheckSize<image_size>()
  %map = input "{name}" <shape = [batch] + image_size, type = "i32", batched = true>
  return %map
}

dpsims.block @ImageInput<batch: int, image_size: list>() {
  instance @CheckSize<image_size>()
  %nchw = input "image" <shape = [batch, 3] + image_size, batched = true>
  %image = instance @FromNCHW(%nchw)
  return %image
}

// Pictures as files have them, bytes (N, H, W, 3), as numbers from 0 to 255.
dpsims.block @PictureInput<name: string, batch: int, image_size: list>() {
  instance @CheckSize<image_size>()
  %bytes = input "{name}" <shape = [batch] + image_size + [3], type = "u8", batched = true>
  %picture = cast %bytes <type = "f32">
  return %picture
}

// Label maps, noise and, where the generator takes them, instance maps to images in [-1, 1] and their features.
dpsims.block @Generate<batch: int, num_classes: int, image_size: list, generator: record, noise: string = "z",
                       mode: string>() {
  assert num_classes > 0, "num_classes = {num_classes} must be 1 or more"
  assert num_classes <= 65536, "num_classes = {num_classes}: at most 65536"
  %labels = instance @MapInput<name = "labels", batch, image_size>()
  %z = input "{noise}" <shape = [batch, generator.noise_dim], batched = true>
  %instances = if generator.instance_edges {
    %i = instance @MapInput<name = "instances", batch, image_size>()
    yield %i
  } else {
    %none = none
    yield %none
  }
  %image, %features = instance @Generator<num_classes, image_size, mode, ...generator>(%labels, %z, %instances)
  return %image, %features
}
