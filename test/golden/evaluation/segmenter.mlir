// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Segmenters of pictures in pure colors: red is class 0, green 1, blue 2.
dpsims.import "../../../models/interface.mlir"

dpsims.program @logits<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %nchw = instance @ToNCHW(%image)
  output "logits" %nchw
}

dpsims.program @ids<batch: int, num_classes: int, image_size: list> {
  %image = instance @ImageInput<batch, image_size>()
  let size = shape %image
  %green = slice %image <start = [0, 0, 0, 1], step = [1, 1, 1, 1], size = [size[0], size[1], size[2], 1]>
  %blue = slice %image <start = [0, 0, 0, 2], step = [1, 1, 1, 1], size = [size[0], size[1], size[2], 1]>
  %zero = constant <value = 0.0>
  %two = constant <value = 2.0>
  %is_green = greater %green, %zero
  %is_blue = greater %blue, %zero
  %one = constant <value = 1.0>
  %rest = select %is_green, %one, %zero
  %class = select %is_blue, %two, %rest
  %flat = reshape %class <shape = [size[0], size[1], size[2]]>
  %ids = cast %flat <type = "i32">
  output "ids" %ids
}

// Four classes, one too many.
dpsims.program @four<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %none = constant <value = 0.0, shape = [batch, image_size[0], image_size[1], 1]>
  %all = concat %image, %none <axis = 3>
  %nchw = instance @ToNCHW(%all)
  output "logits" %nchw
}

// Features that are not finite.
dpsims.program @broken<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %sum = reduce %image <kind = "sum", axes = [1, 2]>
  %row = reshape %sum <shape = [batch, 3]>
  %zero = constant <value = 0.0>
  %none = mul %row, %zero
  %features = div %row, %none
  output "features" %features
}

// Features: the means of squares of 8 x 8 pixels, by color.
dpsims.program @means<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %scale = constant <value = 0.00392156862745098>
  %scaled = mul %image, %scale
  %nchw = instance @ToNCHW(%scaled)
  %squares = reshape %nchw <shape = [batch, 3, image_size[0] / 8, 8, image_size[1] / 8, 8]>
  %means = reduce %squares <kind = "mean", axes = [3, 5]>
  %features = reshape %means <shape = [batch, -1]>
  output "features" %features
}
