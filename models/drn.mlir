// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// DRN-D-105 (arXiv 1705.09914) as it was trained for Cityscapes, under the names of DRNSeg's weights.
dpsims.import "segmentation.mlir"

dpsims.block @DrnBlocks<count: int, width: int, stride: int, dilation: int>(%x) {
  %y = repeat i to count (%h = %x) {
    let size = shape %h
    %b = instance "{i}" @ResNetBlock<in = size[3], width, stride = select(i == 0, stride, 1), bottleneck = true,
                                     dilation, mode = "inference">(%h)
    yield %b
  }
  return %y
}

// An eighth of the image's size; the last layers undo the grid that dilation leaves.
dpsims.block @DrnBase<depths: list>(%image) {
  let strides = [2, 2, 1, 1]
  let dilations = [1, 1, 2, 4]
  %first = instance "0" @ConvNormRelu<out = 16, kernel = 7>(%image)
  %a = instance "1" @ConvNormRelu<out = 16, kernel = 3>(%first)
  %b = instance "2" @ConvNormRelu<out = 32, kernel = 3, stride = 2>(%a)
  %c = repeat i to 4 (%h = %b) {
    let layer = i + 3
    %next = instance "{layer}" @DrnBlocks<count = depths[i], width = 64 * pow(2, i), stride = strides[i],
                                          dilation = dilations[i]>(%h)
    yield %next
  }
  %d = instance "7" @ConvNormRelu<out = 512, kernel = 3, dilation = 2>(%c)
  %y = instance "8" @ConvNormRelu<out = 512, kernel = 3>(%d)
  return %y
}

// Eight times the size, less what is beyond the picture. DRNSeg has a transposed convolution whose weights, up.weight,
// never change: it interpolates, and what is outside is zero.
dpsims.block @DrnUpsampling<image_size: list>(%x) {
  let size = shape %x
  %framed = pad %x <low = [0, 1, 1, 0], high = [0, 1, 1, 0]>
  %large = instance @Resize<height = 8 * (size[1] + 2), width = 8 * (size[2] + 2)>(%framed)
  let inside = [size[0], image_size[0], image_size[1], size[3]]
  %y = slice %large <start = [0, 8, 8, 0], step = [1, 1, 1, 1], size = inside>
  return %y
}

// Pictures from 0 to 255 to logits of their size.
dpsims.network @Drn<num_classes: int, image_size: list, depths: list = [3, 4, 23, 3]>(%picture) {
  assert len(depths) == 4, "depths = {depths}: one for each of the four layers of blocks"
  let mean = [0.29010095242892997, 0.32808144844279574, 0.28696394422942517]
  let deviation = [0.1829540508368939, 0.18656561047509476, 0.18447508988480435]
  %image = instance @Standardize<mean, deviation>(%picture)
  %h = instance "base" @DrnBase<depths>(%image)
  %logits = instance "seg" @Conv2d<in = 512, out = num_classes, kernel = 1>(%h)
  %y = instance @DrnUpsampling<image_size>(%logits)
  return %y
}
