// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The examples in the ops' descriptions are true: each parses, verifies, and prints as text that parses.
// RUN: mlir-tblgen --gen-dialect-doc --dialect=dpsims -I %mlir_include -I %source %source/dialect/Dpsims.td -o %t.md
// RUN: python3 %S/Inputs/examples.py < %t.md > %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: dpsims-opt %t.mlir -o %t.once
// RUN: dpsims-opt %t.once -o %t.twice
// RUN: diff %t.once %t.twice

// CHECK-DAG: dpsims.import "nn.mlir"
// CHECK-DAG: dpsims.block @Linear<in: int, out: int>(%x) {
// CHECK-DAG: %mean, %var = batch_statistics %x
// CHECK-DAG: %y = repeat i to depth (%h = %x) {
// CHECK-DAG: // {{[5-9][0-9]}} examples
