// RUN: dpsims-opt %s --pass-pipeline="builtin.module(gpu.module(gpu.func(dpsims-share-gpu-buffers)))" --split-input-file --verify-diagnostics | FileCheck %s

// One buffer of 16-byte alignment; views at multiples of 16, whatever the sizes; views of views follow.
// CHECK-LABEL: gpu.func @two
// CHECK-SAME: workgroup(%[[SHARED:.*]] : memref<64xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[SHARED]][%[[C0]]][] : memref<64xi8, #gpu.address_space<workgroup>> to memref<7xf32, #gpu.address_space<workgroup>>
// CHECK: %[[C32:.*]] = arith.constant 32 : index
// CHECK: %[[B:.*]] = memref.view %[[SHARED]][%[[C32]]][] : memref<64xi8, #gpu.address_space<workgroup>> to memref<17xi8, #gpu.address_space<workgroup>>
// CHECK: memref.subview %[[B]][1] [16] [1] : memref<17xi8, #gpu.address_space<workgroup>> to memref<16xi8, strided<[1], offset: 1>, #gpu.address_space<workgroup>>
gpu.module @kernels {
  gpu.func @two(%zero: f32, %none: i8) kernel {
    %i = gpu.thread_id x
    %a = memref.alloca() : memref<7xf32>
    %b = memref.alloca() : memref<17xi8>
    memref.store %zero, %a[%i] : memref<7xf32>
    %v = memref.subview %b[1] [16] [1] : memref<17xi8> to memref<16xi8, strided<[1], offset: 1>>
    memref.store %none, %v[%i] : memref<16xi8, strided<[1], offset: 1>>
    gpu.return
  }
}

// -----

// Memory that nobody reads or writes is none.
// CHECK-LABEL: gpu.func @unused
// CHECK-NOT: workgroup
// CHECK-NOT: alloca
// CHECK: gpu.return
gpu.module @kernels {
  gpu.func @unused() kernel {
    %a = memref.alloca() : memref<65536xi8>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{needs 65536 bytes of buffers in a block, more than 49152}}
  gpu.func @large(%zero: f32) kernel {
    %i = gpu.thread_id x
    %a = memref.alloca() : memref<16384xf32>
    memref.store %zero, %a[%i] : memref<16384xf32>
    gpu.return
  }
}

// -----

// A choice of memory.
gpu.module @kernels {
  gpu.func @escapes(%choice: i1, %y: memref<64xf32>) kernel {
    %i = gpu.thread_id x
    %zero = arith.constant 0.0 : f32
    %a = memref.alloca() : memref<64xf32>
    // expected-error @below {{cannot take a private buffer of a kernel}}
    %either = arith.select %choice, %a, %y : memref<64xf32>
    memref.store %zero, %either[%i] : memref<64xf32>
    gpu.return
  }
}
