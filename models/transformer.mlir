// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What vision transformers share, under timm's weight names.
dpsims.import "nn.mlir"

// Two linear layers with a GELU in between, four times as wide.
dpsims.block @Mlp<c: int>(%x) {
  %h = instance "fc1" @Linear<in = c, out = 4 * c>(%x)
  %g = gelu %h
  %y = instance "fc2" @Linear<in = 4 * c, out = c>(%g)
  return %y
}

// Query, key and value of each head, (B * heads, T, c / heads), from the tokens (B, T, c).
dpsims.block @QueryKeyValue<c: int, heads: int>(%tokens) {
  assert c mod heads == 0, "{c} channels cannot be shared by {heads} heads"
  let size = shape %tokens
  %all = instance "qkv" @Linear<in = c, out = 3 * c>(%tokens)
  %split = reshape %all <shape = [size[0], size[1], 3, heads, c / heads]>
  %first = transpose %split <perm = [2, 0, 3, 1, 4]>
  %none = list()
  %parts = repeat i to 3 (%list = %none) {
    %part = slice %first <start = [i, 0, 0, 0, 0], step = [1, 1, 1, 1, 1],
                          size = [1, size[0], heads, size[1], c / heads]>
    %matrices = reshape %part <shape = [size[0] * heads, size[1], c / heads]>
    %longer = append %list, %matrices
    yield %longer
  }
  %q = get %parts <index = 0>
  %k = get %parts <index = 1>
  %v = get %parts <index = 2>
  return %q, %k, %v
}

// The heads' results (B * heads, T, c / heads) side by side, (B, T, c), and a linear layer.
dpsims.block @JoinHeads<c: int, heads: int>(%x) {
  let size = shape %x
  %split = reshape %x <shape = [-1, heads, size[1], c / heads]>
  %tokens = transpose %split <perm = [0, 2, 1, 3]>
  %joined = reshape %tokens <shape = [-1, size[1], c]>
  %y = instance "proj" @Linear<in = c, out = c>(%joined)
  return %y
}
