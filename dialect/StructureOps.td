// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The language: files, blocks with parameters, instances, control of elaboration. None of these is left in a graph.

#ifndef DPSIMS_STRUCTURE_OPS
#define DPSIMS_STRUCTURE_OPS

include "dialect/Dpsims.td"

// Of statements, whose attributes are evaluated at elaboration.
def Dpsims_Condition : Dpsims_ExprOr<"::llvm::isa<::mlir::BoolAttr>($_self)", "a boolean">;
def Dpsims_Integer : Dpsims_ExprOr<"::dpsims::isInt($_self)", "an integer">;

class Dpsims_StructureOp<string mnemonic, list<Trait> traits = []> : Op<Dpsims_Dialect, mnemonic, traits> {
  let hasCustomAssemblyFormat = 1;
}

class Dpsims_TopLevel<string mnemonic, list<Trait> traits = []>
    : Dpsims_StructureOp<mnemonic, !listconcat([HasParent<"::mlir::ModuleOp">], traits)>;

def Dpsims_ImportOp : Dpsims_TopLevel<"import"> {
  let summary = "takes over another file's blocks";
  let description = [{
    The path is relative to the importing file. A file imported twice is read once.

    ```mlir
    dpsims.import "nn.mlir"
    ```
  }];
  let arguments = (ins StrAttr:$path);
  let hasCustomAssemblyFormat = 0;
  let assemblyFormat = "$path attr-dict";
}

def Dpsims_SectionOp
    : Dpsims_TopLevel<"section", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a section of the configuration file: its keys are a network's parameters";
  let description = [{
    ```mlir
    dpsims.section "generator" of @Generator
    ```
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$network);
  let hasCustomAssemblyFormat = 0;
  let assemblyFormat = "$name `of` $network attr-dict";
}

// A body of ops with parameters: block, network, program.
class Dpsims_Callable<string mnemonic, list<Trait> traits = []> : Dpsims_TopLevel<mnemonic, !listconcat([
    Symbol, IsolatedFromAbove, SingleBlock, OpAsmOpInterface], traits)> {
  let arguments = (ins SymbolNameAttr:$sym_name, ArrayAttr:$parameters, OptionalAttr<StrAttr>:$sym_visibility);
  let regions = (region SizedRegion<1>:$body);
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let hasVerifier = 1;
}

def Dpsims_BlockOp : Dpsims_Callable<"block"> {
  let summary = "a piece of a network, with parameters, that other blocks instantiate";
  let description = [{
    Parameters are in angle brackets, with types (`int float string bool list record`) and defaults; values in
    parentheses. A block ends in `return`.

    ```mlir
    dpsims.block @Linear<in: int, out: int>(%x) {
      %w = weight "weight" <shape = [out, in], init = "xavier_normal">
      %y = matmul %x, %w <transpose_b = true>
      return %y
    }
    ```
  }];
}

def Dpsims_NetworkOp : Dpsims_Callable<"network"> {
  let summary = "a block that a section of the configuration describes";
  let description = [{
    As `block`. `dpsims.section "generator" of @Generator` makes the section's keys the network's parameters.

    ```mlir
    dpsims.network @Tone<gain: float = 2.0>(%x) {
      %g = constant <value = gain>
      %y = mul %x, %g
      return %y
    }
    ```
  }];
}

def Dpsims_ProgramOp : Dpsims_Callable<"program", [NoTerminator]> {
  let summary = "an entry point of the compiled model";
  let description = [{
    Its parameters are `batch`, the configuration's top-level keys, and the configuration's sections as records. It has
    no values in parentheses: it declares `input` and `output`.

    What a program assigns to its weights and states it keeps for its next run. A `pure` program keeps nothing: what it
    assigns counts until its end only, and each run begins with the weights of the file.

    ```mlir
    dpsims.program @double<batch: int = 1> {
      %x = input "x" <shape = [batch, 4]>
      %y = add %x, %x
      output "y" %y
    }
    ```
  }];
}

def Dpsims_ReturnOp : Dpsims_StructureOp<"return", [Terminator, ReturnLike]> {
  let summary = "a block's results";
  let arguments = (ins Variadic<Dpsims_Value<"what the body gives">>:$values);
}

def Dpsims_YieldOp : Dpsims_StructureOp<"yield", [Terminator, ReturnLike]> {
  let summary = "results of the body of `if`, `repeat`, `prepare`, `fused`";
  let arguments = (ins Variadic<Dpsims_Value<"what the body gives">>:$values);
}

def Dpsims_InstanceOp
    : Dpsims_StructureOp<"instance", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a block with its parameters, applied to values";
  let description = [{
    The name is one component of the path that names the weights; without a name they are in the enclosing path.
    `{i}` in the name is replaced by the parameter `i`. `frozen`: nothing below is trained. `shared`: the weights of an
    earlier instance of that path are used again. A parameter without a value (`<in>`) means `in = in`; `...r` passes
    every field of the record `r`. The block is in the same file or, where the file imports others, in one of those.

    ```mlir
    %y = instance "fc{i}" @Linear<in = width, out>(%x)
    %t = instance frozen "backbone" @Backbone<name = backbone>(%y)
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$name, FlatSymbolRefAttr:$callee, ArrayAttr:$names, ArrayAttr:$values,
                       UnitAttr:$frozen, UnitAttr:$shared, Variadic<Dpsims_Value<"the block's values">>:$operands);
  let results = (outs Variadic<Dpsims_Value<"what the block returns">>:$results);
  let hasVerifier = 1;
}

def Dpsims_LetOp : Dpsims_StructureOp<"let"> {
  let summary = "names an expression";
  let description = [{
    ```mlir
    let half = width / 2
    let s = shape %x             // a list: the sizes of a value
    let t = trained "generator"  // a list: the names of the trained weights below a path, in the order of the text
    ```
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<Dpsims_Any>:$value,
                       Optional<Dpsims_Value<"whose shape it is">>:$shape_of,
                       OptionalAttr<StrAttr>:$trained_below);
  let hasVerifier = 1;
}

def Dpsims_AssertOp : Dpsims_StructureOp<"assert"> {
  let summary = "a condition on parameters, checked at elaboration";
  let description = [{
    ```mlir
    assert width mod 8 == 0, "width = {width} must be a multiple of 8"
    ```
  }];
  let arguments = (ins Dpsims_Condition:$condition, StrAttr:$message);
}

def Dpsims_IfOp : Dpsims_StructureOp<"if", [SingleBlock, OpAsmOpInterface]> {
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let summary = "one of two bodies, chosen at elaboration";
  let description = [{
    Both bodies yield as many values as the op has results. The `else` may be left out where it has none; `else if`
    goes on with another condition.

    ```mlir
    %y = if depth > 2 {
      %a = relu %x
      yield %a
    } else {
      yield %x
    }
    ```
  }];
  let arguments = (ins Dpsims_Condition:$condition);
  let results = (outs Variadic<Dpsims_Value<"what the region that runs yields">>:$results);
  let regions = (region SizedRegion<1>:$thenRegion, AnyRegion:$elseRegion);
  let hasVerifier = 1;
}

def Dpsims_RepeatOp : Dpsims_StructureOp<"repeat", [SingleBlock, OpAsmOpInterface]> {
  let extraClassDeclaration = [{
    static ::llvm::StringRef getDefaultDialect() { return "dpsims"; }
  }];
  let summary = "a body a number of times, values carried from one to the next";
  let description = [{
    The parameter named runs from 0 to the count less one. The body yields the carried values, in order.

    ```mlir
    %y = repeat i to depth (%h = %x) {
      %n = instance "fc{i}" @Linear<in = width, out = width>(%h)
      yield %n
    }
    ```
  }];
  let arguments = (ins StrAttr:$variable, Dpsims_Integer:$count,
                       Variadic<Dpsims_Value<"what the first round gets">>:$inits);
  let results = (outs Variadic<Dpsims_Value<"what the last round yields">>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
}

def Dpsims_NoneOp : Dpsims_StructureOp<"none", [Pure]> {
  let summary = "an absent value: an optional operand that is not given";
  let results = (outs Dpsims_Value<"no tensor">:$result);
}

def Dpsims_ListOp : Dpsims_StructureOp<"list", [Pure]> {
  let summary = "a list of values";
  let description = [{
    ```mlir
    %l = list(%a, %b)
    ```
  }];
  let arguments = (ins Variadic<Dpsims_Value<"its elements">>:$values);
  let results = (outs Dpsims_Value<"a list">:$result);
}

def Dpsims_AppendOp : Dpsims_StructureOp<"append", [Pure]> {
  let summary = "a list and one value more";
  let description = [{
    ```mlir
    %l2 = append %l, %x
    ```
  }];
  let arguments = (ins Dpsims_Value<"a list">:$list, Dpsims_Value<"its new last element">:$value);
  let results = (outs Dpsims_Value<"the longer list">:$result);
}

def Dpsims_GetOp : Dpsims_StructureOp<"get", [Pure]> {
  let summary = "one value of a list";
  let description = [{
    ```mlir
    %x = get %l <index = i>
    ```
  }];
  let arguments = (ins Dpsims_Value<"a list">:$list, Dpsims_Integer:$index);
  let results = (outs Dpsims_Value<"its element">:$result);
}

def Dpsims_CurrentOp : Dpsims_StructureOp<"current"> {
  let summary = "the value that a weight or state has here, by its name";
  let description = [{
    What the last `assign` before gave it, else what the program began with. The name is relative to the instance's
    path.

    ```mlir
    %w = current "generator.{name}"
    ```
  }];
  let arguments = (ins StrAttr:$name);
  let results = (outs Dpsims_Value<"a tensor">:$result);
}

#endif
