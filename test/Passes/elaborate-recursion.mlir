// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Recursion without an end, where every instance has other parameters: an error with the innermost instances and the
// outermost ones.
// RUN: not dpsims-opt %s --dpsims-elaborate=programs=grows 2>&1 | FileCheck %s
// RUN: not dpsims-opt %s --dpsims-elaborate=programs=wide 2>&1 | FileCheck %s --check-prefix=WIDE

// CHECK: elaborate-recursion.mlir:[[#]]:3: error: instance: endless recursion: 200 instances within one another
// CHECK: note: in @Grow<n = 199> at {{(a\.)+a$}}
// CHECK: note: in @Grow<n = 198>
// CHECK: note: in @Grow<n = 191>
// CHECK: note: 187 more instances
// CHECK: note: in @Grow<n = 3> at a.a.a{{$}}
// CHECK: note: in @Grow<n = 2> at a.a{{$}}
// CHECK: note: in @Grow<n = 1> at a{{$}}
// CHECK-NOT: note: in
dpsims.block @Grow<n: int>() {
  instance "a" @Grow<n = n + 1>()
  return
}
dpsims.program @grows {
  instance "a" @Grow<n = 1>()
}

// WIDE: error: relu: the graph would have more than 2000000 ops
dpsims.program @wide {
  %x = input "x" <shape = [1]>
  repeat i to 100000 {
    repeat j to 21 {
      %y = relu %x
    }
  }
}
