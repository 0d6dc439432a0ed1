// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Pre-trained backbones by timm's names: an image in [-1, 1] to the list of its taps at 1/4, 1/8, 1/16 and 1/32 of
// its size, and what its classifier's head takes. To add a family: import its file, and give it a line in @Backbone,
// @Head and, where needed, @Normalize.
dpsims.import "nn.mlir"
dpsims.import "convnext.mlir"
dpsims.import "resnet.mlir"
dpsims.import "efficientnet.mlir"
dpsims.import "swin.mlir"
dpsims.import "vit.mlir"

// From [-1, 1] to what the backbone was trained on: [0, 1] less its mean, over its standard deviation. ImageNet's
// statistics, but 1/2 for the nets that were trained so.
dpsims.block @Normalize<name: string>(%image) {
  let half = startswith(name, "tf_efficientnet_lite") or name == "efficientnet_b1" or
             startswith(name, "vit_")
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
  %x = instance @Normalize<name>(%image)
  %taps, %features = if startswith(name, "vit_") or startswith(name, "deit_") {
    %t, %class = instance @ViT<name>(%x)
    yield %t, %class
  } else {
    %t = instance @Stages<name, mode>(%x)
    %last = get %t <index = 3>
    yield %t, %last
  }
  return %taps, %features
}

// Those whose stages are the taps; the head takes the last.
dpsims.block @Stages<name: string, mode: string>(%x) {
  %taps = if startswith(name, "convnext_") {
    %t = instance @ConvNeXt<name>(%x)
    yield %t
  } else if startswith(name, "resnet") {
    %t = instance @ResNet<name, mode>(%x)
    yield %t
  } else if startswith(name, "swin_") {
    %t = instance @Swin<name>(%x)
    yield %t
  } else {
    assert startswith(name, "efficientnet_") or startswith(name, "tf_efficientnet_"),
      "unknown backbone {name}: convnext_*, deit_*, efficientnet_*, resnet*, swin_*, tf_efficientnet_* and vit_* are known"
    %t = instance @EfficientNet<name, mode>(%x)
    yield %t
  }
  return %taps
}

// The classifier that the backbone was trained with: logits (N, classes) from the backbone's features.
dpsims.block @Head<name: string, classes: int = 1000>(%features) {
  %logits = if startswith(name, "convnext_") {
    %y = instance @ConvNeXtHead<classes>(%features)
    yield %y
  } else if startswith(name, "resnet") {
    %y = instance @ResNetHead<classes>(%features)
    yield %y
  } else if startswith(name, "swin_") {
    %y = instance @SwinHead<classes>(%features)
    yield %y
  } else if startswith(name, "vit_") or startswith(name, "deit_") {
    %y = instance @ViTHead<classes>(%features)
    yield %y
  } else {
    %y = instance @EfficientNetHead<classes, name>(%features)
    yield %y
  }
  return %logits
}
