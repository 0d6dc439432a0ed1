// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names out of a fixed set: strings in the text, enums in C++.

#ifndef DPSIMS_ENUMS
#define DPSIMS_ENUMS

include "mlir/IR/EnumAttr.td"

class Dpsims_Enum<string name, string summary, list<I32EnumCase> cases> : I32Enum<name, summary, cases> {
  let cppNamespace = "::dpsims";
}

def Dpsims_ElementKindEnum : Dpsims_Enum<"ElementKind", "the type of a tensor's elements", [
    I32EnumCase<"F32", 0, "f32">, I32EnumCase<"I32", 1, "i32">, I32EnumCase<"U8", 2, "u8">,
    I32EnumCase<"BF16", 3, "bf16">, I32EnumCase<"F16", 4, "f16">]>;

def Dpsims_ReduceKindEnum : Dpsims_Enum<"ReduceKind", "how a reduction combines elements", [
    I32EnumCase<"Sum", 0, "sum">, I32EnumCase<"Mean", 1, "mean">, I32EnumCase<"Max", 2, "max">]>;

def Dpsims_CollectiveKindEnum : Dpsims_Enum<"CollectiveKind", "what ranks get of what all of them have", [
    I32EnumCase<"Sum", 0, "sum">, I32EnumCase<"Max", 1, "max">, I32EnumCase<"ReduceScatter", 2, "reduce_scatter">,
    I32EnumCase<"AllGather", 3, "all_gather">, I32EnumCase<"OwnPart", 4, "own_part">]>;

// Those up to `xavier_normal` need no other weight.
def Dpsims_InitializerEnum : Dpsims_Enum<"Initializer", "the first value of a weight or state", [
    I32EnumCase<"Zeros", 0, "zeros">, I32EnumCase<"Ones", 1, "ones">, I32EnumCase<"Constant", 2, "constant">,
    I32EnumCase<"Normal", 3, "normal">, I32EnumCase<"XavierNormal", 4, "xavier_normal">,
    I32EnumCase<"SingularLeft", 5, "singular_left">, I32EnumCase<"SingularRight", 6, "singular_right">,
    I32EnumCase<"Copy", 7, "copy">]>;

// Each is an elementwise op of the same name, too, and a line of runtime/format/activations.def.
def Dpsims_ActivationEnum : Dpsims_Enum<"ActivationKind", "the function of an epilogue", [
    I32EnumCase<"Relu", 0, "relu">, I32EnumCase<"LeakyRelu", 1, "leaky_relu">, I32EnumCase<"Clamp", 2, "clamp">,
    I32EnumCase<"Sigmoid", 3, "sigmoid">, I32EnumCase<"Silu", 4, "silu">, I32EnumCase<"Gelu", 5, "gelu">,
    I32EnumCase<"Tanh", 6, "tanh">, I32EnumCase<"Softplus", 7, "softplus">]>;

def Dpsims_SpaceEnum : Dpsims_Enum<"BufferSpace", "where a buffer is", [
    I32EnumCase<"Input", 0, "input">, I32EnumCase<"Output", 1, "output">, I32EnumCase<"Constant", 2, "constant">,
    I32EnumCase<"Variable", 3, "variable">, I32EnumCase<"Arena", 4, "arena">, I32EnumCase<"Load", 5, "load">]>;

// "`sum`, `mean`, `max`"
class Dpsims_CasesOf<EnumInfo enum> {
  string text = !interleave(!foreach(case, enum.enumerants, "`" # case.str # "`"), ", ");
}

#endif
