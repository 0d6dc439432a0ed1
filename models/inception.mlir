// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Inception-v3 (arXiv 1512.00567) as FID wants it: the network of 2015-12-05, which differs from later ones in its
// pooling, under the names of the weights that pytorch-fid uses.
dpsims.import "nn.mlir"
dpsims.import "resampling.mlir"

// A convolution, BatchNorm, ReLU. `padded` keeps the size where the stride is 1.
dpsims.block @InceptionConv<out: int, kernel: list = [1, 1], stride: int = 1, padded: bool = true>(%x) {
  let size = shape %x
  let border = select(padded, [kernel[0] / 2, kernel[1] / 2], [0, 0])
  %w = weight "conv.weight" <shape = [out, size[3]] + kernel, init = "xavier_normal">
  %c = conv2d %x, %w <stride = stride, padding = border>
  %n = instance "bn" @BatchNorm<c = out, eps = 1.0e-3, mode = "inference">(%c)
  %y = relu %n
  return %y
}

// Convolutions one after the other; several are numbered.
dpsims.block @InceptionBranch<name: string, convs: list>(%x) {
  %y = repeat i to len(convs) (%h = %x) {
    let number = i + 1
    %c = if len(convs) == 1 {
      %a = instance "{name}" @InceptionConv<...convs[i]>(%h)
      yield %a
    } else {
      %a = instance "{name}_{number}" @InceptionConv<...convs[i]>(%h)
      yield %a
    }
    yield %c
  }
  return %y
}

// The 1x1 convolution of what 3x3 pooling gives: the mean, without the padding, or in the last block the maximum.
dpsims.block @InceptionPool<out: int, maximum: bool = false>(%x) {
  %p = if maximum {
    %m = max_pool %x <kernel = 3, stride = 1, padding = 1>
    yield %m
  } else {
    %m = instance @AveragePool<kernel = 3, padding = 1, count_padding = false>(%x)
    yield %m
  }
  %y = instance "branch_pool" @InceptionConv<out>(%p)
  return %y
}

dpsims.block @InceptionA<pool: int>(%x) {
  %a = instance @InceptionBranch<name = "branch1x1", convs = [{out = 64}]>(%x)
  %b = instance @InceptionBranch<name = "branch5x5", convs = [{out = 48}, {out = 64, kernel = [5, 5]}]>(%x)
  let triple = [{out = 64}, {out = 96, kernel = [3, 3]}, {out = 96, kernel = [3, 3]}]
  %c = instance @InceptionBranch<name = "branch3x3dbl", convs = triple>(%x)
  %d = instance @InceptionPool<out = pool>(%x)
  %y = concat %a, %b, %c, %d <axis = 3>
  return %y
}

dpsims.block @InceptionB(%x) {
  let single = [{out = 384, kernel = [3, 3], stride = 2, padded = false}]
  %a = instance @InceptionBranch<name = "branch3x3", convs = single>(%x)
  let triple = [{out = 64}, {out = 96, kernel = [3, 3]}, {out = 96, kernel = [3, 3], stride = 2, padded = false}]
  %b = instance @InceptionBranch<name = "branch3x3dbl", convs = triple>(%x)
  %c = max_pool %x <kernel = 3, stride = 2, padding = 0>
  %y = concat %a, %b, %c <axis = 3>
  return %y
}

// 7x7 convolutions as a row and a column.
dpsims.block @InceptionC<width: int>(%x) {
  let row = [1, 7]
  let column = [7, 1]
  %a = instance @InceptionBranch<name = "branch1x1", convs = [{out = 192}]>(%x)
  let triple = [{out = width}, {out = width, kernel = row}, {out = 192, kernel = column}]
  %b = instance @InceptionBranch<name = "branch7x7", convs = triple>(%x)
  let chain = [{out = width}, {out = width, kernel = column}, {out = width, kernel = row},
               {out = width, kernel = column}, {out = 192, kernel = row}]
  %c = instance @InceptionBranch<name = "branch7x7dbl", convs = chain>(%x)
  %d = instance @InceptionPool<out = 192>(%x)
  %y = concat %a, %b, %c, %d <axis = 3>
  return %y
}

dpsims.block @InceptionD(%x) {
  let double = [{out = 192}, {out = 320, kernel = [3, 3], stride = 2, padded = false}]
  %a = instance @InceptionBranch<name = "branch3x3", convs = double>(%x)
  let chain = [{out = 192}, {out = 192, kernel = [1, 7]}, {out = 192, kernel = [7, 1]},
               {out = 192, kernel = [3, 3], stride = 2, padded = false}]
  %b = instance @InceptionBranch<name = "branch7x7x3", convs = chain>(%x)
  %c = max_pool %x <kernel = 3, stride = 2, padding = 0>
  %y = concat %a, %b, %c <axis = 3>
  return %y
}

// Both halves of a 3x3 convolution, side by side.
dpsims.block @InceptionSplit<name: string>(%x) {
  %a = instance "{name}a" @InceptionConv<out = 384, kernel = [1, 3]>(%x)
  %b = instance "{name}b" @InceptionConv<out = 384, kernel = [3, 1]>(%x)
  %y = concat %a, %b <axis = 3>
  return %y
}

dpsims.block @InceptionE<maximum: bool>(%x) {
  %a = instance "branch1x1" @InceptionConv<out = 320>(%x)
  %b1 = instance "branch3x3_1" @InceptionConv<out = 384>(%x)
  %b = instance @InceptionSplit<name = "branch3x3_2">(%b1)
  %c2 = instance @InceptionBranch<name = "branch3x3dbl", convs = [{out = 448}, {out = 384, kernel = [3, 3]}]>(%x)
  %c = instance @InceptionSplit<name = "branch3x3dbl_3">(%c2)
  %d = instance @InceptionPool<out = 192, maximum>(%x)
  %y = concat %a, %b, %c, %d <axis = 3>
  return %y
}

dpsims.block @InceptionStem(%x) {
  let valid = {kernel = [3, 3], padded = false}
  %a1 = instance "Conv2d_1a_3x3" @InceptionConv<out = 32, stride = 2, ...valid>(%x)
  %a2 = instance "Conv2d_2a_3x3" @InceptionConv<out = 32, ...valid>(%a1)
  %a3 = instance "Conv2d_2b_3x3" @InceptionConv<out = 64, kernel = [3, 3]>(%a2)
  %a = max_pool %a3 <kernel = 3, stride = 2, padding = 0>
  %b1 = instance "Conv2d_3b_1x1" @InceptionConv<out = 80>(%a)
  %b2 = instance "Conv2d_4a_3x3" @InceptionConv<out = 192, ...valid>(%b1)
  %b = max_pool %b2 <kernel = 3, stride = 2, padding = 0>
  return %b
}

// Images from 0 to 255 of any size to their 2048 features (N, 2048), as pytorch-fid prepares them: [0, 1] resized
// bilinearly to 299 x 299 without antialiasing, then [-1, 1].
dpsims.block @InceptionFeatures(%bytes) {
  %most = constant <value = 255.0>
  %one = constant <value = 1.0>
  %two = constant <value = 2.0>
  %unit = div %bytes, %most
  %small = instance @Resize<height = 299, width = 299>(%unit)
  %twice = mul %small, %two
  %image = sub %twice, %one
  %stem = instance @InceptionStem(%image)
  %b = instance "Mixed_5b" @InceptionA<pool = 32>(%stem)
  %c = instance "Mixed_5c" @InceptionA<pool = 64>(%b)
  %d = instance "Mixed_5d" @InceptionA<pool = 64>(%c)
  %e = instance "Mixed_6a" @InceptionB(%d)
  %f = instance "Mixed_6b" @InceptionC<width = 128>(%e)
  %g = instance "Mixed_6c" @InceptionC<width = 160>(%f)
  %h = instance "Mixed_6d" @InceptionC<width = 160>(%g)
  %i = instance "Mixed_6e" @InceptionC<width = 192>(%h)
  %j = instance "Mixed_7a" @InceptionD(%i)
  %k = instance "Mixed_7b" @InceptionE<maximum = false>(%j)
  %l = instance "Mixed_7c" @InceptionE<maximum = true>(%k)
  %y = instance @GlobalMean<c = 2048>(%l)
  return %y
}
