// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interface of a program, its weights and constants.

#ifndef DPSIMS_SOURCE_OPS
#define DPSIMS_SOURCE_OPS

include "dialect/TensorOps.td"

class Dpsims_NamedOp<string mnemonic, int operands> : Dpsims_TensorOp<mnemonic, operands, operands>;

def Dpsims_InputOp : Dpsims_NamedOp<"input", 0> {
  let summary = "a tensor that the program's caller gives";
  let description = [{
    `type`: f32 (default), i32, u8. It may stand in several places of a program: with the same name, shape and type it is
    the same input; with another shape or type it is an error.

    ```mlir
    %labels = input "labels" <shape = [batch, 64, 64], type = "i32">
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, OptionalAttr<Dpsims_String>:$type);
}

def Dpsims_OutputOp : Op<Dpsims_Dialect, "output", []> {
  let summary = "a tensor that the program's caller gets";
  let description = [{
    ```mlir
    output "image" %x
    ```
  }];
  let arguments = (ins StrAttr:$name, AnyType:$value);
  let hasCustomAssemblyFormat = 1;
}

def Dpsims_AssignOp : Op<Dpsims_Dialect, "assign", []> {
  let summary = "what a weight or state of the weights file is from here on";
  let description = [{
    The program keeps it for its next run. The name is relative to the instance's path, as that of `weight` and `state`;
    `instance shared` and `current` give the new value from here on.

    ```mlir
    assign "running_mean" %mean
    ```
  }];
  let arguments = (ins StrAttr:$name, AnyType:$value);
  let hasCustomAssemblyFormat = 1;
}

def Dpsims_WeightOp : Dpsims_NamedOp<"weight", 0> {
  let summary = "a weight of the weights file";
  let description = [{
    Its name in the file is the path of its instance and its own. `init`: `zeros`, `ones`, `constant`, `normal`,
    `xavier_normal`; `value` is the constant, the standard deviation, or the gain. Conv weights are (out, in, kh, kw),
    linear ones (out, in).

    ```mlir
    %w = weight "weight" <shape = [out, in, 3, 3], init = "xavier_normal", value = 0.02>
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, Dpsims_String:$init, OptionalAttr<Dpsims_Float>:$value,
                       OptionalAttr<Dpsims_Bool>:$trained);
}

def Dpsims_StateOp : Dpsims_NamedOp<"state", 0> {
  let summary = "a tensor of the weights file that is not trained";
  let description = [{
    As `weight`; `init` also `singular_left` and `singular_right`: vectors of the weight `of` beside it, seen as
    (out, everything else), after 16 power iterations; and `copy`: the first value of the weight `of`. With
    `required = false` a weights file may lack it.

    ```mlir
    %u = state "u" <shape = [out], init = "singular_left", of = "weight">
    ```
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Ints:$shape, Dpsims_String:$init, OptionalAttr<Dpsims_Float>:$value,
                       OptionalAttr<Dpsims_String>:$of, OptionalAttr<Dpsims_Bool>:$required);
}

def Dpsims_ConstantOp : Dpsims_TensorOp<"constant", 0, 0, [Pure]> {
  let summary = "a constant: a number of any shape, or a list of numbers";
  let description = [{
    ```mlir
    %half = constant <value = 0.5>
    %mean = constant <value = [0.485, 0.456, 0.406]>
    ```
  }];
  let arguments = (ins Dpsims_Number:$value, OptionalAttr<Dpsims_Ints>:$shape);
}

#endif
