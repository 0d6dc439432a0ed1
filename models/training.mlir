// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Training: what each network's step minimizes, and how. An iteration is the program @train.
dpsims.import "nn.mlir"
dpsims.import "losses.mlir"
dpsims.import "interface.mlir"
dpsims.import "discriminator.mlir"

// Focal class-balanced cross entropy (adversarial), patch InfoNCE (contrastive), hinge on two noises (diversity),
// R1 (the discriminator's slope at photos), LabelMix; a weight of 0 leaves a part out.
dpsims.network @Loss<focal_gamma: float = 2.0, contrastive_weight: float = 100.0, contrastive_temperature: float = 0.3,
                     contrastive_patches: int = 128, contrastive_segments: string = "labels",
                     diversity_weight: float = 10.0, diversity_margin: float = 0.5, diversity_on: string = "features",
                     r1_weight: float = 0.0, labelmix_weight: float = 0.0>() {
  assert focal_gamma >= 0.0, "focal_gamma = {focal_gamma} must not be negative"
  assert contrastive_weight >= 0.0, "contrastive_weight = {contrastive_weight} must not be negative"
  assert diversity_weight >= 0.0, "diversity_weight = {diversity_weight} must not be negative"
  assert r1_weight >= 0.0, "r1_weight = {r1_weight} must not be negative"
  assert labelmix_weight >= 0.0, "labelmix_weight = {labelmix_weight} must not be negative"
  assert contrastive_temperature > 0.0, "contrastive_temperature = {contrastive_temperature} must be positive"
  assert contrastive_patches > 0, "contrastive_patches = {contrastive_patches} must be 1 or more"
  assert contains(["labels", "instances"], contrastive_segments),
    "contrastive_segments = {contrastive_segments}: labels or instances"
  assert contains(["features", "image"], diversity_on), "diversity_on = {diversity_on}: features or image"
  return
}

// Adam and the exponential moving average of the generator. `discriminator_lr` 0 is `lr`; learning rates grow in the
// first `warmup_steps` steps; gradients are clipped each to a length of `clip_weight_norm`, then all of a network
// together to `clip_norm`, and 0 does not clip.
dpsims.network @Optimizer<lr: float = 1.0e-3, discriminator_lr: float = 0.0, warmup_steps: int = 0,
                          betas: list = [0.0, 0.99], eps: float = 1.0e-8, clip_weight_norm: float = 0.0,
                          clip_norm: float = 0.0, ema_decay: float = 0.9999>() {
  assert lr >= 0.0, "lr = {lr} must not be negative"
  assert discriminator_lr >= 0.0, "discriminator_lr = {discriminator_lr} must not be negative"
  assert warmup_steps >= 0, "warmup_steps = {warmup_steps} must not be negative"
  assert clip_weight_norm >= 0.0, "clip_weight_norm = {clip_weight_norm} must not be negative"
  assert len(betas) == 2, "betas = {betas} must have 2 entries"
  assert betas[0] >= 0.0 and betas[0] < 1.0 and betas[1] >= 0.0 and betas[1] < 1.0,
    "betas = {betas} must be in 0 to 1, without 1"
  assert eps > 0.0, "eps = {eps} must be positive"
  assert clip_norm >= 0.0, "clip_norm = {clip_norm} must not be negative"
  assert ema_decay >= 0.0 and ema_decay <= 1.0, "ema_decay = {ema_decay} must be in 0 to 1"
  return
}

//===-- The networks in training ----------------------------------------------------------------------------------===//
// `setup`: a record of the program's parameters, and how losses are reported.

// Generated images and their features.
dpsims.block @Fake<setup: record, noise: string, mode: string>() {
  %image, %features = instance shared "generator" @Generate<batch = setup.batch, num_classes = setup.num_classes,
    image_size = setup.image_size, generator = setup.generator, noise, mode>()
  return %image, %features
}

// The discriminator's backbone.
dpsims.block @Taps<setup: record>(%image) {
  let net = setup.discriminator
  %taps = instance shared "discriminator" @Encoder<backbone = net.backbone, pretrained = net.pretrained,
                                                   mode = "training">(%image)
  return %taps
}

// The rest of the discriminator. %real_taps give the statistics of conditioning where the configuration says so.
dpsims.block @Logits<setup: record, mode: string = "training">(%taps, %real_taps) {
  let net = setup.discriminator
  let statistics = net.conditioning_statistics
  assert contains(["batch", "real"], statistics), "conditioning_statistics = {statistics}: batch or real"
  %logits = instance shared "discriminator" @Decoder<num_classes = setup.num_classes,
    projection_widths = net.projection_widths, decoder_widths = net.decoder_widths, conditioning = net.conditioning,
    own = statistics == "batch", mode>(%taps, %real_taps)
  return %logits
}

// A part of a loss as an output of the program.
dpsims.block @Report<setup: record, name: string>(%part) {
  let prefix = setup.prefix
  %scalar = reshape %part <shape = setup.scalar>
  output "{prefix}{name}" %scalar
  return
}

// Reports a part, and adds so much of it to the total.
dpsims.block @AddPart<setup: record, name: string, weight: float>(%total, %part) {
  instance @Report<setup, name>(%part)
  %factor = constant <value = weight>
  %weighted = mul %part, %factor
  %sum = add %total, %weighted
  return %sum
}

//===-- The generator's loss --------------------------------------------------------------------------------------===//

// Positions of patches in each tap's grid, which the program's caller draws.
dpsims.block @PatchInputs<patches: int>(%taps) {
  %none = list()
  %indices = repeat i to 4 (%list = %none) {
    %tap = get %taps <index = i>
    let size = shape %tap
    %index = input "patch_index{i}" <shape = [size[0], min(patches, size[1] * size[2])], type = "i32", batched = true>
    %longer = append %list, %index
    yield %longer
  }
  return %indices
}

// Generated patches are to be like the photo's at the same place, and unlike those of other segments.
dpsims.block @ContrastivePart<setup: record>(%taps, %real_taps) {
  let loss = setup.loss
  %segments = instance @MapInput<name = loss.contrastive_segments, batch = setup.batch, image_size = setup.image_size>()
  %indices = instance @PatchInputs<patches = loss.contrastive_patches>(%taps)
  %part = instance @ContrastiveLoss<temperature = loss.contrastive_temperature>(%taps, %real_taps, %segments, %indices)
  return %part
}

// A second noise is to make another picture of the same labels.
dpsims.block @DiversityPart<setup: record>(%image, %features) {
  let on_image = setup.loss.diversity_on == "image"
  %image2, %features2 = instance @Fake<setup, noise = "z2", mode = "training">()
  %a, %b = if on_image { yield %image, %image2 } else { yield %features, %features2 }
  %part = instance @DiversityLoss<margin = setup.loss.diversity_margin>(%a, %b)
  return %part
}

dpsims.block @GeneratorLoss<setup: record>() {
  let loss = setup.loss
  let look_at_photo = (loss.contrastive_weight > 0.0) or setup.discriminator.conditioning_statistics == "real"
  %labels = instance @MapInput<name = "labels", batch = setup.batch, image_size = setup.image_size>()
  %fake, %features = instance @Fake<setup, noise = "z1", mode = "step">()
  %taps = instance @Taps<setup>(%fake)
  %real_taps = if look_at_photo {
    %photo = instance @ImageInput<batch = setup.batch, image_size = setup.image_size>()
    %t = instance @Taps<setup>(%photo)
    yield %t
  } else { yield %taps }

  // The discriminator is to see each pixel's label.
  %logits = instance @Logits<setup>(%taps, %real_taps)
  %adversarial = instance @RealLoss<gamma = loss.focal_gamma>(%logits, %labels)
  instance @Report<setup, name = "adversarial">(%adversarial)
  %with_contrastive = if loss.contrastive_weight > 0.0 {
    %part = instance @ContrastivePart<setup>(%taps, %real_taps)
    %sum = instance @AddPart<setup, name = "contrastive", weight = loss.contrastive_weight>(%adversarial, %part)
    yield %sum
  } else { yield %adversarial }
  %total = if loss.diversity_weight > 0.0 {
    %part = instance @DiversityPart<setup>(%fake, %features)
    %sum = instance @AddPart<setup, name = "diversity", weight = loss.diversity_weight>(%with_contrastive, %part)
    yield %sum
  } else { yield %with_contrastive }
  return %total
}

//===-- The discriminator's loss ----------------------------------------------------------------------------------===//

// The discriminator is to see a patchwork of photo and generated image as such.
dpsims.block @LabelMixPart<setup: record>(%photo, %fake, %real_taps, %real, %generated) {
  %labels = instance @MapInput<name = "labels", batch = setup.batch, image_size = setup.image_size>()
  %choice = input "labelmix_choice" <shape = [setup.num_classes + 1], type = "i32">
  %mask = instance @LabelMask(%labels, %choice)
  %mixed = instance @Mix(%mask, %photo, %fake)
  %taps = instance @Taps<setup>(%mixed)
  %logits = instance @Logits<setup>(%taps, %real_taps)
  %part = instance @LabelMixLoss(%logits, %real, %generated, %mask)
  return %part
}

dpsims.block @DiscriminatorLoss<setup: record>() {
  let loss = setup.loss
  %labels = instance @MapInput<name = "labels", batch = setup.batch, image_size = setup.image_size>()
  %image, %features = instance @Fake<setup, noise = "z3", mode = "training">()
  %fake = stop_gradient %image
  %photo = instance @ImageInput<batch = setup.batch, image_size = setup.image_size>()

  // Each pixel of a photo to its label, of a generated image to "generated".
  %real_taps = instance @Taps<setup>(%photo)
  %real = instance @Logits<setup, mode = "step">(%real_taps, %real_taps)
  %fake_taps = instance @Taps<setup>(%fake)
  %generated = instance @Logits<setup>(%fake_taps, %real_taps)
  %on_real = instance @RealLoss<gamma = loss.focal_gamma>(%real, %labels)
  %on_fake = instance @FakeLoss<gamma = loss.focal_gamma>(%generated)
  instance @Report<setup, name = "real">(%on_real)
  %both = instance @AddPart<setup, name = "fake", weight = 1.0>(%on_real, %on_fake)
  %with_r1 = if loss.r1_weight > 0.0 {
    %part = instance @SlopePenalty(%photo, %real, %labels)
    %sum = instance @AddPart<setup, name = "r1", weight = 0.5 * loss.r1_weight>(%both, %part)
    yield %sum
  } else { yield %both }
  %total = if loss.labelmix_weight > 0.0 {
    %part = instance @LabelMixPart<setup>(%photo, %fake, %real_taps, %real, %generated)
    %sum = instance @AddPart<setup, name = "labelmix", weight = loss.labelmix_weight>(%with_r1, %part)
    yield %sum
  } else { yield %with_r1 }
  return %total
}

//===-- The optimizer ---------------------------------------------------------------------------------------------===//

// A network's trained weights, as they are here.
dpsims.block @Weights<names: list>() {
  %none = list()
  %weights = repeat i to len(names) (%list = %none) {
    let name = names[i]
    %w = current "{name}"
    %longer = append %list, %w
    yield %longer
  }
  return %weights
}

dpsims.block @SumOfSquares(%x) {
  let size = shape %x
  %squares = square %x
  %rows = reshape %squares <shape = [size[0], -1]>
  %sums = reduce %rows <kind = "sum", axes = [1]>
  %sum = reduce %sums <kind = "sum", axes = [0]>
  %r = reshape %sum <shape = [1]>
  return %r
}

// What scales gradients of this sum of squares to a length of `most` at most.
dpsims.block @ClipFactor<most: float>(%squares) {
  %length = sqrt %squares
  %least = constant <value = 1.0e-6>
  %positive = add %length, %least
  %most = constant <value = most>
  %ratio = div %most, %positive
  %one = constant <value = 1.0>
  %factor = minimum %ratio, %one
  return %factor
}

// Each gradient scaled to a length of `most` at most; 0 does nothing.
dpsims.block @ClipEach<most: float, count: int>(%gradients) {
  %clipped = if most == 0.0 { yield %gradients } else {
    %none = list()
    %scaled = repeat i to count (%list = %none) {
      %g = get %gradients <index = i>
      %squares = instance @SumOfSquares(%g)
      %factor = instance @ClipFactor<most>(%squares)
      %s = mul %g, %factor
      %longer = append %list, %s
      yield %longer
    }
    yield %scaled
  }
  return %clipped
}

// Gradients scaled to a common length of `most` at most, all together; 0 does nothing.
dpsims.block @Clip<most: float, count: int>(%gradients) {
  %clipped = if most == 0.0 { yield %gradients } else {
    %zero = constant <value = 0.0, shape = [1]>
    %squares = repeat i to count (%sum = %zero) {
      %g = get %gradients <index = i>
      %s = instance @SumOfSquares(%g)
      %next = add %sum, %s
      yield %next
    }
    %factor = instance @ClipFactor<most>(%squares)
    %none = list()
    %scaled = repeat i to count (%list = %none) {
      %g = get %gradients <index = i>
      %s = mul %g, %factor
      %longer = append %list, %s
      yield %longer
    }
    yield %scaled
  }
  return %clipped
}

// A network's learning rate, which grows to `lr` in the first `steps` steps, a state of the optimizer; 0 is all at
// once.
dpsims.block @WarmUp<name: string, lr: float, steps: int>() {
  %lr = constant <value = lr>
  %rate = if steps == 0 { yield %lr } else {
    %begin = state "{name}" <shape = [1], init = "zeros", required = false>
    %done = current "{name}"
    %one = constant <value = 1.0>
    %step = add %done, %one
    %steps = constant <value = 1.0 * steps>
    %counted = minimum %step, %steps
    assign "{name}" %counted
    %part = div %counted, %steps
    %grown = mul %lr, %part
    yield %grown
  }
  return %rate
}

// An average over steps that forgets by `beta` a step, a state of the optimizer that begins at 0.
dpsims.block @Average<name: string, beta: float>(%x) {
  let size = shape %x
  %begin = state "{name}" <shape = size, init = "zeros", required = false>
  %part = constant <value = 1.0 - beta>
  instance @Approach<name>(%x, %part)
  %average = current "{name}"
  return %average
}

// Adam for one weight. What averages lack because they began at 0 is in %rate, lr / (1 - beta1^t), and in %root,
// sqrt(1 - beta2^t).
dpsims.block @Adam<name: string, betas: list, eps: float>(%gradient, %rate, %root) {
  %w = current "{name}"
  %m = if betas[0] == 0.0 { yield %gradient } else {
    %average = instance @Average<name = "optimizer." + name + ".m", beta = betas[0]>(%gradient)
    yield %average
  }
  %square = square %gradient
  %v = instance @Average<name = "optimizer." + name + ".v", beta = betas[1]>(%square)
  %deviation = sqrt %v
  %corrected = div %deviation, %root
  %eps = constant <value = eps>
  %scale = add %corrected, %eps
  %direction = div %m, %scale
  %move = mul %rate, %direction
  %new = sub %w, %move
  assign "{name}" %new
  return
}

// 1 - beta^t, as the average of ones: no difference of nearly equal numbers.
dpsims.block @Correction<name: string, beta: float>() {
  %one = constant <value = 1.0, shape = [1]>
  %r = if beta == 0.0 { yield %one } else {
    %average = instance @Average<name, beta>(%one)
    yield %average
  }
  return %r
}

// One step of a network down the gradient of its loss.
dpsims.block @Minimize<network: string, optimizer: record>(%loss) {
  let names = trained "{network}"
  let betas = optimizer.betas
  %weights = instance @Weights<names>()
  %gradients = gradient %loss, %weights
  %each = instance @ClipEach<most = optimizer.clip_weight_norm, count = len(names)>(%gradients)
  %clipped = instance @Clip<most = optimizer.clip_norm, count = len(names)>(%each)
  %correction1 = instance @Correction<name = "optimizer." + network + ".correction1", beta = betas[0]>()
  %correction2 = instance @Correction<name = "optimizer." + network + ".correction2", beta = betas[1]>()
  let own = network == "discriminator" and optimizer.discriminator_lr > 0.0
  %lr = instance @WarmUp<name = "optimizer." + network + ".warmup",
                         lr = select(own, optimizer.discriminator_lr, optimizer.lr),
                         steps = optimizer.warmup_steps>()
  %rate = div %lr, %correction1
  %root = sqrt %correction2
  repeat i to len(names) {
    %g = get %clipped <index = i>
    instance @Adam<name = names[i], betas, eps = optimizer.eps>(%g, %rate, %root)
    yield
  }
  return
}

// The exponential moving average of a network's weights, below "ema.". (Small steps: with a decay near 1 the rounding
// of the decay itself would shift an average of products.)
dpsims.block @MovingAverage<network: string, decay: float>() {
  let names = trained "{network}"
  %part = constant <value = 1.0 - decay>
  repeat i to len(names) {
    let name = names[i]
    %w = current "{name}"
    let size = shape %w
    %average = state "ema.{name}" <shape = size, init = "copy", of = name, required = false>
    %difference = sub %w, %average
    %step = mul %part, %difference
    %next = add %average, %step
    assign "ema.{name}" %next
    yield
  }
  return
}

// Gradients of a loss as outputs of the program.
dpsims.block @GradientOutputs<network: string>(%loss) {
  let names = trained "{network}"
  %weights = instance @Weights<names>()
  %gradients = gradient %loss, %weights
  repeat i to len(names) {
    let name = names[i]
    %g = get %gradients <index = i>
    output "gradient/{name}" %g
    yield
  }
  return
}
