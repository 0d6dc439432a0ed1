// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The losses of DP-SIMS, each from values to a mean of shape [1]. Logits are (N, H, W, classes + 1): channel 0 says
// "generated", channel k + 1 label k. Label maps are (N, H, W) ids; an id outside the classes is ignored.
dpsims.import "nn.mlir"

// Mean of all elements.
dpsims.block @Mean(%x) {
  let size = shape %x
  %rows = reshape %x <shape = [size[0] * size[1], -1]>
  %means = reduce %rows <kind = "mean", axes = [1]>
  %mean = reduce %means <kind = "mean", axes = [0]>
  %r = reshape %mean <shape = [1]>
  return %r
}

// Labels as one channel a class, and one more for those that are ignored.
dpsims.block @Classes<classes: int>(%labels) {
  %known = one_hot %labels <classes = classes>
  %any = reduce %known <kind = "sum", axes = [3]>
  %one = constant <value = 1.0>
  %ignored = sub %one, %any
  return %known, %ignored
}

// A weight for each class by its frequency in the batch: pixels / (present classes * pixels of the class), 0 for an
// absent one.
dpsims.block @ClassWeights(%known) {
  let size = shape %known
  %zero = constant <value = 0.0>
  %one = constant <value = 1.0>
  %pixels = constant <value = 1.0 * size[0] * size[1] * size[2]>
  %count = reduce %known <kind = "sum", axes = [0, 1, 2]>
  %present = greater %count, %zero
  %classes = reduce %present <kind = "sum", axes = [3]>
  %some = maximum %classes, %one
  %least = maximum %count, %one
  %share = mul %some, %least
  %inverse = div %pixels, %share
  %weights = mul %present, %inverse
  return %weights
}

// Focal cross entropy, -(1 - p)^gamma log p, from log p: what is told well already counts little.
dpsims.block @Focal<gamma: float>(%log_p) {
  %entropy = neg %log_p
  %loss = if gamma == 0.0 { yield %entropy } else {
    %one = constant <value = 1.0>
    %p = exp %log_p
    %q = sub %one, %p
    %hardness = pow %q <exponent = gamma>
    %r = mul %hardness, %entropy
    yield %r
  }
  return %loss
}

// Each pixel to its label, classes balanced.
dpsims.block @RealLoss<gamma: float>(%logits, %labels) {
  let size = shape %logits
  %known, %ignored = instance @Classes<classes = size[3] - 1>(%labels)
  %weights = instance @ClassWeights(%known)
  %weighted = mul %known, %weights
  %weight = reduce %weighted <kind = "sum", axes = [3]>
  %target = concat %ignored, %known <axis = 3>                // where ignored: any channel, its weight is 0
  %log_softmax = log_softmax %logits
  %chosen = mul %target, %log_softmax
  %log_p = reduce %chosen <kind = "sum", axes = [3]>
  %focal = instance @Focal<gamma>(%log_p)
  %loss = mul %weight, %focal
  %mean = instance @Mean(%loss)
  return %mean
}

// Each pixel to "generated".
dpsims.block @FakeLoss<gamma: float>(%logits) {
  let size = shape %logits
  %log_softmax = log_softmax %logits
  %log_p = slice %log_softmax <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [size[0], size[1], size[2], 1]>
  %loss = instance @Focal<gamma>(%log_p)
  %mean = instance @Mean(%loss)
  return %mean
}

// By how much more the discriminator takes an image's pixels for their labels than for generated, the mean over the
// image's pixels, of which ignored ones count 0; the sum over images.
dpsims.block @RealScore(%logits, %labels) {
  let size = shape %logits
  %known, %ignored = instance @Classes<classes = size[3] - 1>(%labels)
  %one = constant <value = 1.0>
  %some = sub %one, %ignored
  %against = neg %some
  %signs = concat %against, %known <axis = 3>
  %signed = mul %signs, %logits
  %mean = instance @Mean(%signed)
  %sum = constant <value = 1.0 * size[0] * size[3]>          // from the mean over batch and channels
  %score = mul %mean, %sum
  return %score
}

// R1 (Mescheder et al., arXiv 1801.04406), with that score as the discriminator's output: the squared length of its
// slope at an image, the mean over the batch.
dpsims.block @SlopePenalty(%images, %logits, %labels) {
  let size = shape %images
  %score = instance @RealScore(%logits, %labels)
  %wanted = list(%images)
  %gradients = gradient %score, %wanted
  %slope = get %gradients <index = 0>
  %squares = square %slope
  %mean = instance @Mean(%squares)
  %values = constant <value = 1.0 * size[1] * size[2] * size[3]>
  %penalty = mul %mean, %values
  return %penalty
}

// Rows of x (N, cells, C) chosen by one-hot rows (N, P, cells), of length 1.
dpsims.block @Patches(%x, %pick) {
  let size = shape %x
  %cells = reshape %x <shape = [size[0], size[1] * size[2], size[3]]>
  %chosen = matmul %pick, %cells
  %unit = instance @Unit(%chosen)
  return %unit
}

// The ids of a map (N, H, W) at chosen cells of a tap's grid (N, h, w), each cell by its top left pixel: (N, P, 1).
dpsims.block @PatchSegments<grid: list>(%segments, %pick) {
  let size = shape %segments
  %small = slice %segments <start = [0, 0, 0], step = [1, size[1] / grid[1], size[2] / grid[2]], size = grid>
  %ids = cast %small <type = "f32">
  %cells = reshape %ids <shape = [grid[0], grid[1] * grid[2], 1]>
  %chosen = matmul %pick, %cells
  return %chosen
}

// Patch InfoNCE at one tap. Anchors: generated features at P positions `index` (N, P) of the grid; the positive: the
// photo's features there; the negatives: those at the other positions, but for the anchor's own segment.
dpsims.block @PatchLoss<temperature: float>(%fake, %real, %segments, %index) {
  let size = shape %fake
  let chosen = shape %index
  let patches = chosen[1]
  %pick = one_hot %index <classes = size[1] * size[2]>
  %anchors = instance @Patches(%fake, %pick)
  %constant = stop_gradient %real
  %keys = instance @Patches(%constant, %pick)
  %cosine = matmul %anchors, %keys <transpose_b = true>
  %temperature = constant <value = temperature>
  %similarity = div %cosine, %temperature
  %ids = instance @PatchSegments<grid = [size[0], size[1], size[2]]>(%segments, %pick)
  %row = reshape %ids <shape = [size[0], 1, patches]>
  %differs = not_equal %ids, %row
  %i = iota <shape = [patches, 1], axis = 0>
  %j = iota <shape = [1, patches], axis = 1>
  %other = not_equal %i, %j
  %one = constant <value = 1.0>
  %same = sub %one, %other
  %counts = maximum %differs, %same
  %never = constant <value = -1.0e30>
  %kept = select %counts, %similarity, %never
  %log_softmax = log_softmax %kept
  %diagonal = mul %log_softmax, %same
  %log_p = reduce %diagonal <kind = "sum", axes = [2]>
  %entropy = neg %log_p
  %mean = instance @Mean(%entropy)
  return %mean
}

// Patch InfoNCE, the mean of four taps.
dpsims.block @ContrastiveLoss<temperature: float>(%fake_taps, %real_taps, %segments, %indices) {
  %zero = constant <value = 0.0, shape = [1]>
  %sum = repeat i to 4 (%total = %zero) {
    %fake = get %fake_taps <index = i>
    %real = get %real_taps <index = i>
    %index = get %indices <index = i>
    %part = instance @PatchLoss<temperature>(%fake, %real, %segments, %index)
    %next = add %total, %part
    yield %next
  }
  %quarter = constant <value = 0.25>
  %mean = mul %sum, %quarter
  return %mean
}

// [margin - mean |a - b|]+ of each image, for what two noises made.
dpsims.block @DiversityLoss<margin: float>(%a, %b) {
  let size = shape %a
  %difference = sub %a, %b
  %absolute = abs %difference
  %distance = reduce %absolute <kind = "mean", axes = [1, 2, 3]>
  %margin = constant <value = margin>
  %missing = sub %margin, %distance
  %loss = relu %missing
  %mean = instance @Mean(%loss)
  return %mean
}

// LabelMix (OASIS): 1 where the pixel's label is chosen; `choice` has an entry a class and a last for what is ignored.
dpsims.block @LabelMask(%labels, %choice) {
  let size = shape %choice
  %known, %ignored = instance @Classes<classes = size[0] - 1>(%labels)
  %all = concat %known, %ignored <axis = 3>
  %values = cast %choice <type = "f32">
  %chosen = mul %all, %values
  %mask = reduce %chosen <kind = "sum", axes = [3]>
  return %mask
}

// a where the mask is 1, b where it is 0.
dpsims.block @Mix(%mask, %a, %b) {
  %one = constant <value = 1.0>
  %rest = sub %one, %mask
  %from_a = mul %mask, %a
  %from_b = mul %rest, %b
  %mixed = add %from_a, %from_b
  return %mixed
}

// Mean squared difference of the mix's logits and the logits' mix.
dpsims.block @LabelMixLoss(%mixed, %real, %fake, %mask) {
  %expected = instance @Mix(%mask, %real, %fake)
  %difference = sub %mixed, %expected
  %squares = square %difference
  %mean = instance @Mean(%squares)
  return %mean
}
