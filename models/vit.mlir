// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The plain vision transformer (ViT, arXiv 2010.11929; DeiT, arXiv 2012.12877) under timm's weight names. It has one
// resolution, 1/16: the taps are its tokens after each quarter of the blocks as maps, the first two upsampled to 1/4
// and 1/8, the last brought to 1/32 by the mean of 2x2 (ours).
dpsims.import "nn.mlir"
dpsims.import "transformer.mlir"

dpsims.block @ViTAttention<c: int, heads: int>(%x) {
  %q, %k, %v = instance @QueryKeyValue<c, heads>(%x)
  %a = attention %q, %k, %v <scale = 1.0 / sqrt(c / heads)>
  %y = instance @JoinHeads<c, heads>(%a)
  return %y
}

dpsims.block @ViTBlock<c: int, heads: int>(%x) {
  %n1 = instance "norm1" @LayerNorm<c, eps = 1.0e-6>(%x)
  %a = instance "attn" @ViTAttention<c, heads>(%n1)
  %h = add %x, %a
  %n2 = instance "norm2" @LayerNorm<c, eps = 1.0e-6>(%h)
  %m = instance "mlp" @Mlp<c>(%n2)
  %y = add %h, %m
  return %y
}

// The matrix (to, from) that resamples `from` values to `to` by Keys' cubic kernel with a = -1/2, widened where it
// makes fewer of them: PyTorch's bicubic interpolation with antialiasing, along one axis.
dpsims.block @CubicResampling<from: int, to: int>() {
  let scale = 1.0 * from / to
  %i = iota <shape = [to, from], axis = 0>
  %j = iota <shape = [to, from], axis = 1>
  %target = cast %i <type = "f32">
  %source = cast %j <type = "f32">
  %step = constant <value = scale>
  %offset = constant <value = 0.5 * scale - 0.5>
  %width = constant <value = max(scale, 1.0)>
  %scaled = mul %target, %step
  %center = add %scaled, %offset
  %away = sub %source, %center
  %distance = abs %away
  %x = div %distance, %width
  %near = instance @Cubic<cubic = 1.5, square = -2.5, linear = 0.0, constant = 1.0>(%x)
  %far = instance @Cubic<cubic = -0.5, square = 2.5, linear = -4.0, constant = 2.0>(%x)
  %zero = constant <value = 0.0>
  %one = constant <value = 1.0>
  %two = constant <value = 2.0>
  %inside = greater %two, %x
  %center_part = greater %one, %x
  %tail = select %inside, %far, %zero
  %kernel = select %center_part, %near, %tail
  %sum = reduce %kernel <kind = "sum", axes = [1]>
  %weights = div %kernel, %sum
  return %weights
}

dpsims.block @Cubic<cubic: float, square: float, linear: float, constant: float>(%x) {
  %c3 = constant <value = cubic>
  %c2 = constant <value = square>
  %c1 = constant <value = linear>
  %c0 = constant <value = constant>
  %t3 = mul %x, %c3
  %s2 = add %t3, %c2
  %t2 = mul %s2, %x
  %s1 = add %t2, %c1
  %t1 = mul %s1, %x
  %y = add %t1, %c0
  return %y
}

// The learned embeddings of a grid x grid image's positions (grid * grid, c), resampled to another size (height *
// width, c).
dpsims.block @ResamplePositions<c: int, grid: int, height: int, width: int>(%positions) {
  %rows = instance @CubicResampling<from = grid, to = height>()
  %columns = instance @CubicResampling<from = grid, to = width>()
  %by_row = reshape %positions <shape = [grid, grid * c]>
  %tall = matmul %rows, %by_row
  %split = reshape %tall <shape = [height, grid, c]>
  %by_column = transpose %split <perm = [1, 0, 2]>
  %matrix = reshape %by_column <shape = [grid, height * c]>
  %wide = matmul %columns, %matrix
  %split_wide = reshape %wide <shape = [width, height, c]>
  %image = transpose %split_wide <perm = [1, 0, 2]>
  %y = reshape %image <shape = [height * width, c]>
  return %y
}

// Patches of 16 x 16 pixels as tokens (N, 1 + height * width, c), the class token first, their positions added. `grid`
// is that of the images which the file was trained on.
dpsims.block @ViTTokens<c: int, grid: int>(%image) {
  let size = shape %image
  assert size[1] mod 16 == 0 and size[2] mod 16 == 0, "image size {size}: multiples of 16 only"
  let height = size[1] / 16
  let width = size[2] / 16
  %map = instance "patch_embed.proj" @Conv2d<in = 3, out = c, kernel = 16, stride = 16, padding = 0>(%image)
  %patches = reshape %map <shape = [size[0], height * width, c]>
  %class = weight "cls_token" <shape = [1, 1, c], init = "normal", value = 1.0e-6>
  %embeddings = weight "pos_embed" <shape = [1, 1 + grid * grid, c], init = "normal", value = 0.02>
  %first = slice %embeddings <start = [0, 0, 0], step = [1, 1, 1], size = [1, 1, c]>
  %others = slice %embeddings <start = [0, 1, 0], step = [1, 1, 1], size = [1, grid * grid, c]>
  %positions = if height == grid and width == grid { yield %others } else {
    %here = instance @ResamplePositions<c, grid, height, width>(%others)
    yield %here
  }
  %added = add %patches, %positions
  %token = add %class, %first
  %tokens = broadcast %token <shape = [size[0], 1, c]>
  %y = concat %tokens, %added <axis = 1>
  return %y
}

// The patches' tokens as a map (N, height, width, c), without the class token.
dpsims.block @ViTMap<height: int, width: int>(%tokens) {
  let size = shape %tokens
  %patches = slice %tokens <start = [0, 1, 0], step = [1, 1, 1], size = [size[0], size[1] - 1, size[2]]>
  %y = reshape %patches <shape = [size[0], height, width, size[2]]>
  return %y
}

// The mean of each 2 x 2 pixels.
dpsims.block @HalfSize(%x) {
  let size = shape %x
  assert size[1] mod 2 == 0 and size[2] mod 2 == 0, "a map of {size}: even sizes only"
  %split = reshape %x <shape = [size[0], size[1] / 2, 2, size[2] / 2, 2, size[3]]>
  %mean = reduce %split <kind = "mean", axes = [2, 4]>
  %y = reshape %mean <shape = [size[0], size[1] / 2, size[2] / 2, size[3]]>
  return %y
}

// Width, heads, blocks and the grid of the positions by timm's name. Beside the taps it gives the class token after the
// last norm, for the head.
dpsims.block @ViT<name: string>(%image) {
  let sizes = {
    tiny = {width = 192, heads = 3, depth = 12},
    small = {width = 384, heads = 6, depth = 12},
    base = {width = 768, heads = 12, depth = 12},
    large = {width = 1024, heads = 16, depth = 24}
  }
  let variants = {
    vit_tiny_patch16_224 = {size = "tiny", grid = 14}, vit_tiny_patch16_384 = {size = "tiny", grid = 24},
    vit_small_patch16_224 = {size = "small", grid = 14}, vit_small_patch16_384 = {size = "small", grid = 24},
    vit_base_patch16_224 = {size = "base", grid = 14}, vit_base_patch16_384 = {size = "base", grid = 24},
    vit_large_patch16_224 = {size = "large", grid = 14}, vit_large_patch16_384 = {size = "large", grid = 24},
    deit_tiny_patch16_224 = {size = "tiny", grid = 14}, deit_small_patch16_224 = {size = "small", grid = 14},
    deit_base_patch16_224 = {size = "base", grid = 14}, deit_base_patch16_384 = {size = "base", grid = 24}
  }
  assert contains(variants, name),
    "unknown backbone {name}: there are vit_SIZE_patch16_224 and _384 of tiny, small, base and large, deit_SIZE_patch16_224 of tiny, small and base, and deit_base_patch16_384"
  let variant = variants[name]
  let size = sizes[variant.size]
  let c = size.width
  let quarter = size.depth / 4
  let pixels = shape %image
  %tokens = instance @ViTTokens<c, grid = variant.grid>(%image)
  %none = list()
  %last, %maps = repeat i to 4 (%x = %tokens, %list = %none) {
    %y = repeat j to quarter (%h = %x) {
      let block = i * quarter + j
      %b = instance "blocks.{block}" @ViTBlock<c, heads = size.heads>(%h)
      yield %b
    }
    %map = instance @ViTMap<height = pixels[1] / 16, width = pixels[2] / 16>(%y)
    %longer = append %list, %map
    yield %y, %longer
  }
  %map0 = get %maps <index = 0>
  %map1 = get %maps <index = 1>
  %map2 = get %maps <index = 2>
  %map3 = get %maps <index = 3>
  %tap0 = upsample %map0 <factor = 4>
  %tap1 = upsample %map1 <factor = 2>
  %tap3 = instance @HalfSize(%map3)
  %taps = list(%tap0, %tap1, %map2, %tap3)
  %first = slice %last <start = [0, 0, 0], step = [1, 1, 1], size = [pixels[0], 1, c]>
  %token = reshape %first <shape = [pixels[0], c]>
  %class = instance "norm" @LayerNorm<c, eps = 1.0e-6>(%token)
  return %taps, %class
}

dpsims.block @ViTHead<classes: int>(%class) {
  let size = shape %class
  %y = instance "head" @Linear<in = size[1], out = classes>(%class)
  return %y
}
