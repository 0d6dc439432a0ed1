// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: dpsims-opt %s --dpsims-elaborate -split-input-file -verify-diagnostics

dpsims.block @Layer() {
  %w = weight "w" <shape = [2], init = "ones">
  // expected-error @below {{assign: there is no weight 'a.v' before this}}
  assign "v" %w
  return %w
}
dpsims.program @p {
  // expected-note @below {{in @Layer<> at a}}
  %w = instance "a" @Layer()
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [2], init = "ones">
  %x = constant <value = 1.0, shape = [3]>
  // expected-error @below {{assign: the weight is 'tensor<2xf32>', what is assigned 'tensor<3xf32>'}}
  assign "w" %x
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [2], init = "ones">
  %l = list(%w)
  // expected-error @below {{assign: what is assigned is not a tensor}}
  assign "w" %l
}

// -----

dpsims.program @p {
  let i = 3
  // expected-error @below {{current: there is no weight 'w3' before this}}
  %w = current "w{i}"
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [2], init = "ones">
  %l = list(%w)
  // expected-error @below {{gradient: the loss has the shape (2); it must be one number}}
  %g = gradient %w, %l
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [1], init = "ones">
  // expected-error @below {{gradient: expects a list}}
  %g = gradient %w, %w
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [1], init = "ones">
  // expected-error @below {{gradient: expects a loss and a list of values, and gives one list}}
  %g = gradient %w
}

// -----

dpsims.program @p {
  %w = weight "w" <shape = [1], init = "ones">
  %n = none
  %l = list(%w, %n)
  // expected-error @below {{gradient: an element of the list is not a tensor}}
  %g = gradient %w, %l
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
  // expected-note @below {{the other one is here}}
  %a = input "x" <shape = [1]>
  // expected-error @below {{input: name clash: 'x' is declared twice}}
  %b = input "x" <shape = [1], type = "i32">
}

// -----

dpsims.program @p {
  let t = trained ""
  // expected-error @below {{let: name clash: 't' has a value already}}
  let t = trained ""
}
