// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The entry points of a compiled model, and the sections of a configuration. Programs on tensors take and give images
// as NCHW, as PyTorch does; `sample` gives bytes, ready to be written as PNG.
dpsims.import "interface.mlir"
dpsims.import "generator.mlir"
dpsims.import "discriminator.mlir"
dpsims.import "backbones.mlir"
dpsims.import "training.mlir"
dpsims.import "inception.mlir"
dpsims.import "lpips.mlir"
dpsims.import "upernet.mlir"
dpsims.import "drn.mlir"
dpsims.import "deeplab.mlir"

dpsims.section "generator" of @Generator
dpsims.section "discriminator" of @Discriminator
dpsims.section "loss" of @Loss
dpsims.section "optimizer" of @Optimizer
dpsims.section "upernet" of @UperNet
dpsims.section "drn" of @Drn
dpsims.section "deeplab" of @DeepLab

// One image a label map, 8 bits a channel, NHWC.
dpsims.program @sample<batch: int, num_classes: int, image_size: list, generator: record> {
  %image, %features = instance @Generate<batch, num_classes, image_size, generator, mode = "inference">()
  %one = constant <value = 1.0>
  %half = constant <value = 127.5>
  %positive = add %image, %one
  %scaled = mul %positive, %half
  %bytes = cast %scaled <type = "u8">
  output "image" %bytes
}

dpsims.program @generator<batch: int, num_classes: int, image_size: list, generator: record> {
  %image, %features = instance @Generate<batch, num_classes, image_size, generator, mode = "inference">()
  %nchw = instance @ToNCHW(%image)
  output "image" %nchw
}

dpsims.program @discriminator<batch: int, num_classes: int, image_size: list, discriminator: record> {
  %image = instance @ImageInput<batch, image_size>()
  %logits = instance @Discriminator<num_classes, mode = "batch", ...discriminator>(%image)
  %nchw = instance @ToNCHW(%logits)
  output "logits" %nchw
}

// The discriminator's backbone alone: its four taps.
dpsims.program @features<batch: int, image_size: list, discriminator: record> {
  %image = instance @ImageInput<batch, image_size>()
  %taps, %last = instance @Backbone<name = discriminator.backbone, mode = "inference">(%image)
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
  %taps, %features = instance @Backbone<name = discriminator.backbone, mode = "inference">(%image)
  %logits = instance @Head<name = discriminator.backbone>(%features)
  output "logits" %logits
}

//===-- Evaluation ------------------------------------------------------------------------------------------------===//

// The features that FID and KID compare.
dpsims.program @inception<batch: int, image_size: list> {
  %image = instance @PictureInput<name = "image", batch, image_size>()
  %features = instance @InceptionFeatures(%image)
  output "features" %features
}

// How different two pictures look, by AlexNet's features and by VGG16's.
dpsims.program @lpips_alex<batch: int, image_size: list> {
  %first = instance @PictureInput<name = "first", batch, image_size>()
  %second = instance @PictureInput<name = "second", batch, image_size>()
  %distance = instance @Lpips<net = "alex">(%first, %second)
  output "distance" %distance
}

dpsims.program @lpips_vgg<batch: int, image_size: list> {
  %first = instance @PictureInput<name = "first", batch, image_size>()
  %second = instance @PictureInput<name = "second", batch, image_size>()
  %distance = instance @Lpips<net = "vgg">(%first, %second)
  output "distance" %distance
}

// Which label each pixel of a picture has: ADE20K's by UperNet, Cityscapes' by DRN-D-105, COCO-Stuff's by DeepLab-v2.
dpsims.program @upernet<batch: int, num_classes: int, image_size: list, upernet: record> {
  %picture = instance @PictureInput<name = "image", batch, image_size>()
  %logits = instance @UperNet<num_classes, ...upernet>(%picture)
  instance @LogitsOutput<image_size>(%logits)
}

dpsims.program @drn<batch: int, num_classes: int, image_size: list, drn: record> {
  %picture = instance @PictureInput<name = "image", batch, image_size>()
  %logits = instance @Drn<num_classes, image_size, ...drn>(%picture)
  instance @LogitsOutput<image_size>(%logits)
}

dpsims.program @deeplab<batch: int, num_classes: int, image_size: list, deeplab: record> {
  %picture = instance @PictureInput<name = "image", batch, image_size>()
  %logits = instance @DeepLab<num_classes, ...deeplab>(%picture)
  instance @LogitsOutput<image_size>(%logits)
}

//===-- Training --------------------------------------------------------------------------------------------------===//

// One iteration: a step of the generator and of its average, then one of the discriminator on fresh images.
dpsims.program @train<batch: int, num_classes: int, image_size: list, generator: record, discriminator: record,
                      loss: record, optimizer: record> {
  instance @Loss<...loss>()
  instance @Optimizer<...optimizer>()
  let setup = {batch = batch, num_classes = num_classes, image_size = image_size, generator = generator,
               discriminator = discriminator, loss = loss, prefix = "loss/", scalar = []}
  %loss_g = instance @GeneratorLoss<setup>()
  instance @Report<setup, name = "g">(%loss_g)
  instance @Minimize<network = "generator", optimizer>(%loss_g)
  instance @MovingAverage<network = "generator", decay = optimizer.ema_decay>()
  %loss_d = instance @DiscriminatorLoss<setup>()
  instance @Report<setup, name = "d">(%loss_d)
  instance @Minimize<network = "discriminator", optimizer>(%loss_d)
}

// What a step would follow: the losses and every trained weight's gradient.
dpsims.program pure @generator_gradients<batch: int, num_classes: int, image_size: list, generator: record,
                                         discriminator: record, loss: record> {
  instance @Loss<...loss>()
  let setup = {batch = batch, num_classes = num_classes, image_size = image_size, generator = generator,
               discriminator = discriminator, loss = loss, prefix = "", scalar = [1]}
  %loss = instance @GeneratorLoss<setup>()
  output "loss" %loss
  instance @GradientOutputs<network = "generator">(%loss)
}

dpsims.program pure @discriminator_gradients<batch: int, num_classes: int, image_size: list, generator: record,
                                             discriminator: record, loss: record> {
  instance @Loss<...loss>()
  let setup = {batch = batch, num_classes = num_classes, image_size = image_size, generator = generator,
               discriminator = discriminator, loss = loss, prefix = "", scalar = [1]}
  %loss = instance @DiscriminatorLoss<setup>()
  output "loss" %loss
  instance @GradientOutputs<network = "discriminator">(%loss)
}

// Before the generator's average is used, its BatchNorm gets the statistics of training batches, and spectral norm its
// vectors: with `momentum` 1 / k for the k-th batch the statistics are the batches' mean.
dpsims.program @statistics<batch: int, num_classes: int, image_size: list, generator: record> {
  %image, %features = instance "ema.generator" @Generate<batch, num_classes, image_size, generator,
                                                         mode = "statistics">()
}
