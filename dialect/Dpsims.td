// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dialect: base definitions; the ops are in StructureOps.td (the language), GraphOps.td (what is computed) and
// ScheduleOps.td (steps on buffers).

#ifndef DPSIMS_DIALECT
#define DPSIMS_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/Enums.td"

def Dpsims_Dialect : Dialect {
  let name = "dpsims";
  let cppNamespace = "::dpsims";
  let summary = "Semantic image synthesis: networks with parameters, graphs of static tensors, schedules";
  let description = [{
    One dialect for three stages. *Parametric*: `block`, `network` and `program` hold ops on values whose types are
    not known yet (`!dpsims.value`, never written). *Graph*: `graph` holds the same ops on static tensors, NHWC.
    *Schedule*: `entry` holds steps on buffers at fixed places. docs/architecture.md tells the whole.
  }];
  let hasCanonicalizer = 1;
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def Dpsims_ValueType : TypeDef<Dpsims_Dialect, "Value"> {
  let mnemonic = "value";
  let summary = "a value of a parametric body: its type is inferred at elaboration, and elided in the text";
}

// A value of a block: a tensor, a list or absent, which elaboration finds out.
class Dpsims_Value<string what> : Type<CPred<"true">, what>;

def Dpsims_ExprAttr : AttrDef<Dpsims_Dialect, "Expr"> {
  let mnemonic = "expr";
  let summary = "an expression over parameters that is not a constant";
  let description = [{
    `kind` is an operator or a function of docs/language.md, or one of `Parameter` (operand: its name), `Field`,
    `Index`, `List`, `Record` (operands: name, value, ...). Constants are ordinary attributes: i64, f64, bool, string,
    array, dictionary. Expressions of constants are folded when they are read.
  }];
  let parameters = (ins AttrParameter<"::dpsims::ExprKind", "what it computes">:$kind,
                        ArrayRefParameter<"::mlir::Attribute">:$operands);
  let hasCustomAssemblyFormat = 1;
}

def Dpsims_ParameterAttr : AttrDef<Dpsims_Dialect, "Parameter"> {
  let mnemonic = "parameter";
  let summary = "a parameter of a block: name, type (int, float, string, bool, list, record), default if it has one";
  let parameters = (ins StringRefParameter<"">:$name, StringRefParameter<"">:$type,
                        OptionalParameter<"::mlir::Attribute">:$defaultValue);
  let hasCustomAssemblyFormat = 1;
}

// Attributes that are expressions in a parametric body and constants in a graph. `getXAttr()` gives what is there,
// `getX()` the constant, which must be one.
class Dpsims_ExprOr<string constant, string kind, string what = "">
    : Attr<Or<[CPred<"::llvm::isa<::dpsims::ExprAttr>($_self)">, CPred<constant>]>,
           kind # !if(!empty(what), "", ": " # what)> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}
class Dpsims_Int<string what = ""> : Dpsims_ExprOr<"::dpsims::isInt($_self)", "an integer", what> {
  let returnType = "int64_t";
  let convertFromStorage = "::dpsims::intOf($_self)";
  let constBuilderCall = "$_builder.getI64IntegerAttr($0)";
}
class Dpsims_Float<string what = "">
    : Dpsims_ExprOr<"::llvm::isa<::mlir::FloatAttr>($_self) || ::dpsims::isInt($_self)", "a number", what> {
  let returnType = "double";
  let convertFromStorage = "::dpsims::floatOf($_self)";
  let constBuilderCall = "$_builder.getF64FloatAttr($0)";
}
class Dpsims_Bool<string what = ""> : Dpsims_ExprOr<"::llvm::isa<::mlir::BoolAttr>($_self)", "a boolean", what> {
  let returnType = "bool";
  let convertFromStorage = "::llvm::cast<::mlir::BoolAttr>($_self).getValue()";
  let constBuilderCall = "$_builder.getBoolAttr($0)";
}
class Dpsims_Ints<string what = ""> : Dpsims_ExprOr<"::dpsims::isIntList($_self)", "a list of integers", what> {
  let returnType = "::llvm::SmallVector<int64_t>";
  let convertFromStorage = "::dpsims::intList($_self)";
  let constBuilderCall = "$_builder.getI64ArrayAttr($0)";
}
class Dpsims_String<string what = ""> : Dpsims_ExprOr<"::llvm::isa<::mlir::StringAttr>($_self)", "a string", what> {
  let returnType = "::llvm::StringRef";
  let convertFromStorage = "::llvm::cast<::mlir::StringAttr>($_self).getValue()";
  let constBuilderCall = "$_builder.getStringAttr($0)";
}
// The name of a case. Which there are, `inferTypes` checks: its error names them.
class Dpsims_CaseOf<EnumInfo enum, string what = "">
    : Dpsims_String<!if(!empty(what), "", what # ": ") # Dpsims_CasesOf<enum>.text> {
  let returnType = enum.cppType;
  let convertFromStorage = "::dpsims::caseOf<" # enum.cppType # ">($_self)";
  let constBuilderCall = "$_builder.getStringAttr(::dpsims::" # enum.symbolToStringFnName # "($0))";
}
class Dpsims_IntOrInts<string what = "">
    : Dpsims_ExprOr<"::dpsims::isInt($_self) || ::dpsims::isIntList($_self)", "an integer or a list of integers", what>;
class Dpsims_Padding<string what = ""> : Dpsims_ExprOr<
    "::llvm::isa<::mlir::StringAttr>($_self) || ::dpsims::isInt($_self) || ::dpsims::isIntList($_self)",
    "an integer, a list of integers, or \"same\"", what>;
class Dpsims_Number<string what = ""> : Dpsims_ExprOr<
    "::llvm::isa<::mlir::FloatAttr, ::mlir::ArrayAttr>($_self) || ::dpsims::isInt($_self)",
    "a number or a list of numbers", what>;
def Dpsims_Any : Dpsims_ExprOr<"true", "an expression">;

// What an absent attribute is.
class Dpsims_Default<Attr attribute, string value, string text = value>
    : DefaultValuedOptionalAttr<attribute, value> {
  let summary = attribute.summary # " (" # text # " if absent)";
}

include "dialect/Interfaces.td"
include "dialect/Traits.td"
include "dialect/StructureOps.td"
include "dialect/SourceOps.td"
include "dialect/ElementwiseOps.td"
include "dialect/ContractionOps.td"
include "dialect/AttentionOps.td"
include "dialect/LabelOps.td"
include "dialect/NormOps.td"
include "dialect/ShapeOps.td"
include "dialect/CollectiveOps.td"
include "dialect/GraphOps.td"
include "dialect/ScheduleOps.td"

#endif
