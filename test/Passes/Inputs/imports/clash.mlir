// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.network @Leaf(%x) {
  return %x
}
