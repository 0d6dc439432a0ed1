// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dialect: base definitions; the ops stand in StructureOps.td (the language), GraphOps.td (what is computed) and
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

def Dpsims_ExprAttr : AttrDef<Dpsims_Dialect, "Expr"> {
  let mnemonic = "expr";
  let summary = "an expression over parameters that is not a constant";
  let description = [{
    `kind` is an operator or a function of docs/language.md, or one of `Parameter` (operand: its name), `Field`, `Index`,
    `List`, `Record` (operands: name, value, ...). Constants are ordinary attributes: i64, f64, bool, string, array,
    dictionary. Expressions of constants are folded when they are read.
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

// Attributes that are expressions in a parametric body and constants in a graph.
class Dpsims_ExprOr<string constant, string summary>
    : Attr<Or<[CPred<"::llvm::isa<::dpsims::ExprAttr>($_self)">, CPred<constant>]>, summary> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}
def Dpsims_Int : Dpsims_ExprOr<"::dpsims::isInt($_self)", "an integer">;
def Dpsims_Float : Dpsims_ExprOr<"::llvm::isa<::mlir::FloatAttr>($_self) || ::dpsims::isInt($_self)", "a number">;
def Dpsims_Bool : Dpsims_ExprOr<"::llvm::isa<::mlir::BoolAttr>($_self)", "a boolean">;
def Dpsims_String : Dpsims_ExprOr<"::llvm::isa<::mlir::StringAttr>($_self)", "a string">;
def Dpsims_Ints : Dpsims_ExprOr<"::dpsims::isIntList($_self)", "a list of integers">;
def Dpsims_IntOrInts : Dpsims_ExprOr<"::dpsims::isInt($_self) || ::dpsims::isIntList($_self)",
                                     "an integer or a list of integers">;
def Dpsims_Padding : Dpsims_ExprOr<
    "::llvm::isa<::mlir::StringAttr>($_self) || ::dpsims::isInt($_self) || ::dpsims::isIntList($_self)",
    "an integer, a list of integers, or \"same\"">;
def Dpsims_Number : Dpsims_ExprOr<
    "::llvm::isa<::mlir::FloatAttr, ::mlir::ArrayAttr>($_self) || ::dpsims::isInt($_self)",
    "a number or a list of numbers">;
def Dpsims_Any : Dpsims_ExprOr<"true", "an expression">;

include "dialect/Interfaces.td"
include "dialect/StructureOps.td"
include "dialect/SourceOps.td"
include "dialect/ElementwiseOps.td"
include "dialect/ContractionOps.td"
include "dialect/NormOps.td"
include "dialect/ShapeOps.td"
include "dialect/GraphOps.td"
include "dialect/ScheduleOps.td"

#endif
