// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that import one another, one of them twice and in a circle: each is read once, paths are relative to the file
// in which they are.
// RUN: dpsims-opt %s --dpsims-resolve-imports | FileCheck %s
// RUN: cd %S/Inputs && dpsims-opt ../resolve-imports.mlir --dpsims-resolve-imports | FileCheck %s
// RUN: cd %S && dpsims-opt resolve-imports.mlir --dpsims-resolve-imports | FileCheck %s

// The blocks keep their file and line.
// RUN: dpsims-opt %s --dpsims-resolve-imports --mlir-print-debuginfo | FileCheck %s --check-prefix=PLACE
// PLACE: %[[Y:.*]] = relu %{{.*}} loc([[LOC:#loc.*]])
// PLACE: [[LOC]] = loc("{{.*}}Inputs/imports/deep/leaf.mlir":4:8)

// CHECK-NOT: dpsims.import
// CHECK: dpsims.block @Own
// CHECK-NOT: dpsims.import
// CHECK-COUNT-1: dpsims.block @Leaf
// CHECK-NOT: dpsims.block @Leaf
// CHECK-NOT: dpsims.import
dpsims.import "Inputs/imports/left.mlir"
dpsims.import "Inputs/imports/right.mlir"
dpsims.import "Inputs/../Inputs/imports/left.mlir"

dpsims.block @Own(%x) {
  %y = instance "left" @Left(%x)
  %z = instance "right" @Right(%y)
  return %z
}

// RUN: dpsims-opt %s --dpsims-resolve-imports | FileCheck %s --check-prefix=ALL
// ALL-DAG: dpsims.block @Own
// ALL-DAG: dpsims.block @Left
// ALL-DAG: dpsims.block @Right
// ALL-DAG: dpsims.block @Leaf
// ALL-DAG: dpsims.section "leaf" of @Leaf
