// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What instances and sections refer to is checked as the text is read, in blocks that no program uses too.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.block @A(%x) {
  // expected-error @below {{instance: there is no block @C}}
  %y = instance @C(%x)
  return %y
}

// -----

dpsims.block @A(%x) {
  %y = if true {
    // expected-error @below {{instance: there is no block @p}}
    %a = instance "fc" @p()
    yield %a
  } else {
    yield %x
  }
  return %y
}
dpsims.program @p {
}

// -----

dpsims.block @A(%x) {
  // expected-error @below {{instance: @B takes 2 values, not 1}}
  %y = instance @B(%x)
  return %y
}
dpsims.block @B(%a, %b) {
  return %a
}

// -----

dpsims.block @A(%x) {
  // expected-error @below {{instance: gives 2 values, and 1 are taken}}
  %y = instance @B(%x)
  return %y
}
dpsims.network @B(%a) {
  return %a, %a
}

// -----

// expected-error @below {{there is no network @Generator}}
dpsims.section "generator" of @Generator

// -----

// expected-error @below {{there is no network @p}}
dpsims.section "generator" of @p
dpsims.program @p {
}

// -----

// A file that imports may refer to what it imports; what it has itself is checked.
dpsims.import "nn.mlir"
dpsims.section "generator" of @Generator
dpsims.block @A(%x) {
  %y = instance @Conv(%x)
  // expected-error @below {{instance: @B takes 0 values, not 1}}
  instance @B(%y)
  return %y
}
dpsims.block @B() {
  return
}

// -----

// A network, or a block, with a section; a block that refers to one after it.
dpsims.section "generator" of @Generator
dpsims.section "part" of @Part
dpsims.network @Generator(%x) {
  %y = instance "part" @Part(%x)
  return %y
}
dpsims.block @Part(%x) {
  return %x
}
