dpsims.import "nn.mlir"

dpsims.block @A<width: int>(%x) {
  %y = instance "fc" @Linear<in = width>(%x)
  %z = relu %y
  return %z
}
