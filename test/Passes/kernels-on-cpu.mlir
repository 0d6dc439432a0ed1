// Runs what lower-kernels-to-loops makes of all kinds of kernels: vectors against scalars, functions against libm; and
// what lower-kernels-to-gpu makes of them, as PTX on the emulator.
// RUN: kernel-check %s
// RUN: kernel-check --gpu %s
// RUN: kernel-check %s x86-64-v3

#block = affine_map<(d0) -> (d0 * 7)>
#rows = affine_map<(d0, d1) -> (d0, d1)>
#channels = affine_map<(d0, d1) -> (d1)>
#id = affine_map<(d0) -> (d0)>
#scalar = affine_map<(d0) -> ()>
#all = affine_map<(d0, d1) -> ()>
#transposed = affine_map<(d0, d1) -> (d1, d0)>
#half = affine_map<(d0) -> (d0 floordiv 2)>
#window = affine_map<(d0, d1) -> (d0 * 2 + d1 - 1)>
#empty = affine_map<() -> ()>
#chunk = affine_map<(d0) -> (d0 * 250)>

// Broadcast over rows; sizes below, beside and above the vector width.
func.func @bias_relu_3(%arg0: memref<70x3xf32>, %arg1: memref<3xf32>, %arg2: memref<70x3xf32>)
    attributes {dpsims.kernel} {
  scf.forall (%arg3) in (10) {
    %0 = affine.apply #block(%arg3)
    %subview = memref.subview %arg0[%0, 0] [7, 3] [1, 1] : memref<70x3xf32>
        to memref<7x3xf32, strided<[3, 1], offset: ?>>
    %subview_0 = memref.subview %arg2[%0, 0] [7, 3] [1, 1] : memref<70x3xf32>
        to memref<7x3xf32, strided<[3, 1], offset: ?>>
    linalg.generic {indexing_maps = [#rows, #channels, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%subview, %arg1 : memref<7x3xf32, strided<[3, 1], offset: ?>>, memref<3xf32>)
        outs(%subview_0 : memref<7x3xf32, strided<[3, 1], offset: ?>>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %1 = arith.addf %in, %in_1 : f32
      %cst = arith.constant 0.000000e+00 : f32
      %2 = arith.maximumf %1, %cst : f32
      linalg.yield %2 : f32
    }
  }
  return
}

func.func @bias_relu_13(%arg0: memref<70x13xf32>, %arg1: memref<13xf32>, %arg2: memref<70x13xf32>)
    attributes {dpsims.kernel} {
  scf.forall (%arg3) in (10) {
    %0 = affine.apply #block(%arg3)
    %subview = memref.subview %arg0[%0, 0] [7, 13] [1, 1] : memref<70x13xf32>
        to memref<7x13xf32, strided<[13, 1], offset: ?>>
    %subview_0 = memref.subview %arg2[%0, 0] [7, 13] [1, 1] : memref<70x13xf32>
        to memref<7x13xf32, strided<[13, 1], offset: ?>>
    linalg.generic {indexing_maps = [#rows, #channels, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%subview, %arg1 : memref<7x13xf32, strided<[13, 1], offset: ?>>, memref<13xf32>)
        outs(%subview_0 : memref<7x13xf32, strided<[13, 1], offset: ?>>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %1 = arith.addf %in, %in_1 : f32
      %cst = arith.constant 0.000000e+00 : f32
      %2 = arith.maximumf %1, %cst : f32
      linalg.yield %2 : f32
    }
  }
  return
}

func.func @bias_relu_150(%arg0: memref<70x150xf32>, %arg1: memref<150xf32>, %arg2: memref<70x150xf32>)
    attributes {dpsims.kernel} {
  scf.forall (%arg3) in (10) {
    %0 = affine.apply #block(%arg3)
    %subview = memref.subview %arg0[%0, 0] [7, 150] [1, 1] : memref<70x150xf32>
        to memref<7x150xf32, strided<[150, 1], offset: ?>>
    %subview_0 = memref.subview %arg2[%0, 0] [7, 150] [1, 1] : memref<70x150xf32>
        to memref<7x150xf32, strided<[150, 1], offset: ?>>
    linalg.generic {indexing_maps = [#rows, #channels, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%subview, %arg1 : memref<7x150xf32, strided<[150, 1], offset: ?>>, memref<150xf32>)
        outs(%subview_0 : memref<7x150xf32, strided<[150, 1], offset: ?>>) {
    ^bb0(%in: f32, %in_1: f32, %out: f32):
      %1 = arith.addf %in, %in_1 : f32
      %cst = arith.constant 0.000000e+00 : f32
      %2 = arith.maximumf %1, %cst : f32
      linalg.yield %2 : f32
    }
  }
  return
}

// Two reductions of a row, values shared by the row, private buffers.
func.func @layer_norm_11_150(%arg0: memref<11x150xf32>, %arg1: memref<150xf32>, %arg2: memref<150xf32>,
    %arg3: memref<11x150xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg4) in (11) {
    %subview = memref.subview %arg0[%arg4, 0] [1, 150] [1, 1] : memref<11x150xf32>
        to memref<150xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg3[%arg4, 0] [1, 150] [1, 1] : memref<11x150xf32>
        to memref<150xf32, strided<[1], offset: ?>>
    %cst = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant 1.500000e+02 : f32
    %cst_2 = arith.constant 9.99999974E-6 : f32
    %alloca = memref.alloca() : memref<f32>
    %alloca_3 = memref.alloca() : memref<f32>
    memref.store %cst, %alloca[] : memref<f32>
    memref.store %cst, %alloca_3[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
        ins(%subview : memref<150xf32, strided<[1], offset: ?>>) outs(%alloca : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %6 = arith.addf %in, %out : f32
      linalg.yield %6 : f32
    }
    %0 = memref.load %alloca[] : memref<f32>
    %1 = arith.divf %0, %cst_1 : f32
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
        ins(%subview : memref<150xf32, strided<[1], offset: ?>>) outs(%alloca_3 : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %6 = arith.subf %in, %1 : f32
      %7 = arith.mulf %6, %6 : f32
      %8 = arith.addf %out, %7 : f32
      linalg.yield %8 : f32
    }
    %2 = memref.load %alloca_3[] : memref<f32>
    %3 = arith.divf %2, %cst_1 : f32
    %4 = arith.addf %3, %cst_2 : f32
    %5 = math.rsqrt %4 : f32
    linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]}
        ins(%subview, %arg1, %arg2 : memref<150xf32, strided<[1], offset: ?>>, memref<150xf32>, memref<150xf32>)
        outs(%subview_0 : memref<150xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %in_4: f32, %in_5: f32, %out: f32):
      %6 = arith.subf %in, %1 : f32
      %7 = arith.mulf %6, %5 : f32
      %8 = arith.mulf %7, %in_4 : f32
      %9 = arith.addf %8, %in_5 : f32
      linalg.yield %9 : f32
    }
  }
  return
}

// The output is read again, then updated in place.
func.func @softmax_12_100(%arg0: memref<12x100xf32>, %arg1: memref<12x100xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (12) {
    %subview = memref.subview %arg0[%arg2, 0] [1, 100] [1, 1] : memref<12x100xf32>
        to memref<100xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 100] [1, 1] : memref<12x100xf32>
        to memref<100xf32, strided<[1], offset: ?>>
    %cst = arith.constant 0xFF800000 : f32
    %cst_1 = arith.constant 0.000000e+00 : f32
    %cst_2 = arith.constant 1.000000e+00 : f32
    %alloca = memref.alloca() : memref<f32>
    %alloca_3 = memref.alloca() : memref<f32>
    memref.store %cst, %alloca[] : memref<f32>
    memref.store %cst_1, %alloca_3[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
        ins(%subview : memref<100xf32, strided<[1], offset: ?>>) outs(%alloca : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %3 = arith.maximumf %in, %out : f32
      linalg.yield %3 : f32
    }
    %0 = memref.load %alloca[] : memref<f32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<100xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<100xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %3 = arith.subf %in, %0 : f32
      %4 = math.exp %3 : f32
      linalg.yield %4 : f32
    }
    linalg.generic {indexing_maps = [#id, #scalar], iterator_types = ["reduction"]}
        ins(%subview_0 : memref<100xf32, strided<[1], offset: ?>>) outs(%alloca_3 : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %3 = arith.addf %in, %out : f32
      linalg.yield %3 : f32
    }
    %1 = memref.load %alloca_3[] : memref<f32>
    %2 = arith.divf %cst_2, %1 : f32
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]}
        outs(%subview_0 : memref<100xf32, strided<[1], offset: ?>>) {
    ^bb0(%out: f32):
      %3 = arith.mulf %out, %2 : f32
      linalg.yield %3 : f32
    }
  }
  return
}

// Sums and sums of squares over rows: two outputs of one reduction.
func.func @columns_3_49_13(%arg0: memref<3x49x13xf32>, %arg1: memref<3x13xf32>, %arg2: memref<3x13xf32>)
    attributes {dpsims.kernel} {
  scf.forall (%arg3) in (3) {
    %subview = memref.subview %arg0[%arg3, 0, 0] [1, 49, 13] [1, 1, 1] : memref<3x49x13xf32>
        to memref<49x13xf32, strided<[13, 1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg3, 0] [1, 13] [1, 1] : memref<3x13xf32>
        to memref<13xf32, strided<[1], offset: ?>>
    %subview_1 = memref.subview %arg2[%arg3, 0] [1, 13] [1, 1] : memref<3x13xf32>
        to memref<13xf32, strided<[1], offset: ?>>
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        outs(%subview_0, %subview_1 : memref<13xf32, strided<[1], offset: ?>>,
        memref<13xf32, strided<[1], offset: ?>>) {
    ^bb0(%out: f32, %out_2: f32):
      linalg.yield %cst, %cst : f32, f32
    }
    linalg.generic {indexing_maps = [#rows, #channels, #channels], iterator_types = ["reduction", "parallel"]}
        ins(%subview : memref<49x13xf32, strided<[13, 1], offset: ?>>)
        outs(%subview_0, %subview_1 : memref<13xf32, strided<[1], offset: ?>>,
        memref<13xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32, %out_2: f32):
      %0 = arith.addf %out, %in : f32
      %1 = arith.mulf %in, %in : f32
      %2 = arith.addf %out_2, %1 : f32
      linalg.yield %0, %2 : f32, f32
    }
  }
  return
}

func.func @columns_2_50_150(%arg0: memref<2x50x150xf32>, %arg1: memref<2x150xf32>,
    %arg2: memref<2x150xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg3) in (2) {
    %subview = memref.subview %arg0[%arg3, 0, 0] [1, 50, 150] [1, 1, 1] : memref<2x50x150xf32>
        to memref<50x150xf32, strided<[150, 1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg3, 0] [1, 150] [1, 1] : memref<2x150xf32>
        to memref<150xf32, strided<[1], offset: ?>>
    %subview_1 = memref.subview %arg2[%arg3, 0] [1, 150] [1, 1] : memref<2x150xf32>
        to memref<150xf32, strided<[1], offset: ?>>
    %cst = arith.constant 0.000000e+00 : f32
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        outs(%subview_0, %subview_1 : memref<150xf32, strided<[1], offset: ?>>,
        memref<150xf32, strided<[1], offset: ?>>) {
    ^bb0(%out: f32, %out_2: f32):
      linalg.yield %cst, %cst : f32, f32
    }
    linalg.generic {indexing_maps = [#rows, #channels, #channels], iterator_types = ["reduction", "parallel"]}
        ins(%subview : memref<50x150xf32, strided<[150, 1], offset: ?>>)
        outs(%subview_0, %subview_1 : memref<150xf32, strided<[1], offset: ?>>,
        memref<150xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32, %out_2: f32):
      %0 = arith.addf %out, %in : f32
      %1 = arith.mulf %in, %in : f32
      %2 = arith.addf %out_2, %1 : f32
      linalg.yield %0, %2 : f32, f32
    }
  }
  return
}

// A reduction of two dimensions to one element.
func.func @max_all(%arg0: memref<6x7x45xf32>, %arg1: memref<6xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (6) {
    %subview = memref.subview %arg0[%arg2, 0, 0] [1, 7, 45] [1, 1, 1] : memref<6x7x45xf32>
        to memref<7x45xf32, strided<[45, 1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2] [1] [1] : memref<6xf32> to memref<f32, strided<[], offset: ?>>
    %cst = arith.constant 0xFF800000 : f32
    memref.store %cst, %subview_0[] : memref<f32, strided<[], offset: ?>>
    linalg.generic {indexing_maps = [#rows, #all], iterator_types = ["reduction", "reduction"]}
        ins(%subview : memref<7x45xf32, strided<[45, 1], offset: ?>>)
        outs(%subview_0 : memref<f32, strided<[], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.maximumf %in, %out : f32
      linalg.yield %0 : f32
    }
  }
  return
}

// Transposed, in either order of the dimensions.
func.func @transpose_store_50_13(%arg0: memref<2x50x13xf32>, %arg1: memref<2x13x50xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (2) {
    %subview = memref.subview %arg0[%arg2, 0, 0] [1, 50, 13] [1, 1, 1] : memref<2x50x13xf32>
        to memref<50x13xf32, strided<[13, 1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0, 0] [1, 13, 50] [1, 1, 1] : memref<2x13x50xf32>
        to memref<13x50xf32, strided<[50, 1], offset: ?>>
    linalg.generic {indexing_maps = [#rows, #transposed], iterator_types = ["parallel", "parallel"]}
        ins(%subview : memref<50x13xf32, strided<[13, 1], offset: ?>>)
        outs(%subview_0 : memref<13x50xf32, strided<[50, 1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
  }
  return
}

func.func @transpose_load_50_13(%arg0: memref<2x50x13xf32>, %arg1: memref<2x13x50xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (2) {
    %subview = memref.subview %arg0[%arg2, 0, 0] [1, 50, 13] [1, 1, 1] : memref<2x50x13xf32>
        to memref<50x13xf32, strided<[13, 1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0, 0] [1, 13, 50] [1, 1, 1] : memref<2x13x50xf32>
        to memref<13x50xf32, strided<[50, 1], offset: ?>>
    linalg.generic {indexing_maps = [#transposed, #rows], iterator_types = ["parallel", "parallel"]}
        ins(%subview : memref<50x13xf32, strided<[13, 1], offset: ?>>)
        outs(%subview_0 : memref<13x50xf32, strided<[50, 1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
  }
  return
}

// All at once: permutations, broadcasts along two dimensions and their indices.
func.func @permuted(%arg0: memref<5x21x19xf32>, %arg1: memref<21xf32>, %arg2: memref<19xf32>,
    %arg3: memref<19x5x21xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg4) in (1) {
    linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2, d1)>, affine_map<(d0, d1, d2) -> (d2)>,
        affine_map<(d0, d1, d2) -> (d1)>,
        affine_map<(d0, d1, d2) -> (d1, d0, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0,
        %arg1, %arg2 : memref<5x21x19xf32>, memref<21xf32>, memref<19xf32>) outs(%arg3 : memref<19x5x21xf32>) {
    ^bb0(%in: f32, %in_0: f32, %in_1: f32, %out: f32):
      %0 = arith.addf %in, %in_0 : f32
      %1 = arith.mulf %0, %in_1 : f32
      %2 = linalg.index 1 : index
      %3 = linalg.index 2 : index
      %4 = arith.addi %2, %3 : index
      %5 = arith.index_cast %4 : index to i32
      %6 = arith.sitofp %5 : i32 to f32
      %7 = arith.addf %1, %6 : f32
      linalg.yield %7 : f32
    }
  }
  return
}

// A grid of three dimensions.
func.func @upsample(%arg0: memref<2x5x7x24xf32>, %arg1: memref<2x10x14x24xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2, %arg3, %arg4) in (2, 10, 14) {
    %0 = affine.apply #half(%arg3)
    %1 = affine.apply #half(%arg4)
    %subview = memref.subview %arg0[%arg2, %0, %1, 0] [1, 1, 1, 24] [1, 1, 1, 1] : memref<2x5x7x24xf32>
        to memref<24xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, %arg3, %arg4, 0] [1, 1, 1, 24] [1, 1, 1, 1] : memref<2x10x14x24xf32>
        to memref<24xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<24xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<24xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    }
  }
  return
}

// The index of the last dimension.
func.func @one_hot_5(%arg0: memref<40xi32>, %arg1: memref<40x5xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (40) {
    %subview = memref.subview %arg1[%arg2, 0] [1, 5] [1, 1] : memref<40x5xf32> to memref<5xf32, strided<[1], offset: ?>>
    %0 = memref.load %arg0[%arg2] : memref<40xi32>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]}
        outs(%subview : memref<5xf32, strided<[1], offset: ?>>) {
    ^bb0(%out: f32):
      %1 = linalg.index 0 : index
      %2 = arith.index_cast %1 : index to i32
      %3 = arith.cmpi eq, %2, %0 : i32
      %4 = arith.uitofp %3 : i1 to f32
      linalg.yield %4 : f32
    }
  }
  return
}

// Loops and conditions around vector code.
func.func @max_pool(%arg0: memref<9x11x20xf32>, %arg1: memref<5x6x20xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2, %arg3) in (5, 6) {
    %cst = arith.constant 0xFF800000 : f32
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c9 = arith.constant 9 : index
    %c11 = arith.constant 11 : index
    %subview = memref.subview %arg1[%arg2, %arg3, 0] [1, 1, 20] [1, 1, 1] : memref<5x6x20xf32>
        to memref<20xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id], iterator_types = ["parallel"]}
        outs(%subview : memref<20xf32, strided<[1], offset: ?>>) {
    ^bb0(%out: f32):
      linalg.yield %cst : f32
    }
    scf.for %arg4 = %c0 to %c3 step %c1 {
      scf.for %arg5 = %c0 to %c3 step %c1 {
        %0 = affine.apply #window(%arg2, %arg4)
        %1 = affine.apply #window(%arg3, %arg5)
        %2 = arith.cmpi sge, %0, %c0 : index
        %3 = arith.cmpi slt, %0, %c9 : index
        %4 = arith.cmpi sge, %1, %c0 : index
        %5 = arith.cmpi slt, %1, %c11 : index
        %6 = arith.andi %2, %3 : i1
        %7 = arith.andi %4, %5 : i1
        %8 = arith.andi %6, %7 : i1
        scf.if %8 {
          %subview_0 = memref.subview %arg0[%0, %1, 0] [1, 1, 20] [1, 1, 1] : memref<9x11x20xf32>
              to memref<20xf32, strided<[1], offset: ?>>
          linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
              ins(%subview_0 : memref<20xf32, strided<[1], offset: ?>>)
              outs(%subview : memref<20xf32, strided<[1], offset: ?>>) {
          ^bb0(%in: f32, %out: f32):
            %9 = arith.maximumf %in, %out : f32
            linalg.yield %9 : f32
          }
        }
      }
    }
  }
  return
}

// Bytes.
func.func @quantise_3(%arg0: memref<20x3xf32>, %arg1: memref<20x3xi8>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (20) {
    %subview = memref.subview %arg0[%arg2, 0] [1, 3] [1, 1] : memref<20x3xf32> to memref<3xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 3] [1, 1] : memref<20x3xi8> to memref<3xi8, strided<[1], offset: ?>>
    %cst = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant 2.550000e+02 : f32
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<3xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<3xi8, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: i8):
      %0 = math.roundeven %in : f32
      %1 = arith.maximumf %0, %cst : f32
      %2 = arith.minimumf %1, %cst_1 : f32
      %3 = arith.fptoui %2 : f32 to i8
      linalg.yield %3 : i8
    }
  }
  return
}

func.func @dequantise_3(%arg0: memref<20x3xi8>, %arg1: memref<20x3xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (20) {
    %subview = memref.subview %arg0[%arg2, 0] [1, 3] [1, 1] : memref<20x3xi8> to memref<3xi8, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 3] [1, 1] : memref<20x3xf32>
        to memref<3xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<3xi8, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<3xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: i8, %out: f32):
      %0 = arith.uitofp %in : i8 to f32
      linalg.yield %0 : f32
    }
  }
  return
}

func.func @quantise_100(%arg0: memref<20x100xf32>, %arg1: memref<20x100xi8>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (20) {
    %subview = memref.subview %arg0[%arg2, 0] [1, 100] [1, 1] : memref<20x100xf32>
        to memref<100xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 100] [1, 1] : memref<20x100xi8>
        to memref<100xi8, strided<[1], offset: ?>>
    %cst = arith.constant 0.000000e+00 : f32
    %cst_1 = arith.constant 2.550000e+02 : f32
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<100xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<100xi8, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: i8):
      %0 = math.roundeven %in : f32
      %1 = arith.maximumf %0, %cst : f32
      %2 = arith.minimumf %1, %cst_1 : f32
      %3 = arith.fptoui %2 : f32 to i8
      linalg.yield %3 : i8
    }
  }
  return
}

func.func @dequantise_100(%arg0: memref<20x100xi8>, %arg1: memref<20x100xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (20) {
    %subview = memref.subview %arg0[%arg2, 0] [1, 100] [1, 1] : memref<20x100xi8>
        to memref<100xi8, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 100] [1, 1] : memref<20x100xf32>
        to memref<100xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<100xi8, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<100xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: i8, %out: f32):
      %0 = arith.uitofp %in : i8 to f32
      linalg.yield %0 : f32
    }
  }
  return
}

// No lane may divide by what lies beyond the end.
func.func @int_divide(%arg0: memref<4x29xi32>, %arg1: memref<4x29xi32>, %arg2: memref<4x29xi32>)
    attributes {dpsims.kernel} {
  scf.forall (%arg3) in (4) {
    %subview = memref.subview %arg0[%arg3, 0] [1, 29] [1, 1] : memref<4x29xi32>
        to memref<29xi32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg3, 0] [1, 29] [1, 1] : memref<4x29xi32>
        to memref<29xi32, strided<[1], offset: ?>>
    %subview_1 = memref.subview %arg2[%arg3, 0] [1, 29] [1, 1] : memref<4x29xi32>
        to memref<29xi32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]}
        ins(%subview, %subview_0 : memref<29xi32, strided<[1], offset: ?>>,
        memref<29xi32, strided<[1], offset: ?>>) outs(%subview_1 : memref<29xi32, strided<[1], offset: ?>>) {
    ^bb0(%in: i32, %in_2: i32, %out: i32):
      %0 = arith.divsi %in, %in_2 : i32
      linalg.yield %0 : i32
    }
  }
  return
}

// No dimensions at all.
func.func @rank0(%arg0: memref<8xf32>, %arg1: memref<8xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (8) {
    %subview = memref.subview %arg0[%arg2] [1] [1] : memref<8xf32> to memref<f32, strided<[], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2] [1] [1] : memref<8xf32> to memref<f32, strided<[], offset: ?>>
    linalg.generic {indexing_maps = [#empty, #empty], iterator_types = []}
        ins(%subview : memref<f32, strided<[], offset: ?>>) outs(%subview_0 : memref<f32, strided<[], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = math.sqrt %in : f32
      linalg.yield %0 : f32
    }
  }
  return
}

// Every second element.
func.func @strided(%arg0: memref<8x51xf32>, %arg1: memref<8x25xf32>) attributes {dpsims.kernel} {
  scf.forall (%arg2) in (8) {
    %subview = memref.subview %arg0[%arg2, 1] [1, 25] [1, 2] : memref<8x51xf32>
        to memref<25xf32, strided<[2], offset: ?>>
    %subview_0 = memref.subview %arg1[%arg2, 0] [1, 25] [1, 1] : memref<8x25xf32>
        to memref<25xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<25xf32, strided<[2], offset: ?>>)
        outs(%subview_0 : memref<25xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %0 = math.absf %in : f32
      linalg.yield %0 : f32
    }
  }
  return
}

// The polynomials against libm.
func.func @exp(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "exp", check.range = array<f32: -8.700000e+01, 8.800000e+01>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.exp %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @expm1(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "expm1", check.range = array<f32: -8.000000e+01, 8.000000e+01>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.expm1 %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @log(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "log", check.range = array<f32: 0.00999999977, 1.000000e+03>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.log %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @log1p(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "log1p", check.range = array<f32: -0.899999976, 1.000000e+03>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.log1p %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @tanh(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "tanh", check.range = array<f32: -2.000000e+01, 2.000000e+01>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.tanh %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @erf(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "erf", check.range = array<f32: -6.000000e+00, 6.000000e+00>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = math.erf %in : f32
      linalg.yield %1 : f32
    }
  }
  return
}

func.func @sigmoid(%arg0: memref<4000xf32>, %arg1: memref<4000xf32>)
    attributes {check.function = "sigmoid", check.range = array<f32: -8.000000e+01, 8.000000e+01>, dpsims.kernel} {
  scf.forall (%arg2) in (16) {
    %0 = affine.apply #chunk(%arg2)
    %subview = memref.subview %arg0[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    %subview_0 = memref.subview %arg1[%0] [250] [1] : memref<4000xf32> to memref<250xf32, strided<[1], offset: ?>>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
        ins(%subview : memref<250xf32, strided<[1], offset: ?>>)
        outs(%subview_0 : memref<250xf32, strided<[1], offset: ?>>) {
    ^bb0(%in: f32, %out: f32):
      %1 = arith.negf %in : f32
      %2 = math.exp %1 : f32
      %cst = arith.constant 1.000000e+00 : f32
      %3 = arith.addf %2, %cst : f32
      %4 = arith.divf %cst, %3 : f32
      linalg.yield %4 : f32
    }
  }
  return
}
