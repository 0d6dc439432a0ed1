// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the ranks of a run meet: processes that each compute a part of a batch. dpsims-shard-batch and
// dpsims-shard-optimizer make these ops.

#ifndef DPSIMS_COLLECTIVE_OPS
#define DPSIMS_COLLECTIVE_OPS

include "dialect/TensorOps.td"

def Dpsims_AllReduceOp : Dpsims_TensorOp<"all_reduce",
    (ins Dpsims_Tensors<1, 99999, "each rank's own, any shape">:$values),
    (ins Dpsims_CaseOf<Dpsims_ReduceKindEnum, "`sum` or `max` of">:$kind),
    [Pure, Dpsims_Differentiable, Dpsims_Collective]> {
  let summary = "the sum or the largest elements of what all ranks have, the same on each";
  let description = [{
    Has as many results as operands. Ranks execute these ops in the same order. The derivative of a sum is `copy_to_ranks`.

    ```mlir
    %y = all_reduce %x <kind = "sum">
    ```
  }];
  let results = (outs Variadic<Dpsims_Tensor<"one for each operand, of its type">>:$results);
}

def Dpsims_CopyToRanksOp : Dpsims_TensorOp<"copy_to_ranks", (ins Dpsims_Tensor<"any shape, the same on each rank">:$x),
    (ins), [Pure, Dpsims_Differentiable], "return ::dpsims::inferLikeOperand(*this, types);"> {
  let summary = "x, where each rank uses it for its own part of the batch";
  let description = [{
    Its derivative is the sum over all ranks (`all_reduce`), as that of a broadcast is a sum. Nothing is computed:
    `differentiate` removes it.

    ```mlir
    %y = copy_to_ranks %x
    ```
  }];
}

class Dpsims_PartsOp<string mnemonic, string operand, string result>
    : Dpsims_TensorOp<mnemonic, (ins Dpsims_Tensors<1, 99999, operand>:$values), (ins Dpsims_Int<"how many">:$ranks),
                      [Pure, Dpsims_Collective]> {
  let results = (outs Variadic<Dpsims_Tensor<result>>:$results);
}

def Dpsims_ReduceScatterOp : Dpsims_PartsOp<"reduce_scatter", "each rank's own, any shape",
                                            "one for each operand, (its elements / ranks)"> {
  let summary = "the rank's part of the sum of what all ranks have";
  let description = [{
    Rank r gets elements r * n / ranks, ... of the n, in row-major order; they divide. `shard-optimizer` makes it.

    ```mlir
    %part = reduce_scatter %x <ranks = 8>
    ```
  }];
}

def Dpsims_AllGatherOp : Dpsims_PartsOp<"all_gather", "the rank's part, any shape",
                                        "one for each operand, (its elements * ranks)"> {
  let summary = "the parts of all ranks, one after another, the same on each";
  let description = [{
    ```mlir
    %x = all_gather %part <ranks = 8>
    ```
  }];
}

def Dpsims_OwnPartOp : Dpsims_PartsOp<"own_part", "any shape, the same on each rank",
                                      "one for each operand, (its elements / ranks)"> {
  let summary = "the rank's part of what all ranks have alike, as `reduce_scatter` divides it";
  let description = [{
    ```mlir
    %part = own_part %x <ranks = 8>
    ```
  }];
}

#endif
