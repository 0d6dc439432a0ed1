// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// On graphs: derivatives, batches, weights, precision. Algebra that saves work is in AlgebraPasses.td, fusion in
// FusionPasses.td.

#ifndef DPSIMS_GRAPH_PASSES
#define DPSIMS_GRAPH_PASSES

include "mlir/Pass/PassBase.td"

def MergeBatches : Pass<"dpsims-merge-batches", "GraphOp"> {
  let summary = "two runs of a network on independent values become one on a batch of both (CUDA)";
  let description = [{
    Axis 0 of a value is the batch. A convolution, or a product with a matrix, that appears twice with the same weights runs
    once on the `concat` of both images; so does what follows it, as long as it treats each image by itself. Statistics of
    a batch stay those of each run (`groups`). What else reads a result gets its `slice`.

    Two ops are merged only where neither depends on the other and the same gradients go through both: else the backward
    pass of one run would compute zeros for the other. Runs before `differentiate`, which then makes one backward pass, with
    one gradient of the weights. With `frozen` it runs once more after it, for networks that are not trained. There
    gradients do not hinder it: they read a slice.

    ```mlir
    %y = conv2d %a, %w <padding = 1> : (tensor<8x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<8x4x4x6xf32>
    %z = conv2d %b, %w <padding = 1> : (tensor<8x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<8x4x4x6xf32>
    ```
    becomes
    ```mlir
    %0 = concat %a, %b <axis = 0> : (tensor<8x4x4x3xf32>, tensor<8x4x4x3xf32>) -> tensor<16x4x4x3xf32>
    %1 = conv2d %0, %w <padding = 1> : (tensor<16x4x4x3xf32>, tensor<6x3x3x3xf32>) -> tensor<16x4x4x6xf32>
    %y = slice %1 <start = [0, 0, 0, 0], step = [1, 1, 1, 1], size = [8, 4, 4, 6]> : (tensor<16x4x4x6xf32>) -> tensor<8x4x4x6xf32>
    %z = slice %1 <start = [8, 0, 0, 0], step = [1, 1, 1, 1], size = [8, 4, 4, 6]> : (tensor<16x4x4x6xf32>) -> tensor<8x4x4x6xf32>
    ```

    Statistics: `merged-pairs` of ops that became one, `merged-contractions` among them.
  }];
  let options = [Option<"frozen", "frozen", "bool", "false",
                        "only convolutions and products whose weights the program does not change">];
  let dependentDialects = ["DpsimsDialect"];
}

include "passes/Graph/RankPasses.td"

def Differentiate : Pass<"dpsims-differentiate", "GraphOp"> {
  let summary = "every gradient becomes the ops that compute it";
  let description = [{
    Reverse mode: from the loss back to the values asked for, each op by its own derivative (`DifferentiableOpInterface`).
    Only values that depend on those asked for get gradients: nothing is computed for frozen weights
    or constants. Of several uses of a value the gradients are added. A value that the loss does not depend on has the
    gradient 0. `stop_gradient` counts as a constant, and is then removed, as is `copy_to_ranks`.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [3]> : () -> tensor<3xf32>
      %w = weight "w" <shape = [3], init = "ones", trained = true> : () -> tensor<3xf32>
      %y = mul %x, %w : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %e = exp %y : (tensor<3xf32>) -> tensor<3xf32>
      %loss = reduce %e <kind = "sum", axes = [0]> : (tensor<3xf32>) -> tensor<1xf32>
      %g = gradient %loss, %w : (tensor<1xf32>, tensor<3xf32>) -> tensor<3xf32>
      output "g" %g : tensor<3xf32>
    }
    ```
    becomes (with `--canonicalize`)
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [3]> : () -> tensor<3xf32>
      %1 = weight "w" <init = "ones", shape = [3], trained = true> : () -> tensor<3xf32>
      %2 = mul %0, %1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %3 = exp %2 : (tensor<3xf32>) -> tensor<3xf32>
      %4 = mul %3, %0 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      output "g" %4 : tensor<3xf32>
    }
    ```

    Statistics: `gradients`, `ops` that compute them.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def Decompose : Pass<"dpsims-decompose", "GraphOp"> {
  let summary = "batch_norm, batch_statistics, attention and products with vectors become simpler ops";
  let description = [{
    `batch_norm` with stored statistics becomes x * scale + shift, the vectors computed from weights alone; with a batch's
    statistics (x - mean) * scale + bias. `batch_statistics` becomes a mean and the mean of the squared differences.
    `attention` becomes two matmuls and a softmax that takes the scale. With `vector-products` a matmul without bias of
    which one operand is a vector (spectral norm's) becomes a sum of products: `group-kernels` launches them together.

    ```mlir
    dpsims.graph @p {
      %q = input "q" <shape = [2, 4, 8]> : () -> tensor<2x4x8xf32>
      %k = input "k" <shape = [2, 3, 8]> : () -> tensor<2x3x8xf32>
      %v = input "v" <shape = [2, 3, 6]> : () -> tensor<2x3x6xf32>
      %y = attention %q, %k, %v <scale = 0.5> : (tensor<2x4x8xf32>, tensor<2x3x8xf32>, tensor<2x3x6xf32>) -> tensor<2x4x6xf32>
      output "y" %y : tensor<2x4x6xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "q" <shape = [2, 4, 8]> : () -> tensor<2x4x8xf32>
      %1 = input "k" <shape = [2, 3, 8]> : () -> tensor<2x3x8xf32>
      %2 = input "v" <shape = [2, 3, 6]> : () -> tensor<2x3x6xf32>
      %3 = matmul %0, %1 <transpose_b = true> : (tensor<2x4x8xf32>, tensor<2x3x8xf32>) -> tensor<2x4x3xf32>
      %4 = softmax %3 <scale = 5.000000e-01> : (tensor<2x4x3xf32>) -> tensor<2x4x3xf32>
      %5 = matmul %4, %2 : (tensor<2x4x3xf32>, tensor<2x3x6xf32>) -> tensor<2x4x6xf32>
      output "y" %5 : tensor<2x4x6xf32>
    }
    ```

    Statistics: `decomposed` ops.
  }];
  let options = [Option<"vectorProducts", "vector-products", "bool", "false",
                        "matmuls of which one operand is a vector become sums of products">];
  let dependentDialects = ["DpsimsDialect"];
}

def SplitReductions : Pass<"dpsims-split-reductions", "GraphOp"> {
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

    Statistics: `split` reductions.
  }];
  let options = [Option<"points", "points", "int64_t", "64",
                         "grid points that the first should have; with half as many in one, it stays one">,
                 Option<"channels", "channels", "int64_t", "64", "channels of the last axis that a grid point takes">,
                 Option<"anyAxes", "any-axes", "bool", "false", "the second may reduce others than the first axes">];
  let dependentDialects = ["DpsimsDialect"];
}

def FoldIntoWeights : Pass<"dpsims-fold-into-weights", "GraphOp"> {
  let summary = "scales and shifts per channel after a conv2d or matmul go into its weights and bias";
  let description = [{
    y = conv(x, w, b) * s + t, with s and t per output channel and from weights alone, is conv(x, w * s, b * s + t): the
    products depend on weights alone and are computed at load. Holds for batch_norm with stored statistics (after
    `decompose`), ConvNeXt's layer scale, spectral norm.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
      %w = weight "w" <shape = [6, 4, 3, 3], init = "normal"> : () -> tensor<6x4x3x3xf32>
      %s = weight "s" <shape = [6], init = "ones"> : () -> tensor<6xf32>
      %c = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
      %y = mul %c, %s : (tensor<1x8x8x6xf32>, tensor<6xf32>) -> tensor<1x8x8x6xf32>
      output "y" %y : tensor<1x8x8x6xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
      %1 = weight "w" <init = "normal", shape = [6, 4, 3, 3]> : () -> tensor<6x4x3x3xf32>
      %2 = weight "s" <init = "ones", shape = [6]> : () -> tensor<6xf32>
      %3 = reshape %2 <shape = [6, 1, 1, 1]> : (tensor<6xf32>) -> tensor<6x1x1x1xf32>
      %4 = mul %1, %3 : (tensor<6x4x3x3xf32>, tensor<6x1x1x1xf32>) -> tensor<6x4x3x3xf32>
      %5 = conv2d %0, %4 <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
      output "y" %5 : tensor<1x8x8x6xf32>
    }
    ```

    Statistics: `folded` scales and shifts.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def MergeSiblings : Pass<"dpsims-merge-siblings", "GraphOp"> {
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

    Statistics: `contractions`, `weight-gradients` and `input-gradients` that became part of another.
  }];
  let options = [Option<"small", "small", "int64_t", "1 << 20", "bytes that may be copied for a library">,
                 Option<"peak", "peak", "double", "1.0", "what may be alive at a time, as a part of the graph's peak">];
  let dependentDialects = ["DpsimsDialect"];
}

def HoistConstants : Pass<"dpsims-hoist-constants", "GraphOp"> {
  let summary = "what depends on weights alone moves into the graph's prepare part";
  let description = [{

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [4]> : () -> tensor<4xf32>
      %w = weight "w" <shape = [4], init = "ones"> : () -> tensor<4xf32>
      %s = exp %w : (tensor<4xf32>) -> tensor<4xf32>
      %y = mul %x, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      output "y" %y : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = prepare {
        %3 = weight "w" <init = "ones", shape = [4]> : () -> tensor<4xf32>
        %4 = exp %3 : (tensor<4xf32>) -> tensor<4xf32>
        yield %4 : tensor<4xf32>
      } : tensor<4xf32>
      %1 = input "x" <shape = [4]> : () -> tensor<4xf32>
      %2 = mul %1, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      output "y" %2 : tensor<4xf32>
    }
    ```

    Statistics: `hoisted` ops, `constants` that the rest of the graph reads.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def PackWeights : Pass<"dpsims-pack-weights", "GraphOp"> {
  let summary = "weights of convolutions that are trained get the order that cuDNN takes (CUDA)";
  let description = [{
    cuDNN wants (O, kh, kw, C). What depends on weights that the program does not change is packed by the runtime, once.
    Of others the graph makes a transposition, which `fuse-elementwise` joins with what makes or reads the weights, and
    `group-kernels` with others; a convolution says by `packed` that its weights have this order in memory, whatever their
    shape says. The pipeline for the CPU does without: oneDNN chooses an order of its own.

    ```mlir
    module {
      dpsims.graph @p {
        %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
        %w = input "w" <shape = [6, 4, 3, 3]> : () -> tensor<6x4x3x3xf32>
        %y = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
        output "y" %y : tensor<1x8x8x6xf32>
      }
    }
    ```
    becomes
    ```mlir
    module {
      dpsims.graph @p {
        %0 = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
        %1 = input "w" <shape = [6, 4, 3, 3]> : () -> tensor<6x4x3x3xf32>
        %2 = transpose %1 <perm = [0, 2, 3, 1]> : (tensor<6x4x3x3xf32>) -> tensor<6x3x3x4xf32>
        %3 = reshape %2 <shape = [6, 4, 3, 3]> : (tensor<6x3x3x4xf32>) -> tensor<6x4x3x3xf32>
        %4 = conv2d %0, %3 <packed = true, padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
        output "y" %4 : tensor<1x8x8x6xf32>
      }
    }
    ```

    Statistics: `packed` convolutions and gradients.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def DrawGraph : Pass<"dpsims-draw-graph", "mlir::ModuleOp"> {
  let summary = "Writes graphs as drawings for Graphviz, with shapes and costs; changes nothing";
  let description = [{
    An op is a box: its name, its attributes but those of type and shape, the weights that it reads, and what it costs, in
    floating point operations and in bytes that it reads and writes. The more of the former, the darker. A `fused` lists
    the ops of its body; `prepare`, which runs once when weights are loaded, is one box. Arrows have shapes, and types
    other than f32. Works on what --compile-to=graph and --compile-to=optimized write:

    `dpsims-opt graph.mlir --dpsims-draw-graph=file=graph.dot -o /dev/null && dot -Tsvg graph.dot -o graph.svg`

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [1, 4, 8, 2]> : () -> tensor<1x4x8x2xf32>
      %w = weight "conv.weight" <shape = [4, 2, 3, 3], init = "zeros"> : () -> tensor<4x2x3x3xf32>
      %y = conv2d %x, %w <padding = 1> : (tensor<1x4x8x2xf32>, tensor<4x2x3x3xf32>) -> tensor<1x4x8x4xf32>
      output "y" %y : tensor<1x4x8x4xf32>
    }
    ```
    writes (with `file=graph.dot`)
    ```dot
    digraph "p" {
      label="p: 4.61 kFLOP, 1.06 kB read and written by 1 ops"; labelloc=t; fontname="sans-serif";
      node [shape=box, style=filled, fillcolor=white, fontname="sans-serif", fontsize=11];
      edge [fontname="sans-serif", fontsize=9];
      n0 [label="input x", shape=ellipse];
      n1 [label="conv2d\npadding = 1\nconv.weight 4x2x3x3\n4.61 kFLOP, 1.06 kB", fillcolor="0.09 0.70 1.0"];
      n0 -> n1 [label="1x4x8x2"];
      n2 [label="output y", shape=ellipse];
      n1 -> n2 [label="1x4x8x4"];
    }
    ```
  }];
  let options = [Option<"file", "file", "std::string", "\"-\"", "where to write; - is standard output">];
}

def AssignPrecision : Pass<"dpsims-assign-precision", "GraphOp"> {
  let summary = "in a module of precision bf16, products are of bf16, and so is what is stored for them";
  let description = [{
    Both factors of a convolution, of its gradients or of a matmul are rounded to bf16; sums, bias and epilogue are f32.
    The result is bf16, but for gradients of weights, and for what reaches an output by arithmetic on its elements. All
    else stays f32, and what reads a result in bf16 widens it: statistics, norms, softmax, losses, the optimizer, weights and
    their averages. `fuse-elementwise` makes casts part of the kernels before and after. Where a product reads a value that
    others read too, they read the rounded one, which alone is stored. Constants are rounded when they are made, trained
    weights once a step.

    f32 stay products of what no input reaches (spectral norm), and those with a vector.

    Runs after `differentiate`, so that derivatives are those of the plain model: each op of the backward pass is
    rounded as one of the forward pass is, and no gradient is rounded between its sums. Runs after `fuse-epilogues`: a
    result is rounded once, after its epilogue.

    ```mlir
    module attributes {dpsims.precision = "bf16"} {
      dpsims.graph @p {
        %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
        %w = input "w" <shape = [4, 4, 3, 3]> : () -> tensor<4x4x3x3xf32>
        %c = conv2d %x, %w <activation = "relu", padding = 1> : (tensor<1x8x8x4xf32>, tensor<4x4x3x3xf32>) -> tensor<1x8x8x4xf32>
        %m = reduce %c <axes = [1, 2], kind = "mean"> : (tensor<1x8x8x4xf32>) -> tensor<1x1x1x4xf32>
        %y = conv2d %c, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<4x4x3x3xf32>) -> tensor<1x8x8x4xf32>
        output "m" %m : tensor<1x1x1x4xf32>
        output "y" %y : tensor<1x8x8x4xf32>
      }
    }
    ```
    becomes
    ```mlir
    module attributes {dpsims.precision = "bf16"} {
      dpsims.graph @p {
        %0 = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
        %1 = cast %0 <type = "bf16"> : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xbf16>
        %2 = input "w" <shape = [4, 4, 3, 3]> : () -> tensor<4x4x3x3xf32>
        %3 = cast %2 <type = "bf16"> : (tensor<4x4x3x3xf32>) -> tensor<4x4x3x3xbf16>
        %4 = conv2d %1, %3 <activation = "relu", padding = 1> : (tensor<1x8x8x4xbf16>, tensor<4x4x3x3xbf16>) -> tensor<1x8x8x4xbf16>
        %5 = cast %4 <type = "f32"> : (tensor<1x8x8x4xbf16>) -> tensor<1x8x8x4xf32>
        %6 = reduce %5 <axes = [1, 2], kind = "mean"> : (tensor<1x8x8x4xf32>) -> tensor<1x1x1x4xf32>
        %7 = conv2d %4, %3 <padding = 1, type = "f32"> : (tensor<1x8x8x4xbf16>, tensor<4x4x3x3xbf16>) -> tensor<1x8x8x4xf32>
        output "m" %6 : tensor<1x1x1x4xf32>
        output "y" %7 : tensor<1x8x8x4xf32>
      }
    }
    ```

    Statistics: `products` in bf16, `results` of them, `casts` placed.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

#endif
