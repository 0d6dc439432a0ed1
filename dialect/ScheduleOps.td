// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Steps on buffers. Contiguous memrefs; the file format's tables (runtime/format/model.fbs) are these ops.

#ifndef DPSIMS_SCHEDULE_OPS
#define DPSIMS_SCHEDULE_OPS

include "dialect/Dpsims.td"

class Dpsims_ScheduleOp<string mnemonic, list<Trait> traits = []> : Op<Dpsims_Dialect, mnemonic, traits>;

def Dpsims_Step : DeclareOpInterfaceMethods<Dpsims_StepOpInterface>;
def Dpsims_OverwritingStep : DeclareOpInterfaceMethods<Dpsims_StepOpInterface, ["overwritable"]>;

def Dpsims_EntryOp : Dpsims_ScheduleOp<"entry", [
    Symbol, IsolatedFromAbove, NoTerminator, NoRegionArguments, HasParent<"::mlir::ModuleOp">,
    OpAsmOpInterface]> {
  let summary = "a program as two straight lists of steps";
  let description = [{
    `prepare` runs once, when the weights are known, in an arena of `load_size` bytes; `main` on every call, in an arena
    of `arena_size` bytes. `ranks` processes execute it together, if it is there.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<I64Attr>:$load_size, OptionalAttr<I64Attr>:$arena_size,
                       OptionalAttr<I64Attr>:$ranks);
  let regions = (region SizedRegion<1>:$prepare, SizedRegion<1>:$main);
  let assemblyFormat = "$sym_name attr-dict-with-keyword `prepare` custom<Steps>($prepare) `main` custom<Steps>($main)";
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let hasVerifier = 1;
}

// The name of a case of an enum.
class Dpsims_NameOf<EnumInfo enum>
    : StringBasedAttr<CPred<"::llvm::isa<::mlir::StringAttr>($_self) && ::dpsims::" # enum.stringToSymbolFnName #
                            "(::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
                      "a string: " # Dpsims_CasesOf<enum>.text> {
  let returnType = enum.cppType;
  let convertFromStorage = "::dpsims::caseOf<" # enum.cppType # ">($_self)";
  let constBuilderCall = "$_builder.getStringAttr(::dpsims::" # enum.symbolToStringFnName # "($0))";
}

def Dpsims_BufferOp : Dpsims_ScheduleOp<"buffer", []> {
  let summary = "a contiguous piece of memory";
  let description = [{
    `space`: `input`, `output`, `constant` (with `index`, and a `name` for the caller's), `variable` (a weight that the
    entry reads and writes, with its `name`), `arena`, `load` (with `offset` in bytes, once planned). `view_of`: shares
    the memory of another buffer (a reshape). `sharded`: of the caller's, each rank has its own part along axis 0.
  }];
  let arguments = (ins Optional<AnyMemRef>:$view_of, Dpsims_NameOf<Dpsims_SpaceEnum>:$space,
                       OptionalAttr<I64Attr>:$index, OptionalAttr<StrAttr>:$name, OptionalAttr<I64Attr>:$offset,
                       UnitAttr:$sharded);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$space (`view` $view_of^ `:` type($view_of))? attr-dict `:` type($result)";
}

def Dpsims_WeightDeclOp : Dpsims_ScheduleOp<"declare_weight", []> {
  let summary = "a weight that the entry's file must have";
  let description = "`sharded`: the entry's variable is the rank's part of it.";
  let arguments = (ins StrAttr:$name, I64ArrayAttr:$shape, BoolAttr:$trained,
                       Dpsims_NameOf<Dpsims_InitializerEnum>:$init, F64Attr:$value,
                       OptionalAttr<StrAttr>:$of, OptionalAttr<BoolAttr>:$required, UnitAttr:$sharded,
                       DefaultValuedOptionalAttr<Dpsims_NameOf<Dpsims_ElementKindEnum>,
                                                 "::dpsims::ElementKind::F32">:$type);
  let assemblyFormat = "$name attr-dict";
}

def Dpsims_LoadWeightOp : Dpsims_ScheduleOp<"load_weight", [Dpsims_Step]> {
  let summary = "reads a weight into a buffer of the load arena";
  let arguments = (ins StrAttr:$name, AnyMemRef:$dst);
  let assemblyFormat = "$name `->` $dst `:` type($dst) attr-dict";
}

def Dpsims_StoreConstantOp : Dpsims_ScheduleOp<"store_constant", [Dpsims_Step]> {
  let summary = "makes a buffer's contents a constant of the entry";
  let arguments = (ins AnyMemRef:$src, I64Attr:$index);
  let assemblyFormat = "$src `->` $index `:` type($src) attr-dict";
}

def Dpsims_ComputeOp : Dpsims_ScheduleOp<"compute", [IsolatedFromAbove, SingleBlock, AttrSizedOperandSegments,
    OpAsmOpInterface, Dpsims_OverwritingStep]> {
  let summary = "a kernel that is still to be generated: the body of a `fused`";
  let arguments = (ins Variadic<AnyMemRef>:$inputs, Variadic<AnyMemRef>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    (`ins` `(` $inputs^ `:` type($inputs) `)`)? `outs` `(` $outputs `:` type($outputs) `)` $body attr-dict
  }];
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
}

def Dpsims_LaunchOp : Dpsims_ScheduleOp<"launch", [AttrSizedOperandSegments, Dpsims_Step]> {
  let summary = "runs a generated kernel";
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyMemRef>:$inputs, Variadic<AnyMemRef>:$outputs);
  let assemblyFormat = [{
    $kernel (`ins` `(` $inputs^ `:` type($inputs) `)`)? `outs` `(` $outputs `:` type($outputs) `)` attr-dict
  }];
}

def Dpsims_LastPointOp : Dpsims_ScheduleOp<"last_point", []> {
  let summary = "whether this is the last of a kernel's grid points to come here (CUDA)";
  let description = [{
    Stands in a kernel function, once in the way of each of the grid's `count` points from `first` on. In the one that
    comes last it is true, and what follows there sees all that the others have written before theirs. The order in
    which points come is not known, but for code for the CPU, which runs the whole grid in order.
  }];
  let arguments = (ins Index:$point, I64Attr:$first, I64Attr:$count);
  let results = (outs I1:$result);
  let assemblyFormat = "$point `first` $first `count` $count attr-dict";
}

class Dpsims_Numbers<int count> : TypedArrayAttrBase<I64Attr, "an array of " # count # " integers"> {
  let predicate = And<[TypedArrayAttrBase<I64Attr, "">.predicate,
                       CPred<"::llvm::cast<::mlir::ArrayAttr>($_self).size() == " # count>]>;
  let returnType = "::llvm::SmallVector<int64_t>";
  let convertFromStorage = "::dpsims::intList($_self)";
  let constBuilderCall = "$_builder.getI64ArrayAttr($0)";
}
def Dpsims_Double : FloatAttrBase<F64, "a number, f64"> {
  let returnType = "double";
  let convertFromStorage = "$_self.getValueAsDouble()";
  let constBuilderCall = "$_builder.getF64FloatAttr($0)";
}
defvar Dpsims_StepFlag = DefaultValuedOptionalAttr<BoolAttr, "false">;

// As in the attributes of `conv2d`, but stride and padding are in full.
defvar Dpsims_StepGeometry = (ins
    DefaultValuedOptionalAttr<Dpsims_Numbers<2>, "{1, 1}">:$stride,
    DefaultValuedOptionalAttr<Dpsims_Numbers<4>, "{0, 0, 0, 0}">:$padding,
    DefaultValuedOptionalAttr<I64Attr, "1">:$groups, Dpsims_StepFlag:$packed);
defvar Dpsims_StepEpilogue = (ins
    OptionalAttr<Dpsims_NameOf<Dpsims_ActivationEnum>>:$activation,
    DefaultValuedOptionalAttr<Dpsims_Double, "0.0">:$alpha, DefaultValuedOptionalAttr<Dpsims_Double, "0.0">:$beta);

class Dpsims_ContractionStep<string mnemonic, dag attributes>
    : Dpsims_ScheduleOp<mnemonic, [AttrSizedOperandSegments, Dpsims_OverwritingStep]> {
  let arguments = !con((ins AnyMemRef:$src, AnyMemRef:$weights, Optional<AnyMemRef>:$bias,
                            Optional<AnyMemRef>:$residual, AnyMemRef:$dst), attributes, Dpsims_StepEpilogue);
  let assemblyFormat = [{
    $src `,` $weights (`bias` $bias^)? (`residual` $residual^)? `->` $dst attr-dict `:`
    type($src) `,` type($weights) (`bias` type($bias)^)? (`residual` type($residual)^)? `->` type($dst)
  }];
}

def Dpsims_ConvStepOp
    : Dpsims_ContractionStep<"conv_step", !con(Dpsims_StepGeometry, (ins Dpsims_StepFlag:$keeps_residual))> {
  let summary = "a convolution by the target's library";
  let description = [{
    `stride` is [h, w], `padding` [top, left, bottom, right]; `packed` and the epilogue are those of `conv2d`.
    `keeps_residual`: the result must not take the memory of the residual, because the library may write elements of one
    before it has read others of the other.
  }];
}

def Dpsims_MatmulStepOp
    : Dpsims_ContractionStep<"matmul_step", (ins Dpsims_StepFlag:$transpose_a, Dpsims_StepFlag:$transpose_b)> {
  let summary = "a matrix product by the target's library";
  let description = "Attributes are those of `matmul`.";
}

class Dpsims_ConvGradientStep<string mnemonic, string other> : Dpsims_ScheduleOp<mnemonic, [Dpsims_Step]> {
  let arguments = !con((ins AnyMemRef:$src, AnyMemRef:$other, AnyMemRef:$dst), Dpsims_StepGeometry);
  let assemblyFormat = "$src `,` $other `->` $dst attr-dict `:` type($src) `,` type($other) `->` type($dst)";
  let description = "`src` and `other`: " # other # "; attributes as in `conv_step`, without an epilogue.";
}

def Dpsims_ConvInputGradientStepOp : Dpsims_ConvGradientStep<"conv_input_gradient_step", "the gradient, the weights"> {
  let summary = "a convolution's gradient with respect to its images, by the target's library";
}

def Dpsims_ConvWeightGradientStepOp : Dpsims_ConvGradientStep<"conv_weight_gradient_step", "the images, the gradient"> {
  let summary = "a convolution's gradient with respect to its weights, by the target's library";
}

def Dpsims_CollectiveStepOp
    : Dpsims_ScheduleOp<"collective_step", [SameVariadicOperandSize, Dpsims_OverwritingStep]> {
  let summary = "all ranks meet: what each destination becomes of all ranks' sources";
  let description = [{
    `kind`: `sum`, `max` (elements of all ranks' sources), `reduce_scatter` (the rank's part of the sum), `all_gather`
    (all ranks' sources one after another), `own_part` (the rank's part of its source: nobody is waited for).
  }];
  let arguments = (ins Variadic<AnyMemRef>:$srcs, Variadic<AnyMemRef>:$dsts,
                       Dpsims_NameOf<Dpsims_CollectiveKindEnum>:$kind);
  let assemblyFormat = "$kind $srcs `->` $dsts attr-dict `:` type($srcs) `->` type($dsts)";
  let hasVerifier = 1;
}

#endif
