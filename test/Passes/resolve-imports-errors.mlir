// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: split-file %s %t
// RUN: cp -r %S/Inputs/imports %t/imports
// RUN: not dpsims-opt %t/missing.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not dpsims-opt %t/inner.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=INNER
// RUN: not dpsims-opt %t/folder.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not dpsims-opt %t/syntax.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=SYNTAX
// RUN: not dpsims-opt %t/type.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not dpsims-opt %t/clash.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=CLASH
// RUN: not dpsims-opt %t/own-clash.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=OWN
// RUN: not dpsims-opt %t/block.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=BLOCK
// RUN: not dpsims-opt %t/values.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=VALUES
// RUN: not dpsims-opt %t/section.mlir --dpsims-resolve-imports 2>&1 | FileCheck %s --check-prefix=SECTION
// RUN: dpsims-opt %t/block.mlir -o /dev/null
// RUN: dpsims-opt %t/self.mlir --dpsims-resolve-imports | FileCheck %s --check-prefix=SELF

// MISSING: missing.mlir:2:1: error: cannot import "nowhere/nn.mlir": there is no file {{.*}}nowhere/nn.mlir
//--- missing.mlir

dpsims.import "nowhere/nn.mlir"

// INNER: imports/missing.mlir:2:1: error: cannot import "deep/none.mlir": there is no file {{.*}}imports/deep/none.mlir
//--- inner.mlir
dpsims.import "imports/missing.mlir"

// FOLDER: error: cannot import "imports"
//--- folder.mlir
dpsims.import "imports"

// SYNTAX: imports/syntax.mlir:3:13: error: use of undeclared SSA value name
// SYNTAX: syntax.mlir:1:1: error: cannot import "imports/syntax.mlir"
//--- syntax.mlir
dpsims.import "imports/syntax.mlir"

// TYPE: imports/type.mlir:2:1: error: parameter 'a' has the unknown type 'number'
// TYPE: type.mlir:1:1: error: cannot import "imports/type.mlir"
//--- type.mlir
dpsims.import "imports/type.mlir"

// CLASH: imports/clash.mlir:2:1: error: name clash: @Leaf is defined twice
// CLASH: imports/deep/leaf.mlir:3:1: note: the other one is here
//--- clash.mlir
dpsims.import "imports/left.mlir"
dpsims.import "imports/clash.mlir"

// OWN: error: name clash: @Leaf is defined twice
// OWN: note: the other one is here
//--- own-clash.mlir
dpsims.block @Leaf() {
  return
}
dpsims.import "imports/clash.mlir"

// What the file refers to is checked when all blocks are known.
// BLOCK: block.mlir:3:3: error: instance: there is no block @Laef
//--- block.mlir
dpsims.import "imports/deep/leaf.mlir"
dpsims.block @A(%x) {
  instance @Laef(%x)
  return
}

// VALUES: values.mlir:3:8: error: instance: @Leaf takes 1 values, not 2
//--- values.mlir
dpsims.import "imports/deep/leaf.mlir"
dpsims.block @A(%x) {
  %y = instance @Leaf(%x, %x)
  return
}

// SECTION: section.mlir:2:1: error: there is no network @Laef
//--- section.mlir
dpsims.import "imports/deep/leaf.mlir"
dpsims.section "generator" of @Laef

// SELF: module {
// SELF-NEXT: dpsims.block @Self() {
// SELF-NOT: @Self
//--- self.mlir
dpsims.import "self.mlir"
dpsims.block @Self() {
  return
}
