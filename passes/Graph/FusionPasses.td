// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// On graphs: which ops one kernel computes, and in which order kernels run.

#ifndef DPSIMS_GRAPH_FUSION_PASSES
#define DPSIMS_GRAPH_FUSION_PASSES

include "mlir/Pass/PassBase.td"

def FuseAttention : Pass<"dpsims-fuse-attention", "GraphOp"> {
  let summary = "attention to few keys becomes one kernel, and its gradient another";
  let description = [{
    Each row of queries is read once; keys and values are close to it, and of the rows' weights only those of some rows
    are in memory at a time. The gradient computes them again from the logarithms of their sums. A sum with the queries,
    which may have been reshaped, is part of the kernel. Runs before `differentiate`; what is not fused, `decompose`
    takes apart.

    Only for up to `keys` keys, where a library's product of such small matrices is no faster, and where keys, values
    and weights fit into `memory` bytes; with a bias for each key or none; and not in a program that differentiates a
    gradient.

    ```mlir
    dpsims.graph @p {
      %q = input "q" <shape = [1, 64, 8]> : () -> tensor<1x64x8xf32>
      %k = input "k" <shape = [1, 4, 8]> : () -> tensor<1x4x8xf32>
      %a = attention %q, %k, %k <scale = 0.5>
          : (tensor<1x64x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> tensor<1x64x8xf32>
      %y = add %q, %a : (tensor<1x64x8xf32>, tensor<1x64x8xf32>) -> tensor<1x64x8xf32>
      output "y" %y : tensor<1x64x8xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "q" <shape = [1, 64, 8]> : () -> tensor<1x64x8xf32>
      %1 = input "k" <shape = [1, 4, 8]> : () -> tensor<1x4x8xf32>
      %result, %sums = fused_attention %0, %1, %1 <residual = true, scale = 5.000000e-01>
          : (tensor<1x64x8xf32>, tensor<1x4x8xf32>, tensor<1x4x8xf32>) -> (tensor<1x64x8xf32>, tensor<1x64x1xf32>)
      output "y" %result : tensor<1x64x8xf32>
    }
    ```

    Statistics: `fused`, `residuals` among them.
  }];
  let options = [Option<"keys", "keys", "int64_t", "32", "most of them">,
                 Option<"memory", "memory", "int64_t", "40960", "bytes for keys, values and the weights of some rows">];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseEpilogues : Pass<"dpsims-fuse-epilogues", "GraphOp"> {
  let summary = "activations and residual sums after a conv2d or matmul become its epilogue";
  let description = [{
    Only where nothing else reads the value in between.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
      %w = input "w" <shape = [6, 4, 3, 3]> : () -> tensor<6x4x3x3xf32>
      %c = conv2d %x, %w <padding = 1> : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
      %y = leaky_relu %c <slope = 0.2> : (tensor<1x8x8x6xf32>) -> tensor<1x8x8x6xf32>
      output "y" %y : tensor<1x8x8x6xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [1, 8, 8, 4]> : () -> tensor<1x8x8x4xf32>
      %1 = input "w" <shape = [6, 4, 3, 3]> : () -> tensor<6x4x3x3xf32>
      %2 = conv2d %0, %1 <activation = "leaky_relu", alpha = 2.000000e-01, padding = 1>
          : (tensor<1x8x8x4xf32>, tensor<6x4x3x3xf32>) -> tensor<1x8x8x6xf32>
      output "y" %2 : tensor<1x8x8x6xf32>
    }
    ```

    Statistics: `activations`, `residuals`.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def SinkReshapes : Pass<"dpsims-sink-reshapes", "GraphOp"> {
  let summary = "activations and sums after a reshaped conv2d or matmul go before the reshape";
  let description = [{
    They are then its epilogue for `fuse-epilogues`. The reshape itself costs nothing, before or after. Attention over
    an image's pixels ends so: a matmul of (N, H * W, C), to whose reshape to (N, H, W, C) the image is added.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [1, 64, 4]> : () -> tensor<1x64x4xf32>
      %w = input "w" <shape = [4, 6]> : () -> tensor<4x6xf32>
      %e = input "e" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
      %m = matmul %x, %w : (tensor<1x64x4xf32>, tensor<4x6xf32>) -> tensor<1x64x6xf32>
      %r = reshape %m <shape = [1, 8, 8, 6]> : (tensor<1x64x6xf32>) -> tensor<1x8x8x6xf32>
      %y = add %e, %r : (tensor<1x8x8x6xf32>, tensor<1x8x8x6xf32>) -> tensor<1x8x8x6xf32>
      output "y" %y : tensor<1x8x8x6xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [1, 64, 4]> : () -> tensor<1x64x4xf32>
      %1 = input "w" <shape = [4, 6]> : () -> tensor<4x6xf32>
      %2 = input "e" <shape = [1, 8, 8, 6]> : () -> tensor<1x8x8x6xf32>
      %3 = matmul %0, %1 : (tensor<1x64x4xf32>, tensor<4x6xf32>) -> tensor<1x64x6xf32>
      %4 = reshape %2 <shape = [1, 64, 6]> : (tensor<1x8x8x6xf32>) -> tensor<1x64x6xf32>
      %5 = add %3, %4 : (tensor<1x64x6xf32>, tensor<1x64x6xf32>) -> tensor<1x64x6xf32>
      %6 = reshape %5 <shape = [1, 8, 8, 6]> : (tensor<1x64x6xf32>) -> tensor<1x8x8x6xf32>
      output "y" %6 : tensor<1x8x8x6xf32>
    }
    ```

    Statistics: `activations`, `sums`.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseElementwise : Pass<"dpsims-fuse-elementwise", "GraphOp"> {
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

    Statistics: `kernels`, `fused-ops` in them.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def AttachTails : Pass<"dpsims-attach-tails", "GraphOp"> {
  let summary = "small work after a reduction runs in the reduction's kernel, in its last block (CUDA)";
  let description = [{
    A reduction ends with partial sums, their sum, and a little arithmetic on it: kernels that are done sooner than a
    GPU is told of them. Such an op (a reduction or arithmetic that reads at most `read` elements and makes at most
    `made`) becomes part of the `fused` of the reduction that it reads, the last if there are several, where all else
    that it reads is there by then. `lower-kernels` makes it a tail of the kernel: the block that ends last computes it,
    so that the order of all sums stays as it is. Results of reductions are in memory between the two; arithmetic on
    them is computed wherever it is read. Updates of weights stay by themselves, as they work in place.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [512, 64, 9]> : () -> tensor<512x64x9xf32>
      %p = fused %x : tensor<512x64x9xf32> -> tensor<512x1x9xf32> {
      ^bb0(%a: tensor<512x64x9xf32>):
        %r = reduce %a <axes = [1], kind = "sum"> : (tensor<512x64x9xf32>) -> tensor<512x1x9xf32>
        yield %r : tensor<512x1x9xf32>
      }
      %s = fused %p : tensor<512x1x9xf32> -> tensor<1x1x9xf32> {
      ^bb0(%a: tensor<512x1x9xf32>):
        %r = reduce %a <axes = [0], kind = "sum"> : (tensor<512x1x9xf32>) -> tensor<1x1x9xf32>
        yield %r : tensor<1x1x9xf32>
      }
      output "s" %s : tensor<1x1x9xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [512, 64, 9]> : () -> tensor<512x64x9xf32>
      %1:2 = fused %0 : tensor<512x64x9xf32> -> tensor<512x1x9xf32>, tensor<1x1x9xf32> {
      ^bb0(%arg0: tensor<512x64x9xf32>):
        %2 = reduce %arg0 <axes = [1], kind = "sum"> : (tensor<512x64x9xf32>) -> tensor<512x1x9xf32>
        %3 = reduce %2 <axes = [0], kind = "sum"> : (tensor<512x1x9xf32>) -> tensor<1x1x9xf32>
        yield %2, %3 : tensor<512x1x9xf32>, tensor<1x1x9xf32>
      }
      output "s" %1#1 : tensor<1x1x9xf32>
    }
    ```

    Statistics: `tails`.
  }];
  let options = [Option<"read", "read", "int64_t", "1 << 16", "elements that a tail may read">,
                 Option<"made", "made", "int64_t", "1 << 13", "elements that a tail may make">];
  let dependentDialects = ["DpsimsDialect"];
}

def FuseMultiOutput : Pass<"dpsims-fuse-multi-output", "GraphOp"> {
  let summary = "elementwise kernels of one shape that share what they read become one with several results";
  let description = [{
    A `fused` that reads the result of another, or what another reads, joins it where all that it reads is known by
    then: the shared value is read once, and one launch is saved. In a backward pass most activations' gradients have
    two readers (the gradients of a product's two factors). Updates of weights are `group-kernels`' own.

    ```mlir
    dpsims.graph @p {
      %dy = input "dy" <shape = [4]> : () -> tensor<4xf32>
      %x = input "x" <shape = [4]> : () -> tensor<4xf32>
      %n = input "n" <shape = [4]> : () -> tensor<4xf32>
      %g = fused %dy, %x : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> {
      ^bb0(%p: tensor<4xf32>, %q: tensor<4xf32>):
        %r = mul %p, %q : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
      %a = fused %g, %n : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32> {
      ^bb0(%p: tensor<4xf32>, %q: tensor<4xf32>):
        %r = add %p, %q : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        yield %r : tensor<4xf32>
      }
      output "g" %g : tensor<4xf32>
      output "a" %a : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "dy" <shape = [4]> : () -> tensor<4xf32>
      %1 = input "x" <shape = [4]> : () -> tensor<4xf32>
      %2 = input "n" <shape = [4]> : () -> tensor<4xf32>
      %3:2 = fused %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>, tensor<4xf32> {
      ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>, %arg2: tensor<4xf32>):
        %4 = mul %arg0, %arg1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        %5 = add %4, %arg2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
        yield %4, %5 : tensor<4xf32>, tensor<4xf32>
      }
      output "g" %3#0 : tensor<4xf32>
      output "a" %3#1 : tensor<4xf32>
    }
    ```

    Statistics: `fused` ops that became part of another.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def GroupKernels : Pass<"dpsims-group-kernels", "GraphOp"> {
  let summary = "small kernels, and updates of weights, that do not depend on one another become one";
  let description = [{
    A training step has hundreds of kernels whose work is done sooner than a GPU is told of it: Adam for each weight,
    the moving averages, spectral norm for each layer, the statistics of each BatchNorm.

    First all that is made of one gradient becomes one `fused` with several results: Adam's average of squares, the
    weight, its moving average, and sums of gradients that nothing else reads. Then library ops and large kernels keep
    their order; small kernels (at most `small` bytes of intermediate results) and updates wait until one of those needs
    them. Then all small ones that can run do so together, and with an update all updates that can. So do kernels that
    make large results of weights (their order for a library, their division by a norm), but only `ahead` bytes before
    they are needed. What reads an old weight comes before its update, which works in place. `lower-kernels` makes one
    kernel of the parts of a `fused`; `schedule` and `plan-memory` treat it as any other.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [4]> : () -> tensor<4xf32>
      %y = input "y" <shape = [9]> : () -> tensor<9xf32>
      %a = fused %x : tensor<4xf32> -> tensor<4xf32> {
      ^bb0(%p: tensor<4xf32>):
        %q = exp %p : (tensor<4xf32>) -> tensor<4xf32>
        yield %q : tensor<4xf32>
      }
      %b = fused %y : tensor<9xf32> -> tensor<9xf32> {
      ^bb0(%p: tensor<9xf32>):
        %q = tanh %p : (tensor<9xf32>) -> tensor<9xf32>
        yield %q : tensor<9xf32>
      }
      output "a" %a : tensor<4xf32>
      output "b" %b : tensor<9xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [4]> : () -> tensor<4xf32>
      %1 = input "y" <shape = [9]> : () -> tensor<9xf32>
      %2:2 = fused %0, %1 : tensor<4xf32>, tensor<9xf32> -> tensor<4xf32>, tensor<9xf32> {
      ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<9xf32>):
        %3 = exp %arg0 : (tensor<4xf32>) -> tensor<4xf32>
        %4 = tanh %arg1 : (tensor<9xf32>) -> tensor<9xf32>
        yield %3, %4 : tensor<4xf32>, tensor<9xf32>
      }
      output "a" %2#0 : tensor<4xf32>
      output "b" %2#1 : tensor<9xf32>
    }
    ```

    Statistics: `fused-updates` of one gradient that became part of another, `groups`, `grouped` kernels in them.
  }];
  let options = [Option<"small", "small", "int64_t", "1 << 20", "bytes of intermediate results of a small kernel">,
                 Option<"ahead", "ahead", "int64_t", "1 << 24", "bytes of results that may be made ahead">];
  let dependentDialects = ["DpsimsDialect"];
}

def Recompute : Pass<"dpsims-recompute", "GraphOp"> {
  let summary = "what waits long is computed again, until the intermediate results fit a budget";
  let description = [{
    While more than `budget` bytes are alive at some op, the value that is cheapest to make again, for its size, among
    those that wait there for a later use is computed again before that use, from what is alive then. Runs after
    `group-kernels`, where every value is one that the schedule keeps. Fails, with the least that it found, where the
    budget is too small. 0: no budget.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [64]> : () -> tensor<64xf32>
      %a = fused %x : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%p: tensor<64xf32>):
        %q = neg %p : (tensor<64xf32>) -> tensor<64xf32>
        yield %q : tensor<64xf32>
      }
      %b = fused %x : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%p: tensor<64xf32>):
        %q = exp %p : (tensor<64xf32>) -> tensor<64xf32>
        yield %q : tensor<64xf32>
      }
      %c = fused %b : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%p: tensor<64xf32>):
        %q = tanh %p : (tensor<64xf32>) -> tensor<64xf32>
        yield %q : tensor<64xf32>
      }
      %d = fused %c : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%p: tensor<64xf32>):
        %q = abs %p : (tensor<64xf32>) -> tensor<64xf32>
        yield %q : tensor<64xf32>
      }
      %e = fused %d, %a : tensor<64xf32>, tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%p: tensor<64xf32>, %q: tensor<64xf32>):
        %r = mul %p, %q : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
        yield %r : tensor<64xf32>
      }
      output "e" %e : tensor<64xf32>
    }
    ```
    becomes (with `budget=800`)
    ```mlir
    dpsims.graph @p {
      %0 = input "x" <shape = [64]> : () -> tensor<64xf32>
      %1 = fused %0 : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%arg0: tensor<64xf32>):
        %6 = neg %arg0 : (tensor<64xf32>) -> tensor<64xf32>
        yield %6 : tensor<64xf32>
      }
      %2 = fused %0 : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%arg0: tensor<64xf32>):
        %6 = exp %arg0 : (tensor<64xf32>) -> tensor<64xf32>
        yield %6 : tensor<64xf32>
      }
      %3 = fused %2 : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%arg0: tensor<64xf32>):
        %6 = tanh %arg0 : (tensor<64xf32>) -> tensor<64xf32>
        yield %6 : tensor<64xf32>
      }
      %4 = fused %3 : tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%arg0: tensor<64xf32>):
        %6 = abs %arg0 : (tensor<64xf32>) -> tensor<64xf32>
        yield %6 : tensor<64xf32>
      }
      %5 = fused %4, %1 : tensor<64xf32>, tensor<64xf32> -> tensor<64xf32> {
      ^bb0(%arg0: tensor<64xf32>, %arg1: tensor<64xf32>):
        %6 = mul %arg0, %arg1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
        yield %6 : tensor<64xf32>
      }
      output "e" %5 : tensor<64xf32>
    }
    ```

    Statistics: `recomputed` ops, `saved-bytes` of the intermediate results.
  }];
  let options = [Option<"budget", "budget", "int64_t", "0", "bytes of intermediate results">];
  let dependentDialects = ["DpsimsDialect"];
}

#endif
