// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A classifier of points: (batch, 2) to (batch, classes).
dpsims.block @Linear<in: int, out: int>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %b = weight "bias" <shape = [out], init = "zeros">
  %y = matmul %x, %w, %b <transpose_b = true>
  return %y
}

dpsims.network @Classifier<classes: int, width: int = 16, depth: int = 2, smooth: bool = false>(%points) {
  assert width mod 2 == 0, "width = {width} must be even"
  let half = width / 2
  %first = instance "first" @Linear<in = 2, out = width>(%points)
  %h = repeat i to depth (%a = %first) {
    %squeezed = instance "blocks.{i}.down" @Linear<in = width, out = half>(%a)
    %bent = if smooth {
      %g = gelu %squeezed
      yield %g
    } else {
      %r = relu %squeezed
      yield %r
    }
    %wide = instance "blocks.{i}.up" @Linear<in = half, out = width>(%bent)
    %sum = add %a, %wide
    yield %sum
  }
  %logits = instance "last" @Linear<in = width, out = classes>(%h)
  return %logits
}

dpsims.section "classifier" of @Classifier

dpsims.program @classify<batch: int, classes: int, classifier: record> {
  %points = input "points" <shape = [batch, 2]>
  %logits = instance @Classifier<classes, ...classifier>(%points)
  %probabilities = softmax %logits
  output "probabilities" %probabilities
}
