// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.block @Syntax(%x) {
  %y = relu %z
  return %y
}
