// RUN: dpsims-opt %s --dpsims-mark-disjoint-arguments | FileCheck %s

// An argument is apart only if it is in all launches.
// CHECK: func.func private @apart(memref<16xf32> {dpsims.disjoint}, memref<16xf32> {dpsims.disjoint}, memref<16xf32> {dpsims.disjoint})
// CHECK: func.func private @in_place(memref<16xf32>, memref<16xf32> {dpsims.disjoint}, memref<16xf32>)
// CHECK: func.func private @overlaps(memref<16xf32> {dpsims.disjoint}, memref<16xf32>, memref<16xf32>)
// CHECK: func.func private @variable(memref<16xf32>, memref<16xf32> {dpsims.disjoint}, memref<16xf32>)
// CHECK: func.func private @unused(memref<16xf32>)
func.func private @apart(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @in_place(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @overlaps(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @variable(memref<16xf32>, memref<16xf32>, memref<16xf32>)
func.func private @unused(memref<16xf32>)

dpsims.entry @e prepare {
} main {
  %in = buffer "input" {index = 0 : i64} : memref<16xf32>
  %w = buffer "variable" {name = "w"} : memref<16xf32>
  %again = buffer "variable" {name = "w"} : memref<16xf32>
  %a = buffer "arena" {offset = 0 : i64} : memref<16xf32>
  %b = buffer "arena" {offset = 64 : i64} : memref<16xf32>
  %c = buffer "arena" {offset = 128 : i64} : memref<16xf32>
  %half = buffer "arena" {offset = 32 : i64} : memref<16xf32>
  %view = buffer "arena" view %a : memref<16xf32> : memref<16xf32>
  // Of two operands that are only read it does not matter.
  launch @apart ins(%a, %a : memref<16xf32>, memref<16xf32>) outs(%b : memref<16xf32>)
  launch @apart ins(%in, %w : memref<16xf32>, memref<16xf32>) outs(%a : memref<16xf32>)
  launch @in_place ins(%a, %b : memref<16xf32>, memref<16xf32>) outs(%c : memref<16xf32>)
  launch @in_place ins(%view, %b : memref<16xf32>, memref<16xf32>) outs(%a : memref<16xf32>)
  launch @overlaps ins(%c, %half : memref<16xf32>, memref<16xf32>) outs(%b : memref<16xf32>)
  launch @variable ins(%w, %a : memref<16xf32>, memref<16xf32>) outs(%again : memref<16xf32>)
}
