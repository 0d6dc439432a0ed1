// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.import "deep/leaf.mlir"
dpsims.import "right.mlir"
dpsims.block @Left(%x) {
  %y = instance "leaf" @Leaf(%x)
  return %y
}
