// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interface of a program, its weights and constants.

#ifndef DPSIMS_SOURCE_OPS
#define DPSIMS_SOURCE_OPS

include "dialect/TensorOps.td"

def Dpsims_ElementType
    : Dpsims_Default<Dpsims_CaseOf<Dpsims_ElementKindEnum>, "::dpsims::ElementKind::F32", "`f32`">;
// Which are floats, `inferTypes` checks.
def Dpsims_FloatKind : Dpsims_CaseOf<Dpsims_ElementKindEnum> {
  let summary = "a string: `f32`, `bf16`, `f16`";
}
def Dpsims_FloatElementType : Dpsims_Default<Dpsims_FloatKind, "::dpsims::ElementKind::F32", "`f32`">;

def Dpsims_InputOp : Dpsims_TensorOp<"input", (ins),
    (ins StrAttr:$name, Dpsims_Ints<"its shape">:$shape,
         Dpsims_ElementType:$type,
         Dpsims_Default<Dpsims_Bool<"axis 0 is the batch, which ranks share">, "false">:$batched),
    [Dpsims_Source]> {
  let summary = "a tensor that the program's caller gives";
  let description = [{
    It may appear in several places of a program: with the same name, shape and type it is the same input; with another
    shape or type it is an error.

    ```mlir
    %labels = input "labels" <shape = [batch, 64, 64], type = "i32", batched = true>
    ```
  }];
}

def Dpsims_OutputOp : Op<Dpsims_Dialect, "output", []> {
  let summary = "a tensor that the program's caller gets";
  let description = [{
    ```mlir
    output "image" %x
    ```

    After `shard-batch`, `output "image" %x sharded` is one of which each rank has its own part along axis 0.
  }];
  let arguments = (ins StrAttr:$name, Dpsims_Tensor<"what the caller gets">:$value, UnitAttr:$sharded);
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
  let arguments = (ins StrAttr:$name, Dpsims_Tensor<"the new value">:$value);
  let hasCustomAssemblyFormat = 1;
}

class Dpsims_Weight<string mnemonic, dag attributes>
    : Dpsims_TensorOp<mnemonic, (ins), !con((ins StrAttr:$name, Dpsims_Ints<"its shape">:$shape), attributes),
                      [Dpsims_Source, Dpsims_WeightOpInterface]>;

def Dpsims_WeightOp : Dpsims_Weight<"weight",
    (ins Dpsims_CaseOf<Dpsims_InitializerEnum, "its first value, up to `xavier_normal` of">:$init,
         Dpsims_Default<Dpsims_Float<"the constant, the standard deviation, or the gain">, "1.0", "1">:$value,
         Dpsims_Default<Dpsims_Bool<"whether training changes it">, "true">:$trained,
         Dpsims_FloatElementType:$type)> {
  let summary = "a weight of the weights file";
  let description = [{
    Its name in the file is the path of its instance and its own. Conv weights are (out, in, kh, kw), linear ones
    (out, in). A file may have it in any float type: it is converted when it is read.

    ```mlir
    %w = weight "weight" <shape = [out, in, 3, 3], init = "xavier_normal", value = 0.02>
    ```
  }];
  let extraClassDeclaration = [{
    int64_t getParts() { return 1; }
    ::mlir::Attribute getOfAttr() { return {}; }
    ::mlir::Attribute getRequiredAttr() { return {}; }
  }];
}

def Dpsims_StateOp : Dpsims_Weight<"state",
    (ins Dpsims_CaseOf<Dpsims_InitializerEnum, "its first value">:$init,
         Dpsims_Default<Dpsims_Float<"as that of `weight`">, "1.0", "1">:$value,
         OptionalAttr<Dpsims_String<"the weight beside it that its first value is made of">>:$of,
         Dpsims_Default<Dpsims_Bool<"whether a weights file must have it">, "true">:$required,
         Dpsims_Default<Dpsims_Int<"so many ranks keep a part each, (elements / parts)">, "1">:$parts,
         Dpsims_FloatElementType:$type)> {
  let summary = "a tensor of the weights file that is not trained";
  let description = [{
    As `weight`. `singular_left` and `singular_right`: vectors of the weight `of`, seen as (out, everything else), after
    16 power iterations. `copy`: the first value of the weight `of`. With `parts` (`shard-optimizer`) the result is the
    rank's own part, flat.

    ```mlir
    %u = state "u" <shape = [out], init = "singular_left", of = "weight">
    ```
  }];
  let extraClassDeclaration = "bool getTrained() { return false; }";
}

def Dpsims_ConstantOp : Dpsims_TensorOp<"constant", (ins),
    (ins Dpsims_Number<"every element, or all of them">:$value,
         OptionalAttr<Dpsims_Ints<"the shape; absent for a scalar and for a list">>:$shape,
         Dpsims_FloatElementType:$type),
    [Pure, Dpsims_Source, Dpsims_Pointwise]> {
  let summary = "a constant: a number of any shape, or a list of numbers";
  let description = [{
    ```mlir
    %half = constant <value = 0.5>
    %mean = constant <value = [0.485, 0.456, 0.406]>
    ```
  }];
}

#endif
