// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// On graphs of programs that several ranks execute together.

#ifndef DPSIMS_RANK_PASSES
#define DPSIMS_RANK_PASSES

include "mlir/Pass/PassBase.td"

def ShardBatch : Pass<"dpsims-shard-batch", "GraphOp"> {
  let summary = "a program that trains becomes what one of several ranks computes of its part of the batch";
  let description = [{
    From the inputs that say `batched` on, each value is sharded (a rank has its part along axis 0) or replicated.
    What treats the images of a batch one by one (`BatchedOpInterface`) stays as it is, on fewer images. A reduction
    over the batch goes on over all ranks (`all_reduce`): losses, class weights, statistics. Where a rank uses a
    replicated value for its own part, `copy_to_ranks` says so: its derivative sums what all ranks have of the
    gradient. Results are those of one process with the whole batch, but for rounding. With `local-statistics` those
    of `batch_statistics` are each rank's own, and their mean is stored.

    An op that mixes images in another way is an error, as is a batch that does not divide. Programs without gradients
    and assignments stay as they are: one rank runs them. Runs before `differentiate`.

    ```mlir
    dpsims.graph @p {
      %x = input "x" <shape = [8, 3], batched = true> : () -> tensor<8x3xf32>
      %w = weight "w" <shape = [2, 3], init = "ones", trained = true> : () -> tensor<2x3xf32>
      %y = matmul %x, %w <transpose_b = true> : (tensor<8x3xf32>, tensor<2x3xf32>) -> tensor<8x2xf32>
      %loss = reduce %y <kind = "mean", axes = [0, 1]> : (tensor<8x2xf32>) -> tensor<1x1xf32>
      %g = gradient %loss, %w : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      output "g" %g : tensor<2x3xf32>
    }
    ```
    becomes (with `ranks=4`)
    ```mlir
    dpsims.graph @p attributes {ranks = 4 : i64} {
      %0 = input "x" <batched = true, shape = [2, 3]> : () -> tensor<2x3xf32>
      %1 = weight "w" <init = "ones", shape = [2, 3], trained = true> : () -> tensor<2x3xf32>
      %2 = copy_to_ranks %1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
      %3 = matmul %0, %2 <transpose_b = true> : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
      %4 = reduce %3 <axes = [0, 1], kind = "mean"> : (tensor<2x2xf32>) -> tensor<1x1xf32>
      %5 = all_reduce %4 <kind = "sum"> : (tensor<1x1xf32>) -> tensor<1x1xf32>
      %6 = constant <value = 2.500000e-01> : () -> tensor<f32>
      %7 = mul %5, %6 : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
      %8 = gradient %7, %1 : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      output "g" %8 : tensor<2x3xf32>
    }
    ```

    Statistics: `sharded` ops, `all-reduces` that it made.
  }];
  let options = [Option<"ranks", "ranks", "int64_t", "1", "how many processes share the batch">,
                 Option<"localStatistics", "local-statistics", "bool", "false",
                        "each rank normalizes by the statistics of its own part">];
  let dependentDialects = ["DpsimsDialect"];
}

def ShardOptimizer : Pass<"dpsims-shard-optimizer", "GraphOp"> {
  let summary = "each rank keeps its part of the optimizer's state, and updates its part of the weights";
  let description = [{
    States that a program changes element by element, and that begin with values of their own (moments, not averages
    of weights): each of `ranks` ranks keeps the same number of their elements. A gradient that they alone read is
    summed by `reduce_scatter` in place of `all_reduce`, a trained weight that they change is put together by
    `all_gather`: the same bytes travel. Each element is computed as before. (ZeRO's first stage: Rajbhandari et al. 2020.)
    A state whose elements the ranks do not divide stays whole. Runs after `differentiate`, on programs of several
    ranks.

    ```mlir
    dpsims.graph @p attributes {ranks = 2 : i64} {
      %x = input "x" <shape = [4]> : () -> tensor<4xf32>
      %w = weight "w" <shape = [4], init = "ones"> : () -> tensor<4xf32>
      %m = state "m" <shape = [4], init = "zeros", required = false> : () -> tensor<4xf32>
      %g = all_reduce %x <kind = "sum"> : (tensor<4xf32>) -> tensor<4xf32>
      %n = add %m, %g : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      assign "m" %n : tensor<4xf32>
      %v = sub %w, %n : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      assign "w" %v : tensor<4xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p attributes {ranks = 2 : i64} {
      %0 = input "x" <shape = [4]> : () -> tensor<4xf32>
      %1 = weight "w" <init = "ones", shape = [4]> : () -> tensor<4xf32>
      %2 = own_part %1 <ranks = 2> : (tensor<4xf32>) -> tensor<2xf32>
      %3 = state "m" <init = "zeros", parts = 2, required = false, shape = [4]> : () -> tensor<2xf32>
      %4 = reduce_scatter %0 <ranks = 2> : (tensor<4xf32>) -> tensor<2xf32>
      %5 = add %3, %4 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      assign "m" %5 : tensor<2xf32>
      %6 = sub %2, %5 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %7 = all_gather %6 <ranks = 2> : (tensor<2xf32>) -> tensor<4xf32>
      assign "w" %7 : tensor<4xf32>
    }
    ```

    Statistics: `sharded` states, their `bytes` on a rank, states `left` whole.
  }];
  let dependentDialects = ["DpsimsDialect"];
}

def CombineCollectives : Pass<"dpsims-combine-collectives", "GraphOp"> {
  let summary = "several all_reduce, reduce_scatter or all_gather become one, up to so many bytes";
  let description = [{
    One after another, in the order of the graph, as long as nothing in between reads the result of one: the gradients
    of weights, which the optimizer reads after the backward pass; new weights, which the next run reads. Small ones
    save messages; one of all would have to wait for the last gradient. In a program of one rank alone there is
    nothing to sum: all of them go.

    ```mlir
    dpsims.graph @p attributes {ranks = 2 : i64} {
      %x = input "x" <shape = [3]> : () -> tensor<3xf32>
      %y = input "y" <shape = [2]> : () -> tensor<2xf32>
      %a = all_reduce %x <kind = "sum"> : (tensor<3xf32>) -> tensor<3xf32>
      %b = all_reduce %y <kind = "sum"> : (tensor<2xf32>) -> tensor<2xf32>
      output "a" %a : tensor<3xf32>
      output "b" %b : tensor<2xf32>
    }
    ```
    becomes
    ```mlir
    dpsims.graph @p attributes {ranks = 2 : i64} {
      %0 = input "x" <shape = [3]> : () -> tensor<3xf32>
      %1 = input "y" <shape = [2]> : () -> tensor<2xf32>
      %2:2 = all_reduce %0, %1 <kind = "sum"> : (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>)
      output "a" %2#0 : tensor<3xf32>
      output "b" %2#1 : tensor<2xf32>
    }
    ```

    Statistics: `combined` into another, `left`.
  }];
  let options = [Option<"bytes", "bytes", "int64_t", "25 << 20", "that one has at most, unless a tensor is larger">];
  let dependentDialects = ["DpsimsDialect"];
}

#endif
