// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.import "../imports/./deep/leaf.mlir"
dpsims.import "left.mlir"
dpsims.block @Right(%x) {
  %y = instance "leaf" @Leaf(%x)
  return %y
}
