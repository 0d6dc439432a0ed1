// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.import "../right.mlir"
dpsims.block @Leaf(%x) {
  %y = relu %x
  return %y
}
dpsims.section "leaf" of @Leaf
