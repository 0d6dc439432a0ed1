// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Buffers get their places: two share bytes only where no step needs both.
// RUN: dpsims-opt %s --dpsims-plan-memory --dpsims-verify-schedule | FileCheck %s

// A chain: buffers that are not live together have the same place; every offset is a multiple of 64.
// CHECK-LABEL: dpsims.entry @chain attributes {arena_size = 128 : i64, load_size = 0 : i64} prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<3xf32>
// CHECK-NEXT: %1 = buffer "arena" {offset = 0 : i64} : memref<3xf32>
// CHECK-NEXT: launch @k ins(%0 : memref<3xf32>) outs(%1 : memref<3xf32>)
// CHECK-NEXT: %2 = buffer "arena" {offset = 64 : i64} : memref<3xf32>
// CHECK-NEXT: launch @k ins(%1 : memref<3xf32>) outs(%2 : memref<3xf32>)
// CHECK-NEXT: %3 = buffer "arena" {offset = 0 : i64} : memref<3xf32>
// CHECK-NEXT: launch @k ins(%2 : memref<3xf32>) outs(%3 : memref<3xf32>)
// CHECK-NEXT: %4 = buffer "output" {index = 0 : i64, name = "y"} : memref<3xf32>
// CHECK-NEXT: launch @k ins(%3 : memref<3xf32>) outs(%4 : memref<3xf32>)
// CHECK-NEXT: }
dpsims.entry @chain prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<3xf32>
  %a = buffer "arena" : memref<3xf32>
  launch @k ins(%x : memref<3xf32>) outs(%a : memref<3xf32>)
  %b = buffer "arena" : memref<3xf32>
  launch @k ins(%a : memref<3xf32>) outs(%b : memref<3xf32>)
  %c = buffer "arena" : memref<3xf32>
  launch @k ins(%b : memref<3xf32>) outs(%c : memref<3xf32>)
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<3xf32>
  launch @k ins(%c : memref<3xf32>) outs(%y : memref<3xf32>)
}

// The largest is placed first, each at the lowest offset that is free while it lives; sizes of u8 and i32.
// CHECK-LABEL: dpsims.entry @gaps attributes {arena_size = 768 : i64, load_size = 0 : i64} prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<100xf32>
// CHECK-NEXT: %1 = buffer "arena" {offset = 640 : i64} : memref<65xui8>
// CHECK-NEXT: %2 = buffer "arena" {offset = 0 : i64} : memref<100xf32>
// CHECK-NEXT: launch @k ins(%0 : memref<100xf32>) outs(%1, %2 : memref<65xui8>, memref<100xf32>)
// CHECK-NEXT: %3 = buffer "arena" {offset = 448 : i64} : memref<40xi32>
// CHECK-NEXT: launch @k ins(%2 : memref<100xf32>) outs(%3 : memref<40xi32>)
// CHECK-NEXT: %4 = buffer "arena" {offset = 0 : i64} : memref<60xf32>
// CHECK-NEXT: launch @k ins(%3, %1 : memref<40xi32>, memref<65xui8>) outs(%4 : memref<60xf32>)
// CHECK-NEXT: %5 = buffer "output" {index = 0 : i64, name = "y"} : memref<60xf32>
// CHECK-NEXT: launch @k ins(%4 : memref<60xf32>) outs(%5 : memref<60xf32>)
// CHECK-NEXT: }
dpsims.entry @gaps prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<100xf32>
  %small = buffer "arena" : memref<65xui8>
  %large = buffer "arena" : memref<100xf32>
  launch @k ins(%x : memref<100xf32>) outs(%small, %large : memref<65xui8>, memref<100xf32>)
  %middle = buffer "arena" : memref<40xi32>
  launch @k ins(%large : memref<100xf32>) outs(%middle : memref<40xi32>)
  %fits = buffer "arena" : memref<60xf32>
  launch @k ins(%middle, %small : memref<40xi32>, memref<65xui8>) outs(%fits : memref<60xf32>)
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<60xf32>
  launch @k ins(%fits : memref<60xf32>) outs(%y : memref<60xf32>)
}

// A view's readers keep its buffer alive; a view has no place of its own, nor has one of the caller's buffer.
// CHECK-LABEL: dpsims.entry @views attributes {arena_size = 192 : i64, load_size = 0 : i64} prepare {
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "input" {index = 0 : i64, name = "x"} : memref<16xf32>
// CHECK-NEXT: %1 = buffer "input" view %0 : memref<16xf32> : memref<4x4xf32>
// CHECK-NEXT: %2 = buffer "arena" {offset = 0 : i64} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%1 : memref<4x4xf32>) outs(%2 : memref<16xf32>)
// CHECK-NEXT: %3 = buffer "arena" view %2 : memref<16xf32> : memref<4x4xf32>
// CHECK-NEXT: %4 = buffer "arena" view %3 : memref<4x4xf32> : memref<2x8xf32>
// CHECK-NEXT: %5 = buffer "arena" {offset = 64 : i64} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%0 : memref<16xf32>) outs(%5 : memref<16xf32>)
// CHECK-NEXT: %6 = buffer "arena" {offset = 128 : i64} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%4, %5 : memref<2x8xf32>, memref<16xf32>) outs(%6 : memref<16xf32>)
// CHECK-NEXT: %7 = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%6 : memref<16xf32>) outs(%7 : memref<16xf32>)
// CHECK-NEXT: }
dpsims.entry @views prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<16xf32>
  %vx = buffer "input" view %x : memref<16xf32> : memref<4x4xf32>
  %a = buffer "arena" : memref<16xf32>
  launch @k ins(%vx : memref<4x4xf32>) outs(%a : memref<16xf32>)
  %v = buffer "arena" view %a : memref<16xf32> : memref<4x4xf32>
  %w = buffer "arena" view %v : memref<4x4xf32> : memref<2x8xf32>
  %b = buffer "arena" : memref<16xf32>
  launch @k ins(%x : memref<16xf32>) outs(%b : memref<16xf32>)
  %c = buffer "arena" : memref<16xf32>
  launch @k ins(%w, %b : memref<2x8xf32>, memref<16xf32>) outs(%c : memref<16xf32>)
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
  launch @k ins(%c : memref<16xf32>) outs(%y : memref<16xf32>)
}

// The part at load has an arena of its own. What is stored is not needed after that.
// CHECK-LABEL: dpsims.entry @load attributes {arena_size = 0 : i64, load_size = 192 : i64} prepare {
// CHECK-NEXT: %0 = buffer "load" {offset = 0 : i64} : memref<32xf32>
// CHECK-NEXT: load_weight "a" -> %0 : memref<32xf32>
// CHECK-NEXT: %1 = buffer "load" {offset = 128 : i64} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%0 : memref<32xf32>) outs(%1 : memref<16xf32>)
// CHECK-NEXT: store_constant %1 -> 0 : memref<16xf32>
// CHECK-NEXT: %2 = buffer "load" {offset = 0 : i64} : memref<8xf32>
// CHECK-NEXT: load_weight "c" -> %2 : memref<8xf32>
// CHECK-NEXT: store_constant %2 -> 1 : memref<8xf32>
// CHECK-NEXT: } main {
// CHECK-NEXT: %0 = buffer "constant" {index = 0 : i64} : memref<16xf32>
// CHECK-NEXT: %1 = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
// CHECK-NEXT: launch @k ins(%0 : memref<16xf32>) outs(%1 : memref<16xf32>)
// CHECK-NEXT: }
dpsims.entry @load prepare {
  %a = buffer "load" : memref<32xf32>
  load_weight "a" -> %a : memref<32xf32>
  %b = buffer "load" : memref<16xf32>
  launch @k ins(%a : memref<32xf32>) outs(%b : memref<16xf32>)
  store_constant %b -> 0 : memref<16xf32>
  %c = buffer "load" : memref<8xf32>
  load_weight "c" -> %c : memref<8xf32>
  store_constant %c -> 1 : memref<8xf32>
} main {
  %c = buffer "constant" {index = 0 : i64} : memref<16xf32>
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<16xf32>
  launch @k ins(%c : memref<16xf32>) outs(%y : memref<16xf32>)
}

// An output of arithmetic takes the place of an operand that nobody reads later; one that is read later, or read for
// other elements too, keeps its own.
// CHECK-LABEL: dpsims.entry @in_place attributes {arena_size = 128 : i64, load_size = 0 : i64}
// CHECK: %1 = buffer "arena" {offset = 0 : i64}
// CHECK: %2 = buffer "arena" {offset = 0 : i64}
// CHECK: %3 = buffer "arena" {offset = 64 : i64}
// CHECK: %4 = buffer "arena" {offset = 64 : i64}
dpsims.entry @in_place prepare {
} main {
  %x = buffer "input" {index = 0 : i64, name = "x"} : memref<3xf32>
  %a = buffer "arena" : memref<3xf32>
  launch @k ins(%x : memref<3xf32>) outs(%a : memref<3xf32>)
  %b = buffer "arena" : memref<3xf32>
  compute ins(%a : memref<3xf32>) outs(%b : memref<3xf32>) {
  ^bb0(%p: tensor<3xf32>):
    %q = neg %p : (tensor<3xf32>) -> tensor<3xf32>
    yield %q : tensor<3xf32>
  }
  %c = buffer "arena" : memref<3xf32>
  compute ins(%b : memref<3xf32>) outs(%c : memref<3xf32>) {
  ^bb0(%p: tensor<3xf32>):
    %q = softmax %p : (tensor<3xf32>) -> tensor<3xf32>
    yield %q : tensor<3xf32>
  }
  %d = buffer "arena" : memref<3xf32>
  compute ins(%c, %b : memref<3xf32>, memref<3xf32>) outs(%d : memref<3xf32>) {
  ^bb0(%p: tensor<3xf32>, %r: tensor<3xf32>):
    %q = add %p, %r : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    yield %q : tensor<3xf32>
  }
  %y = buffer "output" {index = 0 : i64, name = "y"} : memref<3xf32>
  launch @k ins(%d : memref<3xf32>) outs(%y : memref<3xf32>)
}
