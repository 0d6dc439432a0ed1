// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate -split-input-file -verify-diagnostics

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: unknown parameter 'biases' of @Linear; it has: in, out, bias}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, out = 2, biases = false>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: missing parameter 'out' of @Linear}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: parameter 'out' of @Linear is 2.000000e+00, a float; it must be an int}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, out = 2.0>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: parameter 'out' of @Linear is true, a bool; it must be an int}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, out = true>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{parameter 'out' of @Linear is [2], a list; it must be an int}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, out = [2], bias = 1>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{parameter 'bias' of @Linear is "true", a string; it must be a bool}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, out = 2, bias = "true">(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: unknown parameter 'out'; none is declared here}}
  %y = instance "fc" @Linear<in = 4, out>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: `...` expects a record, not 4}}
  %y = instance "fc" @Linear<in = 4, out = 2, ...4>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: parameter 'in' is given twice}}
  %y = instance "fc" @Linear<in = 4, out = 2, ...{in = 3}>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: unknown parameter 'size' of @Linear; it has: in, out, bias}}
  // expected-note @below {{in @Linear at fc}}
  %y = instance "fc" @Linear<in = 4, ...{out = 3, size = 2}>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: there is no block @Linaer}}
  %y = instance "fc" @Linaer<in = 4, out = 2>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: there is no block @p}}
  %y = instance "fc" @p()
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: @Linear takes 1 values, not 2}}
  %y = instance "fc" @Linear<in = 4, out = 2>(%x, %x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: @Linear takes 1 values, not 0}}
  %y = instance "fc" @Linear<in = 4, out = 2>()
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: gives 1 values, and 2 are taken}}
  %y, %z = instance "fc" @Linear<in = 4, out = 2>(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: no parameter 'i' for {i} in "fc{i}"}}
  %y = instance "fc{i}" @Linear<in = 4, out = 2>(%x)
}

// -----

dpsims.block @Nothing() {
  return
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-error @below {{instance: gives 0 values, and 1 are taken}}
  %y = instance @Nothing()
}

// -----

// expected-error @below {{program: missing parameter 'size' of @p}}
dpsims.program @p<batch: int = 1, size: list> {
}

// -----

// expected-error @below {{program: unknown parameter 'bach'; known here: batch}}
dpsims.program @p<batch: int = 1, double: int = bach * 2> {
}

// -----

dpsims.block @B<a: int = 1, b: int = c, c: int = 2>() {
  return
}
dpsims.program @p {
  // expected-error @below {{instance: unknown parameter 'c'; known here: a}}
  // expected-note @below {{in @B at b}}
  instance "b" @B()
}

// -----

dpsims.block @Inner<c: int>(%x) {
  // expected-error @below {{c = 3 must be even}}
  assert c mod 2 == 0, "c = {c} must be even"
  return %x
}
dpsims.block @Middle<c: int, mode: string = "add">(%x) {
  // expected-note @below {{in @Inner<c = 3> at net.stage1}}
  %y = instance "stage{c}" @Inner<c = c * 3>(%x)
  return %y
}
dpsims.block @Unnamed<l: list>(%x) {
  // expected-note @below {{in @Middle<c = 1, mode = "add"> at net}}
  %y = instance "net" @Middle<c = l[0]>(%x)
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-note @below {{in @Unnamed<l = [1, 2]>}}
  %y = instance @Unnamed<l = [1, 2]>(%x)
}

// -----

// Sizes that are not divisible show in the shapes, with every instance that led there.
dpsims.block @Half(%x) {
  let s = shape %x
  // expected-error @below {{reshape: (1, 5) has 5 elements, which (2, 2) cannot hold}}
  %y = reshape %x <shape = [2, s[1] / 2]>
  return %y
}
dpsims.block @Twice(%x) {
  // expected-note @below {{in @Half<> at twice.b}}
  %b = instance "b" @Half(%x)
  return %b
}
dpsims.program @p {
  %x = input "x" <shape = [1, 5]>
  // expected-note @below {{in @Twice<> at twice}}
  %y = instance "twice" @Twice(%x)
}

// -----

dpsims.block @Linear<in: int, out: int, bias: bool = true>(%x) {
  %w = weight "weight" <shape = [out, in], init = "xavier_normal">
  // expected-error @below {{matmul: a (1, 4) has rows of 4, b (2, 5) expects 5}}
  %y = matmul %x, %w <transpose_b = true>
  return %y
}
dpsims.block @Outer<width: int>(%x) {
  %y = repeat i to 2 (%a = %x) {
    // expected-note @below {{in @Linear<in = 5, out = 2, bias = true> at outer.fc0}}
    %b = instance "fc{i}" @Linear<in = width, out = 2>(%a)
    yield %b
  }
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4]>
  // expected-note @below {{in @Outer<width = 5> at outer}}
  %y = instance "outer" @Outer<width = 5>(%x)
}

// -----

// An attribute of the wrong type, once the parameters are known.
dpsims.block @Up<factor: float>(%x) {
  // expected-error @below {{attribute 'factor' failed to satisfy constraint: an integer}}
  %y = upsample %x <factor = factor>
  return %y
}
dpsims.program @p {
  %x = input "x" <shape = [1, 4, 4, 1]>
  // expected-note @below {{in @Up<factor = 2.000000e+00> at up}}
  %y = instance "up" @Up<factor = 2>(%x)
}

// -----

dpsims.program @p {
  %x = input "x" <shape = [1]>
  %none = none
  // expected-error @below {{add: takes 2 operands, not 1}}
  %y = add %x, %none
}

// -----

dpsims.block @A<n: int>() {
  // expected-error @below {{instance: endless recursion: @A<n = 1> instantiates itself}}
  // expected-note @below {{in @A<n = 1> at a.again}}
  instance "again" @A<n>()
  return
}
dpsims.program @p {
  // expected-note @below {{in @A<n = 1> at a}}
  instance "a" @A<n = 1>()
}

// -----

dpsims.block @A() {
  // expected-note @below {{in @B<> at a.b}}
  instance "b" @B()
  return
}
dpsims.block @B() {
  // expected-error @below {{instance: endless recursion: @A<> instantiates itself}}
  // expected-note @below {{in @A<> at a.b.a}}
  instance "a" @A()
  return
}
dpsims.program @p {
  // expected-note @below {{in @A<> at a}}
  instance "a" @A()
}

// -----

dpsims.block @Leaf() {
  // expected-error @below {{weight: name clash: 'a.weight' is declared twice}}
  // expected-note @below {{the other one is here}}
  %w = weight "weight" <shape = [1], init = "zeros">
  return
}
dpsims.program @p {
  instance "a" @Leaf()
  // expected-note @below {{in @Leaf<> at a}}
  instance "a" @Leaf()
}

// -----

dpsims.program @p {
  // expected-note @below {{the other one is here}}
  %a = weight "w" <shape = [1], init = "zeros">
  // expected-error @below {{state: name clash: 'w' is declared twice}}
  %b = state "w" <shape = [1], init = "zeros">
}

// -----

// A shared instance whose weights have another shape.
dpsims.block @Leaf<n: int>() {
  // expected-error @below {{name clash: 'a.weight' is declared twice}}
  // expected-note @below {{the other one is here}}
  %w = weight "weight" <shape = [n], init = "zeros">
  return
}
dpsims.program @p {
  instance "a" @Leaf<n = 1>()
  // expected-note @below {{in @Leaf<n = 2> at a}}
  instance shared "a" @Leaf<n = 2>()
}

// -----

// A shared instance whose weights have another type.
dpsims.block @Leaf<element: string>() {
  // expected-error @below {{name clash: 'a.weight' is declared twice}}
  // expected-note @below {{the other one is here}}
  %w = weight "weight" <shape = [1], init = "zeros", type = element>
  return
}
dpsims.program @p {
  instance "a" @Leaf<element = "f32">()
  // expected-note @below {{ at a}}
  instance shared "a" @Leaf<element = "bf16">()
}

// -----

dpsims.program @p {
  // expected-note @below {{the other one is here}}
  %a = input "x" <shape = [1]>
  // expected-error @below {{input: name clash: 'x' is declared twice}}
  %b = input "x" <shape = [2]>
}

// -----

dpsims.program @p {
  %a = input "x" <shape = [1]>
  output "y" %a
  // expected-error @below {{output: name clash: output "y" is declared twice}}
  output "y" %a
}

// -----

dpsims.program @p<a: int = 1> {
  // expected-error @below {{let: name clash: 'a' has a value already}}
  let a = 2
}

// -----

dpsims.program @p {
  let i = 2
  // expected-error @below {{repeat: name clash: 'i' has a value already}}
  repeat i to 2 {
  }
}

// -----

dpsims.program @p {
  let a = 1
  if a == 1 {
    // expected-error @below {{let: name clash: 'a' has a value already}}
    let a = 2
  }
}

// -----

dpsims.program @p {
  if true {
    let inner = 1
  }
  // expected-error @below {{let: unknown parameter 'inner'; none is declared here}}
  let outer = inner
}

// -----

dpsims.program @p {
  repeat i to 2 {
  }
  // expected-error @below {{let: unknown parameter 'i'; none is declared here}}
  let j = i
}

// -----

dpsims.program @p<l: list = [1, 2]> {
  // expected-error @below {{let: element 2 of a list of 2: [1, 2]}}
  let a = l[2]
}

// -----

dpsims.program @p<r: record = {a = 1, b = 2}> {
  // expected-error @below {{let: no field "c" in the record; it has: a, b}}
  let a = r.c
}

// -----

dpsims.program @p<n: int = 0> {
  // expected-error @below {{let: 8 / 0 is not defined}}
  let a = 8 / n
}

// -----

dpsims.program @p {
  %none = none
  // expected-error @below {{let: an absent value or a list has no shape}}
  let s = shape %none
}

// -----

dpsims.program @p<n: int = 1> {
  // expected-error @below {{assert: the condition is not a boolean}}
  assert n + 1, "n"
}

// -----

dpsims.program @p<n: int = 1> {
  // expected-error @below {{assert: no parameter 'm' for {m} in "{m}"}}
  assert n == 2, "{m}"
}

// -----

dpsims.program @p<n: int = 1> {
  // expected-error @below {{if: the condition is 2, no boolean}}
  if n + 1 {
  }
}

// -----

dpsims.program @p<n: int = -1> {
  // expected-error @below {{repeat: the count is -1; it must be 0 to 100000}}
  repeat i to n {
  }
}

// -----

dpsims.program @p<n: int = 100001> {
  // expected-error @below {{repeat: the count is 100001; it must be 0 to 100000}}
  repeat i to n {
  }
}

// -----

dpsims.program @p<n: float = 2.5> {
  // expected-error @below {{repeat: the count is 2.500000e+00; it must be 0 to 100000}}
  repeat i to n {
  }
}

// -----

dpsims.program @p<n: string = "a"> {
  // expected-error @below {{repeat: the count is "a"; it must be 0 to 100000}}
  repeat i to n {
  }
}

// -----

dpsims.program @p<n: bool = true> {
  // expected-error @below {{repeat: the count is true; it must be 0 to 100000}}
  repeat i to n {
  }
}

// -----

dpsims.program @p {
  %x = input "x" <shape = [1]>
  %l = list(%x)
  // expected-error @below {{relu: operand 0 is a list}}
  %y = relu %l
}

// -----

dpsims.program @p {
  %x = input "x" <shape = [1]>
  // expected-error @below {{append: expects a list}}
  %l = append %x, %x
}

// -----

dpsims.program @p {
  %x = input "x" <shape = [1]>
  // expected-error @below {{get: expects a list}}
  %l = get %x <index = 0>
}

// -----

dpsims.program @p<i: int = 1> {
  %x = input "x" <shape = [1]>
  %l = list(%x)
  // expected-error @below {{get: element 1 of a list of 1}}
  %y = get %l <index = i>
}

// -----

dpsims.program @p<i: int = -1> {
  %x = input "x" <shape = [1]>
  %l = list(%x)
  // expected-error @below {{get: element -1 of a list of 1}}
  %y = get %l <index = i>
}

// -----

dpsims.program @p {
  %none = none
  // expected-error @below {{output: "y" is not a tensor}}
  output "y" %none
}

// -----

dpsims.program @p {
  %l = list()
  // expected-error @below {{output: "y" is not a tensor}}
  output "y" %l
}

// -----

dpsims.program @p {
  %none = none
  %l = list(%none)
  // expected-error @below {{concat: element 0 of the list is not a tensor}}
  %y = concat %l <axis = 0>
}

// -----

dpsims.program @p {
  %none = none
  %x = input "x" <shape = [1, 4, 4, 2]>
  %w = weight "w" <shape = [3, 2, 1, 1], init = "zeros">
  // expected-error @below {{conv2d: operand 1 is absent}}
  %y = conv2d %x, %none, %w
}

// -----

dpsims.program @p {
  %none = none
  %x = input "x" <shape = [2, 4]>
  %b = weight "b" <shape = [4], init = "zeros">
  // expected-error @below {{layer_norm: has a bias, but no weight}}
  %y = layer_norm %x, %none, %b <eps = 1.0e-6>
}

// -----

// With the same name an input must be alike, and what its type is if nothing is said.
dpsims.program @p {
  %x = input "x" <shape = [1]>
  %y = input "x" <shape = [1], type = "f32">
  // expected-note @below {{the other one is here}}
  %z = input "z" <shape = [1]>
  // expected-error @below {{name clash: 'z' is declared twice}}
  %i = input "z" <shape = [1], type = "i32">
}
