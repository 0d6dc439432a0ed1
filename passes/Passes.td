// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every pass of the compiler, in the order in which the pipelines of Pipelines.cpp run them.

#ifndef DPSIMS_PASSES
#define DPSIMS_PASSES

include "mlir/Pass/PassBase.td"

def ResolveImports : Pass<"resolve-imports", "mlir::ModuleOp"> {
  let summary = "Replaces every import by the imported file's blocks";
  let description = [{
    Paths are relative to the importing file. Each file is read once, whoever imports it.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def Elaborate : Pass<"elaborate", "mlir::ModuleOp"> {
  let summary = "Programs become graphs: parameters are numbers, blocks are instantiated, types are inferred";
  let description = [{
    Every program (or those named) becomes a `dpsims.graph` of static tensors; weights get the names of their paths.
    Blocks, networks and programs are removed. A program's parameters come from the configuration: its top-level keys,
    its sections as records, and the batch.

    ```mlir
    dpsims.block @Scale<by: float>(%x) {
      %c = constant <value = by>
      %y = mul %x, %c
      return %y
    }
    dpsims.program @p<batch: int = 2> {
      %x = input "x" <shape = [batch, 3]>
      %y = instance @Scale<by = 2.0>(%x)
      output "y" %y
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [2, 3]> : () -> tensor<2x3xf32>
      %1 = constant <value = 2.000000e+00> : () -> tensor<f32>
      %2 = mul %0, %1 : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
      output "y" %2 : tensor<2x3xf32>
    }
    ```
  }];
  let options = [
    ListOption<"programs", "programs", "std::string", "programs to elaborate; all if none is named">,
    Option<"config", "config", "std::string", "", "configuration file (JSON)">,
    ListOption<"settings", "set", "std::string", "key=value, key as section.name, over the configuration's">
  ];
  let dependentDialects = ["DpsimsDialect"];
}

def MergeBatches : Pass<"merge-batches", "GraphOp"> {
  let summary = "two runs of a network on independent values become one on a batch of both (CUDA)";
  let description = [{
    Axis 0 of a value is the batch. A convolution, or a product with a matrix, that stands twice with the same weights runs
    once on the `concat` of both images; so does what follows it, as long as it treats each image by itself. Statistics of
    a batch stay those of each run (`groups`). What else reads a result gets its `slice`.

    Two ops are merged only where neither depends on the other and the same gradients go through both: else the backward
    pass of one run would compute zeros for the other. Runs before `differentiate`, which then makes one backward pass, with
    one gradient of the weights. With `frozen` it runs once more behind it, for networks that are not trained: now gradients
    are no hindrance, they read a slice.

    ```mlir
    %1 = conv2d %a, %w <padding = 1> : (tensor<8x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<8x4x4x6xf32>
    %2 = conv2d %b, %w <padding = 1> : (tensor<8x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<8x4x4x6xf32>
    ```
    becomes
    ```mlir
    %0 = concat %a, %b <axis = 0> : (tensor<8x4x4x3xf32>, tensor<8x4x4x3xf32>) -> tensor<16x4x4x3xf32>
    %1 = conv2d %0, %w <padding = 1> : (tensor<16x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<16x4x4x6xf32>
    %2 = slice %1 <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [8, 4, 4, 6]> : (tensor<16x4x4x6xf32>) -> tensor<8x4x4x6xf32>
    %3 = slice %1 <start = [8, 0, 0, 0], step = [1, 1, 1, 1], size = [8, 4, 4, 6]> : (tensor<16x4x4x6xf32>) -> tensor<8x4x4x6xf32>
    ```
  }];
  let options = [Option<"frozen", "frozen", "bool", "false",
                        "only convolutions and products whose weights the program does not change">];
  let statistics = [
    Statistic<"mergedPairs", "merged-pairs", "pairs of ops that became one">,
    Statistic<"mergedContractions", "merged-contractions", "convolutions and matrix products among them">
  ];
  let dependentDialects = ["DpsimsDialect"];
}

def Differentiate : Pass<"differentiate", "GraphOp"> {
  let summary = "every gradient becomes the ops that compute it";
  let description = [{
    Reverse mode: from the loss back to the values asked for, each op by its own derivative (`DifferentiableOpInterface`).
    Only values that depend on those asked for get gradients: nothing is computed for frozen weights, nor behind
    constants. Of several uses of a value the gradients are added. A value that the loss does not depend on has the
    gradient 0. `stop_gradient` is a constant on the way, and then goes.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [3]> : () -> tensor<3xf32>
      %w = weight "w" <shape = [3], init = "ones", trained = true> : () -> tensor<3xf32>
      %y = mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %loss = reduce %y <kind = "sum", axes = [0]> : (tensor<3xf32>) -> tensor<1xf32>
      %g = gradient %loss, %w : (tensor<1xf32>, tensor<3xf32>) -> tensor<3xf32>
      output "g" %g : tensor<3xf32>
    }
    ```
    becomes (without what nobody reads)
    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [3]> : () -> tensor<3xf32>
      %one = constant <value = 1.0, shape = [1]> : () -> tensor<1xf32>
      %dy = broadcast %one <shape = [3]> : (tensor<1xf32>) -> tensor<3xf32>
      %g = mul %dy, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      output "g" %g : tensor<3xf32>
    }
    ```
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def Decompose : Pass<"decompose", "GraphOp"> {
  let summary = "batch_norm, batch_statistics, attention and products with vectors become simpler ops";
  let description = [{
    `batch_norm` with stored statistics becomes x * scale + shift, the vectors computed from weights alone; with a batch's
    statistics (x - mean) * scale + bias. `batch_statistics` becomes a mean and the mean of the squared differences.
    `attention` becomes two matmuls and a softmax that takes the scale. For CUDA a matmul without bias of
    which one operand is a vector (spectral norm's) becomes a sum of products: `group-kernels` launches them together.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def SplitReductions : Pass<"split-reductions", "GraphOp"> {
  let summary = "large reductions to few elements become two, so that all of a processor works on them";
  let description = [{
    The second reduces the first axes, as few as give the first reduction `points` grid points; with `any-axes` those
    that leave it the fewest elements: no reshape comes between the first and the arithmetic whose result it reads. Sums,
    means and maxima alike; a mean is the mean of means of equally many elements. Those along a last axis of up to 8192
    elements stay: a row is little work.

    ```mlir
    %s = reduce %x <axes = [0, 1, 2], kind = "sum"> : (tensor<8x128x128x64xf32>) -> tensor<1x1x1x64xf32>
    ```
    becomes
    ```mlir
    %0 = reduce %x <axes = [2], kind = "sum"> : (tensor<8x128x128x64xf32>) -> tensor<8x128x1x64xf32>
    %s = reduce %0 <axes = [0, 1], kind = "sum"> : (tensor<8x128x1x64xf32>) -> tensor<1x1x1x64xf32>
    ```
  }];
  let options = [Option<"points", "points", "int64_t", "64",
                         "grid points that the first should have; with half as many in one, it stays one">,
                 Option<"channels", "channels", "int64_t", "64", "channels of the last axis that a grid point takes">,
                 Option<"anyAxes", "any-axes", "bool", "false", "the second may reduce others than the first axes">];
  let dependentDialects = ["DpsimsDialect"];
}

def FoldIntoWeights : Pass<"fold-into-weights", "GraphOp"> {
  let summary = "scales and shifts per channel behind a conv2d or matmul go into its weights and bias";
  let description = [{
    y = conv(x, w, b) * s + t, with s and t per output channel and from weights alone, is conv(x, w * s, b * s + t): the
    products depend on weights alone and are computed at load. Holds for batch_norm with stored statistics (after
    `decompose`), ConvNeXt's layer scale, spectral norm.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def MergeSiblings : Pass<"merge-siblings", "GraphOp"> {
  let summary = "convolutions and matrix products that read one input become one, and so do their gradients (CUDA)";
  let description = [{
    Convolutions of equal geometry (and products with a matrix of weights) that read one value become one with their
    weights joined along the output channels. What reads their results reads slices of channels, which costs a kernel
    nothing. Not where a library would read a slice of more than `small` bytes, nor where an activation is the epilogue.

    Of such ops' gradients, too, those of the weights become one, those of the input, which are added up, one, and the sums
    for the biases one, of the joined gradients of the results. A kernel that makes one of those writes it in its place
    there; what else reads it reads a slice.

    A joined value lives as long as its last reader. Groups are as large as they can be with the memory that the graph
    needs at its peak in any case: gamma and beta of a modulation in training are read once more, and no more, in the
    backward pass; then the gammas of a block become one, and the betas.

    ```mlir
    %a = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<4x4x3x3xf32>) -> tensor<1x8x8x4xf32>
    %b = conv2d %x, %v <padding = 1> : (tensor<1x8x8x4xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x8x8xf32>
    ```
    becomes
    ```mlir
    %0 = concat %w, %v <axis = 0> : (tensor<4x4x3x3xf32>, tensor<8x4x3x3xf32>) -> tensor<12x4x3x3xf32>
    %1 = conv2d %x, %0 <padding = 1> : (tensor<1x8x8x4xf32>, tensor<12x4x3x3xf32>) -> tensor<1x8x8x12xf32>
    %a = slice %1 <size = [1, 8, 8, 4], start = [0, 0, 0, 0], step = [1, 1, 1, 1]> : (tensor<1x8x8x12xf32>) -> tensor<1x8x8x4xf32>
    %b = slice %1 <size = [1, 8, 8, 8], start = [0, 0, 0, 4], step = [1, 1, 1, 1]> : (tensor<1x8x8x12xf32>) -> tensor<1x8x8x8xf32>
    ```
  }];
  let options = [Option<"small", "small", "int64_t", "1 << 20", "bytes that may be copied for a library">,
                 Option<"peak", "peak", "double", "1.0", "what may be alive at a time, as a part of the graph's peak">];
  let statistics = [
    Statistic<"contractions", "contractions", "convolutions and products that became part of another">,
    Statistic<"weightGradients", "weight-gradients", "gradients of weights that did">,
    Statistic<"inputGradients", "input-gradients", "gradients of inputs that did">
  ];
  let dependentDialects = ["DpsimsDialect"];
}

def HoistConstants : Pass<"hoist-constants", "GraphOp"> {
  let summary = "what depends on weights alone moves into the graph's prepare part";
  let dependentDialects = ["DpsimsDialect"];
}

def PackWeights : Pass<"pack-weights", "GraphOp"> {
  let summary = "weights of convolutions that are trained get the order that cuDNN takes (CUDA)";
  let description = [{
    cuDNN wants (O, kh, kw, C). What depends on weights that the program does not change is packed by the runtime, once.
    Of others the graph makes a transposition, which `fuse-elementwise` joins with what makes or reads the weights, and
    `group-kernels` with others; a convolution says by `packed` that its weights have this order in memory, whatever their
    shape says. For the CPU nothing changes: oneDNN chooses an order of its own.

    ```mlir
    %y = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
    ```
    becomes
    ```mlir
    %0 = transpose %w <perm = [0, 2, 3, 1]> : (tensor<6x4x3x3xf32>) -> tensor<6x3x3x4xf32>
    %1 = reshape %0 <shape = [6, 4, 3, 3]> : (tensor<6x3x3x4xf32>) -> tensor<6x4x3x3xf32>
    %y = conv2d %x, %1 <packed = true, padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
    ```
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseEpilogues : Pass<"fuse-epilogues", "GraphOp"> {
  let summary = "activations and residual sums behind a conv2d or matmul become its epilogue";
  let description = [{
    Only where nothing else reads the value in between.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseElementwise : Pass<"fuse-elementwise", "GraphOp"> {
  let summary = "groups of elementwise ops become fused ops, one kernel each";
  let description = [{
    Every op that is not a library step ends in a `fused`. A producer joins its consumer where all its readers are in
    that group; ops that only pick elements (upsample, slice, broadcast) are repeated in each group that reads them.

    A group may have reductions along the last axis, of up to 8192 elements, between elementwise ops on whole rows: a
    norm, or the gradient of a softmax or of layer_norm, is one kernel that has each row in the nearest cache.

    ```mlir
    %m = reduce %x <axes = [1], kind = "mean"> : (tensor<6x80xf32>) -> tensor<6x1xf32>
    %y = sub %x, %m : (tensor<6x80xf32>, tensor<6x1xf32>) -> tensor<6x80xf32>
    ```
    becomes
    ```mlir
    %y = fused %x : tensor<6x80xf32> -> tensor<6x80xf32> {
    ^bb0(%arg0: tensor<6x80xf32>):
      %m = reduce %arg0 <axes = [1], kind = "mean"> : (tensor<6x80xf32>) -> tensor<6x1xf32>
      %d = sub %arg0, %m : (tensor<6x80xf32>, tensor<6x1xf32>) -> tensor<6x80xf32>
      yield %d : tensor<6x80xf32>
    }
    ```
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def AttachTails : Pass<"attach-tails", "GraphOp"> {
  let summary = "small work behind a reduction runs in the reduction's kernel, in its last block (CUDA)";
  let description = [{
    A reduction ends with partial sums, their sum, and a little arithmetic on it: kernels that are done sooner than a GPU
    is told of them. Such an op (a reduction or arithmetic that reads at most `read` elements and makes at most `made`)
    becomes part of the `fused` of the reduction that it reads, the last if there are several, where all else that it
    reads is there by then. `lower-kernels` makes it a tail of the kernel: the block that ends last computes it, so that
    the order of all sums stays as it is. Results of reductions are in memory between the two; arithmetic on them is
    computed wherever it is read. Updates of weights stay by themselves, as they work in place.

    ```mlir
    %p = fused %x : tensor<512x64x9xf32> -> tensor<512x1x9xf32> { ... reduce %a <axes = [1], kind = "sum"> ... }
    %s = fused %p : tensor<512x1x9xf32> -> tensor<1x1x9xf32> { ... reduce %a <axes = [0], kind = "sum"> ... }
    ```
    becomes
    ```mlir
    %0:2 = fused %x : tensor<512x64x9xf32> -> tensor<512x1x9xf32>, tensor<1x1x9xf32> {
    ^bb0(%a: tensor<512x64x9xf32>):
      %p = reduce %a <axes = [1], kind = "sum"> : (tensor<512x64x9xf32>) -> tensor<512x1x9xf32>
      %s = reduce %p <axes = [0], kind = "sum"> : (tensor<512x1x9xf32>) -> tensor<1x1x9xf32>
      yield %p, %s : tensor<512x1x9xf32>, tensor<1x1x9xf32>
    }
    ```
  }];
  let options = [Option<"read", "read", "int64_t", "1 << 16", "elements that a tail may read">,
                 Option<"made", "made", "int64_t", "1 << 13", "elements that a tail may make">];
  let statistics = [Statistic<"tails", "tails", "kernels that became tails of others">];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseMultiOutput : Pass<"fuse-multi-output", "GraphOp"> {
  let summary = "elementwise kernels of one shape that share what they read become one with several results";
  let description = [{
    A `fused` that reads the result of another, or what another reads, joins it where all that it reads is known by then:
    the shared value is read once, and one launch is saved. In a backward pass most activations' gradients have two
    readers (the gradients of a product's two factors). Updates of weights are `group-kernels`' own.

    ```mlir
    %g = fused %dy, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> { ... }
    %a = fused %g, %n : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> { ... }
    ```
    becomes
    ```mlir
    %0:2 = fused %dy, %x, %n : tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>, tensor<4xf32> { ... }
    ```
  }];
  let statistics = [Statistic<"fused", "fused", "ops that became part of another">];
  let dependentDialects = ["DpsimsDialect"];
}

def GroupKernels : Pass<"group-kernels", "GraphOp"> {
  let summary = "small kernels, and updates of weights, that do not depend on one another become one";
  let description = [{
    A training step has hundreds of kernels whose work is done sooner than a GPU is told of it: Adam for each weight, the
    moving averages, spectral norm for each layer, the statistics of each BatchNorm.

    First all that is made of one gradient becomes one `fused` with several results: Adam's average of squares, the weight,
    its moving average, and sums of gradients that nothing else reads. Then library ops and large kernels keep their order;
    small kernels (at most `small` bytes of intermediate results) and updates wait until one of those needs them. Then all
    small ones that can run do so together, and with an update all updates that can. So do kernels that make large results
    of weights (their order for a library, their division by a norm), but only `ahead` bytes before they are needed. What reads an old weight comes before
    its update, which works in place. `lower-kernels` makes one kernel of the parts of a `fused`; `schedule` and
    `plan-memory` treat it as any other.

    ```mlir
    %a = fused %x : tensor<4xf32> -> tensor<4xf32> { ^bb0(%p: tensor<4xf32>): ... yield %q : tensor<4xf32> }
    %b = fused %y : tensor<9xf32> -> tensor<9xf32> { ^bb0(%p: tensor<9xf32>): ... yield %r : tensor<9xf32> }
    ```
    becomes
    ```mlir
    %0:2 = fused %x, %y : tensor<4xf32>, tensor<9xf32> -> tensor<4xf32>, tensor<9xf32> {
    ^bb0(%p: tensor<4xf32>, %s: tensor<9xf32>):
      ...
      yield %q, %r : tensor<4xf32>, tensor<9xf32>
    }
    ```
  }];
  let options = [Option<"small", "small", "int64_t", "1 << 20", "bytes of intermediate results of a small kernel">,
                 Option<"ahead", "ahead", "int64_t", "1 << 24", "bytes of results that may be made ahead">];
  let statistics = [
    Statistic<"fusedUpdates", "fused-updates", "ops that became part of another of the same gradient">,
    Statistic<"groups", "groups", "launches for several kernels">,
    Statistic<"grouped", "grouped", "kernels in them">
  ];
  let dependentDialects = ["DpsimsDialect"];
}

def Recompute : Pass<"recompute", "GraphOp"> {
  let summary = "what waits long is computed again, until the intermediate results fit a budget";
  let description = [{
    While more than `budget` bytes are alive at some op, the value that is cheapest to make again, for its size, among those
    that wait there for a later use is computed again before that use, from what is alive then. Runs behind
    `group-kernels`, where every value is one that the schedule keeps. Fails, with the least that it found, where the
    budget is too small. 0: no budget.
  }];
  let options = [Option<"budget", "budget", "int64_t", "0", "bytes of intermediate results">];
  let dependentDialects = ["DpsimsDialect"];
}

def Schedule : Pass<"schedule", "mlir::ModuleOp"> {
  let summary = "graphs become entries: straight lists of steps on buffers";
  let dependentDialects = ["DpsimsDialect", "mlir::memref::MemRefDialect"];
}

def PlanMemory : Pass<"plan-memory", "EntryOp"> {
  let summary = "buffers get their places in the arena";
  let description = [{
    By liveness: two buffers share bytes only where no step needs both. Largest first, at the lowest free offset; every
    offset is a multiple of 64 bytes.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def VerifySchedule : Pass<"verify-schedule", "EntryOp"> {
  let summary = "checks that no two live buffers overlap and every value is written before it is read";
}

def LowerKernels : Pass<"lower-kernels", "mlir::ModuleOp"> {
  let summary = "every compute step becomes a launch of a kernel function";
  let description = [{
    Kernel functions are those of docs/architecture.md; equal ones are made once.
  }];
  let options = [Option<"gpu", "gpu", "bool", "false",
                         "grid points of a size that suits a GPU: many, with little work each">];
  let dependentDialects = ["DpsimsDialect", "mlir::func::FuncDialect", "mlir::scf::SCFDialect",
                           "mlir::linalg::LinalgDialect", "mlir::memref::MemRefDialect", "mlir::arith::ArithDialect",
                           "mlir::math::MathDialect", "mlir::affine::AffineDialect"];
}

def VerifyKernels : Pass<"verify-kernels", "mlir::func::FuncOp"> {
  let summary = "Kernel functions are of the form that both targets take";
  let description = [{
    The form is that of docs/architecture.md, "Kernel functions". Fails where a function with `dpsims.kernel` has anything
    else; changes nothing. `vectorize-kernels` and `lower-kernels-to-gpu` ask the same.

    ```mlir
    func.func @k(%x: memref<?xf32>) attributes {dpsims.kernel} {
    // error: argument 0 of a kernel must be a static contiguous memref of f32, i32 or i8, but is 'memref<?xf32>'
    ```
  }];
}

def VectorizeKernels : Pass<"vectorize-kernels", "mlir::func::FuncOp"> {
  let summary = "Kernels' linalg.generic ops become vector loops (CPU)";
  let description = [{
    Each `linalg.generic` of a kernel becomes a loop nest whose last dimension is vectorized, with a masked remainder.

    ```mlir
    linalg.generic {...} ins(%x : memref<21xf32>) outs(%y : memref<21xf32>)
    ```
    with vectors of 8 becomes two loads and stores of `vector<8xf32>` and a `vector.maskedload` and `vector.maskedstore` of
    the last 5 elements.
  }];
  let options = [Option<"vectorWidth", "vector-width", "int64_t", "16", "elements of f32 in a vector">];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::vector::VectorDialect", "mlir::arith::ArithDialect",
                           "mlir::memref::MemRefDialect", "mlir::affine::AffineDialect", "mlir::math::MathDialect"];
}

def LowerKernelGrids : Pass<"lower-kernel-grids", "mlir::func::FuncOp"> {
  let summary = "Kernels' forall becomes a loop over a range of its grid (CPU)";
  let description = [{
    Each kernel becomes a function `(%args: memrefs..., %begin: index, %end: index)`: a loop over the grid's linear
    indices, in order, so that a `dpsims.last_point` is the last of its points.

    ```mlir
    scf.forall (%i, %j) in (6, 7) { ... }
    ```
    becomes
    ```mlir
    scf.for %point = %begin to %end step %c1 iter_args(%i = ..., %j = ...) { ... }
    ```
  }];
  let dependentDialects = ["mlir::scf::SCFDialect", "mlir::arith::ArithDialect"];
}

def HoistPrivateBuffers : Pass<"hoist-private-buffers", "mlir::func::FuncOp"> {
  let summary = "Kernels' private buffers are allocated once, before all else (CPU)";
  let description = [{
    A `memref.alloca` in a loop would take new stack in every round: it moves to the function's beginning. A kernel with
    more than a megabyte of them is an error.

    ```mlir
    scf.for %point = %begin to %end step %c1 {
      %a = memref.alloca() : memref<64xf32>
    ```
    becomes
    ```mlir
    %a = memref.alloca() {alignment = 64 : i64} : memref<64xf32>
    scf.for %point = %begin to %end step %c1 {
    ```
  }];
}

def LowerLoopsToLLVM : Pass<"lower-loops-to-llvm", "mlir::ModuleOp"> {
  let summary = "Kernels as --lower-kernels-to-loops leaves them in the LLVM dialect, with the runtime's calling convention";
  let description = [{
    Every kernel becomes `void NAME(ptr args, i64 begin, i64 end)`. exp, tanh, erf, log become polynomials: the
    code imports nothing.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect", "mlir::cf::ControlFlowDialect", "mlir::arith::ArithDialect",
                           "mlir::affine::AffineDialect", "mlir::memref::MemRefDialect",
                           "mlir::vector::VectorDialect", "mlir::math::MathDialect"];
}

def MarkDisjointArguments : Pass<"mark-disjoint-arguments", "mlir::ModuleOp"> {
  let summary = "kernels' arguments that never share memory with others are marked as such (CUDA)";
  let description = [{
    The plan tells which buffers of a launch overlap. An argument of a kernel gets `dpsims.disjoint` if in no launch it
    has a byte in common with an argument that the kernel writes, nor, if the kernel writes it, with any other. Then
    threads need not wait for accesses of other arguments, and what is only read may be cached.

    ```mlir
    %a = buffer arena {offset = 0 : i64} : memref<8xf32>
    %b = buffer arena {offset = 64 : i64} : memref<8xf32>
    launch @k ins(%a : memref<8xf32>) outs(%b : memref<8xf32>)
    ```
    makes of `func.func @k(%x: memref<8xf32>, %y: memref<8xf32>)`
    ```mlir
    func.func @k(%x: memref<8xf32> {dpsims.disjoint}, %y: memref<8xf32> {dpsims.disjoint})
    ```
  }];
}

def LowerKernelsToGpu : Pass<"lower-kernels-to-gpu", "mlir::ModuleOp"> {
  let summary = "Kernels become gpu.func in one gpu.module (CUDA)";
  let description = [{
    Takes the kernel functions of docs/architecture.md. The last dimension of every `linalg.generic` is spread over the
    threads of a grid point, reductions end in an exchange between threads, barriers stand between steps that depend on
    one another. A grid point is a block, or several are, where they share nothing in it.
  }];
  let dependentDialects = ["mlir::gpu::GPUDialect", "mlir::LLVM::LLVMDialect", "mlir::NVVM::NVVMDialect",
                           "mlir::scf::SCFDialect", "mlir::arith::ArithDialect", "mlir::memref::MemRefDialect",
                           "mlir::affine::AffineDialect",
                           "mlir::math::MathDialect"];
}

def ShareGpuBuffers : Pass<"share-gpu-buffers", "mlir::gpu::GPUFuncOp"> {
  let summary = "buffers private to a grid point become memory that the threads of a block share (CUDA)";
  let description = [{
    The last part of lower-kernels-to-gpu. A kernel has one workgroup buffer, and its buffers are views of it at multiples
    of 16 bytes: LLVM takes 16 for the alignment of shared memory, and merges neighbouring accesses accordingly. A buffer
    that nothing reads or writes takes no room.

    ```mlir
    gpu.func @k(%x: memref<4xf32>) kernel {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %a = memref.alloca() : memref<7xf32>
      memref.store %zero, %a[%c0] : memref<7xf32>
      gpu.return
    }
    ```
    becomes
    ```mlir
    gpu.func @k(%x: memref<4xf32>)
        workgroup(%shared: memref<32xi8, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %a = memref.view %shared[%c0][] : memref<32xi8, #gpu.address_space<workgroup>>
        to memref<7xf32, #gpu.address_space<workgroup>>
      memref.store %zero, %a[%c0] : memref<7xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
    ```
  }];
  let dependentDialects = ["mlir::gpu::GPUDialect", "mlir::memref::MemRefDialect", "mlir::arith::ArithDialect"];
}

def AssembleGpu : Pass<"assemble-gpu", "mlir::ModuleOp"> {
  let summary = "gpu.module becomes gpu.binary: its PTX and its machine code (needs ptxas of the CUDA toolkit)";
  let description = [{
    Takes the result of lower-kernels-to-gpu. Functions that the hardware lacks are expanded into arithmetic; the PTX
    calls no library. dpsims-compile does the same without this pass, and keeps both texts in the compiled model.
  }];
  let options = [Option<"chip", "chip", "std::string", "\"sm_90\"", "the chip to compile for">];
}

#endif
