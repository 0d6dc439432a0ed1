// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Pre-trained backbones by timm's names: an image in [-1, 1] to the list of its taps at 1/4, 1/8, 1/16 and 1/32 of
// its size. To add a family: import its file, and give it a line in @Backbone, @Head and, where needed, @Normalize.
dpsims.import "nn.mlir"
dpsims.import "convnext.mlir"
dpsims.import "resnet.mlir"
dpsims.import "efficientnet.mlir"

// From [-1, 1] to what the backbone was trained on: [0, 1] less its mean, over its standard deviation. ImageNet's
// statistics, but 1/2 for the nets that were trained so.
dpsims.block @Normalize<name: string>(%image) {
  let half = startswith(name, "tf_efficientnet_lite") or name == "efficientnet_b1"
  %mean = constant <value = select(half, [0.5, 0.5, 0.5], [0.485, 0.456, 0.406]), shape = [3]>
  %std = constant <value = select(half, [0.5, 0.5, 0.5], [0.229, 0.224, 0.225]), shape = [3]>
  %one = constant <value = 1.0>
  %two = constant <value = 2.0>
  %positive = add %image, %one
  %unit = div %positive, %two
  %centered = sub %unit, %mean
  %r = div %centered, %std
  return %r
}

dpsims.block @Backbone<name: string, mode: string>(%image) {
  let convnext = startswith(name, "convnext_")
  let resnet = startswith(name, "resnet")
  let efficientnet = startswith(name, "efficientnet_") or startswith(name, "tf_efficientnet_")
  assert convnext or resnet or efficientnet,
    "unknown backbone {name}: convnext_*, resnet*, efficientnet_* and tf_efficientnet_* are known"
  %x = instance @Normalize<name>(%image)
  %taps = if convnext {
    %t = instance @ConvNeXt<name>(%x)
    yield %t
  } else {
    %u = if resnet {
      %t = instance @ResNet<name, mode>(%x)
      yield %t
    } else {
      %t = instance @EfficientNet<name, mode>(%x)
      yield %t
    }
    yield %u
  }
  return %taps
}

// The classifier that the backbone was trained with: logits (N, classes) from the last tap.
dpsims.block @Head<name: string, classes: int = 1000>(%tap) {
  %logits = if startswith(name, "convnext_") {
    %y = instance @ConvNeXtHead<classes>(%tap)
    yield %y
  } else {
    %z = if startswith(name, "resnet") {
      %y = instance @ResNetHead<classes>(%tap)
      yield %y
    } else {
      %y = instance @EfficientNetHead<classes, name>(%tap)
      yield %y
    }
    yield %z
  }
  return %logits
}
