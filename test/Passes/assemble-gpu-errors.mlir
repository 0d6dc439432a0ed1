// RUN: not dpsims-opt %s --dpsims-assemble-gpu 2>&1 | FileCheck %s

// verify-kernels would refuse a kernel with such floats.
// CHECK: [[@LINE+6]]:{{.*}}: error: 'math.erf' op on 'f64' has no implementation for CUDA
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @double(%x: memref<64xf64>) kernel {
      %i = gpu.thread_id x
      %d = memref.load %x[%i] : memref<64xf64>
      %s = math.erf %d : f64
      memref.store %s, %x[%i] : memref<64xf64>
      gpu.return
    }
  }
}
