// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Swin (arXiv 2103.14030) under timm's weight names: attention within windows, which every other block shifts by half a
// window. Taps are the raw outputs of the four stages.
dpsims.import "nn.mlir"
dpsims.import "transformer.mlir"

// A number for each pair of a window's pixels: its row in the table of relative positions, (area, area), i32.
dpsims.block @RelativePosition<height: int, width: int>() {
  let area = height * width
  %rows = instance @PairDifference<sizes = [height, width, height, width], axis = 0>()
  %columns = instance @PairDifference<sizes = [height, width, height, width], axis = 1>()
  %stride = constant <value = 2.0 * width - 1.0>
  %first = constant <value = 1.0 * (height - 1) * (2 * width - 1) + width - 1>
  %by_row = mul %rows, %stride
  %signed = add %by_row, %columns
  %row = add %signed, %first
  %index = cast %row <type = "i32">
  %y = reshape %index <shape = [area, area]>
  return %y
}

// The index along an axis less that along the axis two further.
dpsims.block @PairDifference<sizes: list, axis: int>() {
  %i = iota <shape = sizes, axis = axis>
  %j = iota <shape = sizes, axis = axis + 2>
  %from = cast %i <type = "f32">
  %to = cast %j <type = "f32">
  %y = sub %from, %to
  return %y
}

// What a window's relative positions add to the products of queries and keys: (heads, area, area).
dpsims.block @PositionBias<heads: int, window: list>() {
  let area = window[0] * window[1]
  let positions = (2 * window[0] - 1) * (2 * window[1] - 1)
  %table = weight "relative_position_bias_table" <shape = [positions, heads], init = "normal", value = 0.02>
  %index = instance @RelativePosition<height = window[0], width = window[1]>()
  %rows = one_hot %index <classes = positions>
  %flat = reshape %rows <shape = [area * area, positions]>
  %picked = matmul %flat, %table
  %split = reshape %picked <shape = [area, area, heads]>
  %y = transpose %split <perm = [2, 0, 1]>
  return %y
}

// Of `size` rows or columns, of which the last `shift` were the first before the shift: 0 up to the last window, which
// has two regions, 1 and 2; as f32 along an axis of a tensor of these sizes. All 0 without a shift.
dpsims.block @ShiftRegion<sizes: list, axis: int, window: int, shift: int>() {
  %i = iota <shape = sizes, axis = axis>
  %position = cast %i <type = "f32">
  %y = if shift == 0 {
    %zero = constant <value = 0.0>
    %none = mul %position, %zero
    yield %none
  } else {
    %last = constant <value = sizes[axis] - window - 0.5>
    %wrapped = constant <value = sizes[axis] - shift - 0.5>
    %in_last = greater %position, %last
    %in_wrapped = greater %position, %wrapped
    %region = add %in_last, %in_wrapped
    yield %region
  }
  return %y
}

// Pixels that the shift has made neighbors are none: -100 for each pair of a window from two regions, (windows, area,
// area).
dpsims.block @ShiftMask<height: int, width: int, window: list, shift: list>() {
  let area = window[0] * window[1]
  let image = [1, height, width, 1]
  %rows = instance @ShiftRegion<sizes = image, axis = 1, window = window[0], shift = shift[0]>()
  %columns = instance @ShiftRegion<sizes = image, axis = 2, window = window[1], shift = shift[1]>()
  %three = constant <value = 3.0>
  %by_row = mul %rows, %three
  %regions = add %by_row, %columns
  %windows = instance @Windows<window>(%regions)
  %from = reshape %windows <shape = [-1, area, 1]>
  %to = reshape %windows <shape = [-1, 1, area]>
  %differ = not_equal %from, %to
  %apart = constant <value = -100.0>
  %y = mul %differ, %apart
  return %y
}

// The windows of an image (N, H, W, C) whose sizes are multiples of theirs: (N * windows, area, C).
dpsims.block @Windows<window: list>(%image) {
  let size = shape %image
  %split = reshape %image <shape = [size[0], size[1] / window[0], window[0], size[2] / window[1], window[1], size[3]]>
  %ordered = transpose %split <perm = [0, 1, 3, 2, 4, 5]>
  %y = reshape %ordered <shape = [-1, window[0] * window[1], size[3]]>
  return %y
}

// The image (N, height, width, C) of its windows.
dpsims.block @JoinWindows<height: int, width: int, window: list>(%windows) {
  let size = shape %windows
  %split = reshape %windows <shape = [-1, height / window[0], width / window[1], window[0], window[1], size[2]]>
  %ordered = transpose %split <perm = [0, 1, 3, 2, 4, 5]>
  %y = reshape %ordered <shape = [-1, height, width, size[2]]>
  return %y
}

// Rows or columns moved to the front by `by`, those that fall off to the end.
dpsims.block @Roll<axis: int, by: int>(%x) {
  let size = shape %x
  %y = if by == 0 { yield %x } else {
    let rest = size[axis] - by
    %front = slice %x <start = [0, select(axis == 1, by, 0), select(axis == 2, by, 0), 0], step = [1, 1, 1, 1],
                       size = [size[0], select(axis == 1, rest, size[1]), select(axis == 2, rest, size[2]), size[3]]>
    %back = slice %x <start = [0, 0, 0, 0], step = [1, 1, 1, 1],
                      size = [size[0], select(axis == 1, by, size[1]), select(axis == 2, by, size[2]), size[3]]>
    %rolled = concat %front, %back <axis = axis>
    yield %rolled
  }
  return %y
}

// Attention within the windows (N * windows, area, c); `shifted` says whether %mask (windows, area, area) counts.
dpsims.block @WindowAttention<c: int, heads: int, window: list, shifted: bool>(%windows, %mask) {
  let size = shape %windows
  let area = size[1]
  %q, %k, %v = instance @QueryKeyValue<c, heads>(%windows)
  %scale = constant <value = 1.0 / sqrt(c / heads)>
  %scaled = mul %q, %scale
  %products = matmul %scaled, %k <transpose_b = true>
  %bias = instance @PositionBias<heads, window>()
  %by_head = reshape %products <shape = [size[0], heads, area, area]>
  %biased = add %by_head, %bias
  %masked = if shifted {
    let masks = shape %mask
    %by_window = reshape %biased <shape = [-1, masks[0], heads, area, area]>
    %every_head = reshape %mask <shape = [masks[0], 1, area, area]>
    %m = add %by_window, %every_head
    yield %m
  } else { yield %biased }
  %scores = reshape %masked <shape = [-1, area, area]>
  %weights = softmax %scores
  %values = matmul %weights, %v
  %y = instance @JoinHeads<c, heads>(%values)
  return %y
}

// Attention in windows of an image of any size: shifted, padded to whole windows, and back. A side no longer than a
// window is one window, and not shifted.
dpsims.block @ShiftedWindows<c: int, heads: int, side: int, odd: bool>(%x) {
  let size = shape %x
  let height = size[1]
  let width = size[2]
  let window = [min(height, side), min(width, side)]
  let shift = [select(odd and height > side, side / 2, 0), select(odd and width > side, side / 2, 0)]
  let tall = (height + window[0] - 1) / window[0] * window[0]
  let wide = (width + window[1] - 1) / window[1] * window[1]
  let shifted = shift[0] + shift[1] > 0
  %up = instance @Roll<axis = 1, by = shift[0]>(%x)
  %left = instance @Roll<axis = 2, by = shift[1]>(%up)
  %padded = pad %left <low = [0, 0, 0, 0], high = [0, tall - height, wide - width, 0]>
  %windows = instance @Windows<window>(%padded)
  %mask = if shifted {
    %m = instance @ShiftMask<height = tall, width = wide, window, shift>()
    yield %m
  } else {
    %n = none
    yield %n
  }
  %a = instance "attn" @WindowAttention<c, heads, window, shifted>(%windows, %mask)
  %joined = instance @JoinWindows<height = tall, width = wide, window>(%a)
  %cut = slice %joined <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = size>
  %right = instance @Roll<axis = 2, by = select(shift[1] == 0, 0, width - shift[1])>(%cut)
  %y = instance @Roll<axis = 1, by = select(shift[0] == 0, 0, height - shift[0])>(%right)
  return %y
}

dpsims.block @SwinBlock<c: int, heads: int, side: int, odd: bool>(%x) {
  %n1 = instance "norm1" @LayerNorm<c>(%x)
  %a = instance @ShiftedWindows<c, heads, side, odd>(%n1)
  %h = add %x, %a
  %n2 = instance "norm2" @LayerNorm<c>(%h)
  %m = instance "mlp" @Mlp<c>(%n2)
  %y = add %h, %m
  return %y
}

// 2 x 2 pixels become one of twice the channels: (0,0), (1,0), (0,1), (1,1) as (row, column), zeros below and to the
// right of an odd size.
dpsims.block @PatchMerging<c: int>(%x) {
  let size = shape %x
  let height = (size[1] + 1) / 2
  let width = (size[2] + 1) / 2
  %even = pad %x <low = [0, 0, 0, 0], high = [0, size[1] mod 2, size[2] mod 2, 0]>
  %split = reshape %even <shape = [size[0], height, 2, width, 2, c]>
  %ordered = transpose %split <perm = [0, 1, 3, 4, 2, 5]>
  %pixels = reshape %ordered <shape = [size[0], height, width, 4 * c]>
  %n = instance "norm" @LayerNorm<c = 4 * c>(%pixels)
  %y = instance "reduction" @Linear<in = 4 * c, out = 2 * c, bias = false>(%n)
  return %y
}

// Width, depths and heads of the stages by timm's name.
dpsims.block @Swin<name: string>(%image) {
  let sizes = {
    swin_tiny_patch4_window7_224 = {width = 96, depths = [2, 2, 6, 2], heads = 3, side = 7},
    swin_small_patch4_window7_224 = {width = 96, depths = [2, 2, 18, 2], heads = 3, side = 7},
    swin_base_patch4_window7_224 = {width = 128, depths = [2, 2, 18, 2], heads = 4, side = 7},
    swin_base_patch4_window12_384 = {width = 128, depths = [2, 2, 18, 2], heads = 4, side = 12},
    swin_large_patch4_window7_224 = {width = 192, depths = [2, 2, 18, 2], heads = 6, side = 7},
    swin_large_patch4_window12_384 = {width = 192, depths = [2, 2, 18, 2], heads = 6, side = 12}
  }
  assert contains(sizes, name),
    "unknown backbone {name}: there are swin_SIZE_patch4_window7_224 of tiny, small, base and large, and swin_SIZE_patch4_window12_384 of base and large"
  let size = sizes[name]
  let depths = size.depths
  %patches = instance "patch_embed.proj" @Conv2d<in = 3, out = size.width, kernel = 4, stride = 4, padding = 0>(%image)
  %stem = instance "patch_embed.norm" @LayerNorm<c = size.width>(%patches)
  %none = list()
  %last, %taps = repeat i to 4 (%x = %stem, %list = %none) {
    let c = size.width * pow(2, i)
    %d = if i > 0 {
      %m = instance "layers.{i}.downsample" @PatchMerging<c = c / 2>(%x)
      yield %m
    } else { yield %x }
    %y = repeat j to depths[i] (%h = %d) {
      %b = instance "layers.{i}.blocks.{j}" @SwinBlock<c, heads = size.heads * pow(2, i), side = size.side,
                                                       odd = j mod 2 == 1>(%h)
      yield %b
    }
    %longer = append %list, %y
    yield %y, %longer
  }
  return %taps
}

// The classifier's head on the last tap.
dpsims.block @SwinHead<classes: int>(%x) {
  let size = shape %x
  %n = instance "norm" @LayerNorm<c = size[3]>(%x)
  %m = instance @GlobalMean<c = size[3]>(%n)
  %y = instance "head.fc" @Linear<in = size[3], out = classes>(%m)
  return %y
}
