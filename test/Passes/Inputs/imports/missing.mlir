// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
dpsims.import "deep/none.mlir"
