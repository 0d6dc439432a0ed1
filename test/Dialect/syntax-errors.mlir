// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the parser and the verifiers of the language's structure refuse.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.block @B(%x) {
  // expected-error @below {{upsample: no attribute 'factors'; it has: factor}}
  %y = upsample %x <factors = 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{max_pool: no attribute 'size'; it has: kernel, padding, stride}}
  %y = max_pool %x <size = 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{relu: no attribute 'slope'; it has none}}
  %y = relu %x <slope = 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{upsample: attribute 'factor' is given twice}}
  %y = upsample %x <factor = 2, factor = 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{input: attribute 'name' is given twice}}
  %y = input "x" <name = "y", shape = [1]>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  %y = upsample %x <factor 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected floating point literal}}
  %y = upsample %x <factor = >
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '>'}}
  %y = upsample %x <factor = 2
  return
}

// -----

dpsims.block @B<a: int>(%x) {
  // expected-error @below {{expected '>'}}
  %y = upsample %x <factor = a < 2>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{custom op 'convolution' is unknown (tried 'dpsims.convolution' as well)}}
  %y = convolution %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{use of undeclared SSA value name}}
  %y = relu %z
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected string}}
  %y = weight <shape = [1], init = "zeros">
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected string}}
  output %x
  return
}

// -----

// expected-error @below {{parameter 'a' has the unknown type 'integer'; types are int, float, string, bool, list, record}}
dpsims.block @B<a: integer>(%x) {
  return
}

// -----

// expected-error @below {{name clash: parameter 'a' is declared twice}}
dpsims.block @B<a: int, a: float>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is 1.500000e+00, a float; it must be an int}}
dpsims.block @B<a: int = 1.5>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is true, a bool; it must be an int}}
dpsims.block @B<a: int = true>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is "x", a string; it must be a float}}
dpsims.block @B<a: float = "x">(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is 1, an int; it must be a string}}
dpsims.block @B<a: string = 1>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is 1, an int; it must be a bool}}
dpsims.block @B<a: bool = 1>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is {}, a record; it must be a list}}
dpsims.block @B<a: list = {}>(%x) {
  return
}

// -----

// expected-error @below {{default of parameter 'a' is [1], a list; it must be a record}}
dpsims.block @B<a: record = [1]>(%x) {
  return
}

// -----

// expected-error @below {{'true' cannot be a parameter's name}}
dpsims.block @B<true: int>(%x) {
  return
}

// -----

// expected-error @below {{'and' cannot be a parameter's name}}
dpsims.block @B<and: int>(%x) {
  return
}

// -----

// expected-error @below {{'mod' cannot be a parameter's name}}
dpsims.block @B<mod: int>(%x) {
  return
}

// -----

// expected-error @below {{'shape' cannot be a parameter's name}}
dpsims.block @B<shape: int>(%x) {
  return
}

// -----

// expected-error @below {{'len' cannot be a parameter's name}}
dpsims.block @B<len: int>(%x) {
  return
}

// -----

// expected-error @below {{'a.b' cannot be a parameter's name}}
dpsims.block @B<a.b: int>(%x) {
  return
}

// -----

// expected-error @below {{expected ':'}}
dpsims.block @B<a>(%x) {
  return
}

// -----

// expected-error @below {{expected '('}}
dpsims.block @B<a: int> {
  return
}

// -----

// expected-error @below {{expected valid '@'-identifier for symbol name}}
dpsims.block B(%x) {
  return
}

// -----

// expected-error @below {{expected '{' to begin a region}}
dpsims.block @B(%x) attributes {a = 1} {
  return
}

// -----

// expected-error @below {{the body must end in `return`}}
dpsims.block @B(%x) {
  %y = relu %x
}

// -----

// expected-error @below {{the body must end in `return`}}
dpsims.network @N(%x) {
  %y = relu %x
}

// -----

// expected-error @below {{expects a non-empty block}}
dpsims.block @B() {
}

// -----

// expected-error @below {{the body must end in `return`}}
dpsims.block @B(%x) {
  return %x
  %y = relu %x
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{must be the last operation in the parent block}}
  return %x
  %y = relu %x
  return %y
}

// -----

// expected-note @below {{see existing symbol definition here}}
dpsims.block @B() {
  return
}
// expected-error @below {{redefinition of symbol named 'B'}}
dpsims.network @B() {
  return
}

// -----

dpsims.block @B() {
  // expected-error @below {{expects parent op 'builtin.module'}}
  dpsims.block @C() {
    return
  }
  return
}

// -----

// expected-error @below {{a program has no `return`; it declares `output`s}}
dpsims.program @p {
  return
}

// -----

// expected-error @below {{expected '{' to begin a region}}
dpsims.program @p(%x) {
}

// -----

// expected-error @below {{default of parameter 'batch' is "1", a string; it must be an int}}
dpsims.program @p<batch: int = "1">  {
}

// -----

// expected-error @below {{expected 'of'}}
dpsims.section "generator" @G

// -----

// expected-error @below {{expected attribute value}}
dpsims.section generator of @G

// -----

// expected-error @below {{expected attribute value}}
dpsims.import nn

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected SSA operand}}
  let a = shape
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected operation name in quotes}}
  let s = shape %x, %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'not' cannot be a name}}
  let not = 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'min' cannot be a name}}
  let min = 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'a.b' cannot be a name}}
  let a.b = 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  let a 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'condition' failed to satisfy constraint: a boolean}}
  assert 1, "message"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected ','}}
  assert true
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected string}}
  assert true, message
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{an `if` with results needs an `else`}}
  %y = if true {
    yield %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  %y = if true {
    yield %x
  // expected-error @below {{an `if` with results needs an `else`}}
  } else if false {
    yield %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  %y = if true {
    yield %x
    // expected-error @below {{expected '{'}}
  } else unless true {
    yield %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @+1 {{yields 0 values where 1 are wanted}}
  %y = if true {
  } else {
    yield %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  %y = if true {
    yield %x
  } else {
    // expected-error @below {{yields 2 values where 1 are wanted}}
    yield %x, %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  if true {
    // expected-error @below {{yields 1 values where 0 are wanted}}
    yield %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{the body must end in `yield`}}
  if true {
    return %x
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'condition' failed to satisfy constraint: a boolean}}
  if 1 {
  }
  return
}

// -----

dpsims.block @B(%x) {
  if true {
    %y = relu %x
  }
  // expected-error @below {{use of undeclared SSA value name}}
  return %y
}

// -----

dpsims.block @B(%x) {
  %y = repeat i to 2 (%a = %x) {
    // expected-error @below {{yields 2 values where 1 are wanted}}
    yield %a, %a
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @+1 {{yields 0 values where 1 are wanted}}
  %y = repeat i to 2 (%a = %x) {
  } return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'count' failed to satisfy constraint: an integer}}
  repeat i to 2.5 {
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'count' failed to satisfy constraint: an integer}}
  repeat i to true {
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected 'to'}}
  repeat i 2 {
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  repeat i to 2 (%a) {
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{cannot name an operation with no results}}
  %y = repeat i to 2 {
  }
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{instance: parameter 'a' is given twice}}
  instance @C<a = 1, a = 2>()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected floating point literal}}
  instance @C<a = >()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected floating point literal}}
  instance @C<...>()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected attribute value}}
  instance "c" C()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{invalid kind of attribute specified}}
  instance "c" "d"()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected attribute value}}
  instance shared frozen "c" @C()
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '('}}
  instance @C
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '<'}}
  %y = get %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected 'index'}}
  %y = get %x <at = 1>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'index' failed to satisfy constraint: an integer}}
  %y = get %x <index = 1.0>
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected ','}}
  %y = append %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '('}}
  %y = list %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{add: takes 2 operands, not 1}}
  %y = add %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{conv2d: takes 2 to 4 operands, not 1}}
  %y = conv2d %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{requires attribute 'factor'}}
  %y = upsample %x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{attribute 'factor' failed to satisfy constraint: an integer}}
  %y = upsample %x <factor = "2">
  return
}

// -----

dpsims.graph @g {
  // expected-error @below {{a graph holds no value without a type}}
  %x = input "x" <shape = [1]>
}

// -----

dpsims.graph @g {
  // expected-error @below {{relu: expects static tensors, not 'tensor<?xf32>'}}
  %x = relu %x : (tensor<?xf32>) -> tensor<?xf32>
}

// -----

dpsims.graph @g {
  %x = input "x" <shape = [1]> : () -> tensor<1xf32>
  // expected-error @below {{invalid kind of type specified}}
  %y = relu %x : tensor<1xf32>
}

// -----

dpsims.graph @g {
  // expected-note @below {{prior use here}}
  %x = input "x" <shape = [1]> : () -> tensor<1xf32>
  // expected-error @below {{expects different type than prior uses}}
  %y = relu %x : (tensor<2xf32>) -> tensor<2xf32>
}
