// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Small programs without weights in place of the networks that judge pictures.
dpsims.import "../../../models/interface.mlir"

// Features: the mean color.
dpsims.program @colors<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %mean = reduce %image <kind = "mean", axes = [1, 2]>
  %features = reshape %mean <shape = [batch, 3]>
  output "features" %features
}

// Distance: the mean square of the difference.
dpsims.program @difference<batch: int, num_classes: int, image_size: list> {
  %first = instance @PictureInput<name = "first", batch, image_size>()
  %second = instance @PictureInput<name = "second", batch, image_size>()
  %difference = sub %first, %second
  %square = mul %difference, %difference
  %mean = reduce %square <kind = "mean", axes = [1, 2, 3]>
  %distance = reshape %mean <shape = [batch]>
  output "distance" %distance
}

// Logits: red, green and blue for the first three classes.
dpsims.program @logits<batch: int, num_classes: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %rest = constant <value = 0.0, shape = [batch, image_size[0], image_size[1], num_classes - 3]>
  %all = concat %image, %rest <axis = 3>
  %nchw = instance @ToNCHW(%all)
  output "logits" %nchw
}
