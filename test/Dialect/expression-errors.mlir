// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions that cannot be computed, or read.
// RUN: dpsims-opt %s -split-input-file -verify-diagnostics

dpsims.block @B(%x) {
  // expected-error @below {{1 / 0 is not defined}}
  let v = 1 / 0
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{1 mod 0 is not defined}}
  let v = 1 mod 0
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{-9223372036854775808 / -1 is not defined}}
  let v = (-9223372036854775807 - 1) / -1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{/ of 1.000000e+00 and 0 is not defined}}
  let v = 1.0 / 0
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{/ of 0.000000e+00 and 0.000000e+00 is not defined}}
  let v = 0.0 / 0.0
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{sqrt of -1 is not defined}}
  let v = sqrt(-1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{* of 1.000000e+308 and 10 is not defined}}
  let v = 1.0e308 * 10
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{9223372036854775807 + 1 does not fit in 64 bits}}
  let v = 9223372036854775807 + 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{-9223372036854775807 - 2 does not fit in 64 bits}}
  let v = -9223372036854775807 - 2
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{4294967296 * 4294967296 does not fit in 64 bits}}
  let v = 4294967296 * 4294967296
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{10 pow 19 does not fit in 64 bits}}
  let v = pow(10, 19)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{0 - -9223372036854775808 does not fit in 64 bits}}
  let v = -(-9223372036854775807 - 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{integer value too large}}
  let v = 9223372036854775808
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{element 2 of a list of 2: [1, 2]}}
  let v = [1, 2][2]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{element -1 of a list of 2: [1, 2]}}
  let v = [1, 2][-1]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{element 0 of a list of 0: []}}
  let v = [][0]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{cannot take element "a" of [1]}}
  let v = [1]["a"]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{cannot take element 0 of 5}}
  let v = 5[0]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{cannot take element 0 of "text"}}
  let v = "text"[0]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{no field "c" in the record; it has: a, b}}
  let v = {a = 1, b = 2}["c"]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{no field 0 in the record; it has: a}}
  let v = {a = 1}[0]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{field 'a' is given twice in a record}}
  let v = {a = 1, a = 2}
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'+' does not apply to 1 and "a"}}
  let v = 1 + "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'-' does not apply to 1 and "a"}}
  let v = 1 - "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'*' does not apply to 1 and "a"}}
  let v = 1 * "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'/' does not apply to 1 and "a"}}
  let v = 1 / "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'mod' does not apply to 1 and "a"}}
  let v = 1 mod "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'+' does not apply to true and 1}}
  let v = true + 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'-' does not apply to [1] and [1]}}
  let v = [1] - [1]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'mod' does not apply to 1.500000e+00 and 2}}
  let v = 1.5 mod 2
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'<' does not apply to "a" and "b"}}
  let v = "a" < "b"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'not' does not apply to 1}}
  let v = not 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'negate' does not apply to "a"}}
  let v = -"a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'and' expects a boolean, not 1}}
  let v = 1 and true
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'or' expects a boolean, not "a"}}
  let v = "a" or true
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'select' expects a boolean, not 1}}
  let v = select(1, 2, 3)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'len' does not apply to 1}}
  let v = len(1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'min' does not apply to "a" and 1}}
  let v = min("a", 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'contains' does not apply to 1 and 1}}
  let v = contains(1, 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'contains' does not apply to {a = 1} and 1}}
  let v = contains({a = 1}, 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'startswith' does not apply to "a" and 1}}
  let v = startswith("a", 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'round' does not apply to 1.000000e+300}}
  let v = round(1.0e300)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'round' does not apply to "a"}}
  let v = round("a")
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{min takes 2 arguments, not 1}}
  let v = min(1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{len takes 1 arguments, not 2}}
  let v = len([1], [2])
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{select takes 3 arguments, not 2}}
  let v = select(true, 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '('}}
  let v = len 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  let v = 1 = 2
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected ']'}}
  let v = [1, 2}
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected valid keyword or string}}
  let v = {1 = 2}
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  let v = {a: 2}
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected floating point literal}}
  let v = *
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected floating point literal}}
  let v = #x
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'max' does not apply to [1] and 2}}
  let v = max([1], 2)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'ceil' does not apply to "a"}}
  let v = ceil("a")
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'ceil' does not apply to true}}
  let v = ceil(true)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'ceil' does not apply to 1.000000e+300}}
  let v = ceil(1.0e300)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'sqrt' does not apply to [4]}}
  let v = sqrt([4])
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'pow' does not apply to 2 and -1}}
  let v = pow(2, -1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'pow' does not apply to 1 and 64}}
  let v = pow(1, 64)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{pow of -1.000000e+00 and 5.000000e-01 is not defined}}
  let v = pow(-1.0, 0.5)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'removeprefix' does not apply to "a" and 1}}
  let v = removeprefix("a", 1)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'len' does not apply to {a = 1}}}
  let v = len({a = 1})
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'<=' does not apply to 1 and "a"}}
  let v = 1 <= "a"
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'>' does not apply to true and false}}
  let v = true > false
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'>=' does not apply to [1] and [1]}}
  let v = [1] >= [1]
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'negate' does not apply to true}}
  let v = -true
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{'not' does not apply to []}}
  let v = not []
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{-9223372036854775808 mod -1 is not defined}}
  let v = (-9223372036854775807 - 1) mod -1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{pow takes 2 arguments, not 3}}
  let v = pow(1, 2, 3)
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected '='}}
  let v = 1 == 2 and 1 = 1
  return
}

// -----

dpsims.block @B(%x) {
  // expected-error @below {{expected ')'}}
  let v = max(1, 2
  return
}

// -----

// expected-error @below {{a constant needs no #dpsims.expr}}
module attributes {dpsims.value = #dpsims.expr<1 + 2>} {
}
