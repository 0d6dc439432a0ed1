// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.block @Type<a: number>() {
  return
}
