// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expressions: how they print, what is folded, what they give at elaboration.
// RUN: dpsims-opt %s -o %t.once
// RUN: dpsims-opt %t.once -o %t.twice
// RUN: diff %t.once %t.twice
// RUN: FileCheck %s < %t.once
// RUN: dpsims-opt %s --dpsims-elaborate | FileCheck %s --check-prefix=GRAPH

// CHECK-LABEL: dpsims.block @Constants
dpsims.block @Constants() {
  // CHECK-NEXT: let i = 9223372036854775807
  let i = 9223372036854775807
  // CHECK-NEXT: let n = -9223372036854775807
  let n = -9223372036854775807
  // CHECK-NEXT: let f = 1.000000e-05
  let f = 1.0e-5
  // CHECK-NEXT: let g = -2.500000e+00
  let g = -2.5
  // CHECK-NEXT: let s = "a \22b\22 \\ {c}"
  let s = "a \"b\" \\ {c}"
  // CHECK-NEXT: let t = true
  let t = true
  // CHECK-NEXT: let l = [1, 2.000000e+00, "a", false, [], {{\[\[1\]\]}}]
  let l = [1, 2.0, "a", false, [], [[1]]]
  // CHECK-NEXT: let r = {a = 1, b = {}, c = {x = [1, 2]}}
  let r = {c = {x = [1, 2]}, a = 1, b = {}}
  return
}

// Expressions of constants are folded when they are read.
// CHECK-LABEL: dpsims.block @Folded
dpsims.block @Folded() {
  // CHECK-NEXT: let a1 = 7
  let a1 = 1 + 2 * 3
  // CHECK-NEXT: let a2 = 9
  let a2 = (1 + 2) * 3
  // CHECK-NEXT: let a3 = -1
  let a3 = 4 - 3 - 2
  // CHECK-NEXT: let a4 = 2
  let a4 = 12 / 3 / 2
  // `/` and `mod` of integers round down.
  // CHECK-NEXT: let a5 = [2, -3, -3, 2]
  let a5 = [7 / 3, -7 / 3, 7 / -3, -7 / -3]
  // CHECK-NEXT: let a6 = [1, 2, -2, -1]
  let a6 = [7 mod 3, -7 mod 3, 7 mod -3, -7 mod -3]
  // CHECK-NEXT: let a7 = 3.500000e+00
  let a7 = 7 / 2.0
  // CHECK-NEXT: let a8 = [-1, -1.000000e+00, 1]
  let a8 = [-1, - 1.0, - -1]
  // CHECK-NEXT: let a9 = 1
  let a9 = 3 -2
  // CHECK-NEXT: let b1 = "ab"
  let b1 = "a" + "b"
  // CHECK-NEXT: let b2 = [1, 2, 3]
  let b2 = [1] + [2, 3]
  // CHECK-NEXT: let b3 = [true, false, true, false, true, true]
  let b3 = [1 == 1, 1 == 2, 1 == 1.0, "a" == "b", [1, 2] == [1, 2], {a = 1} == {a = 1}]
  // CHECK-NEXT: let b4 = [true, true, false, false, true, false]
  let b4 = [1 < 2, 2 <= 2, 2 > 2, 1 >= 2, 1.5 < 2, 1.5 > 2.5]
  // CHECK-NEXT: let b5 = [false, true, true, false]
  let b5 = [true and false, true or false, not false, not 1 == 1]
  // CHECK-NEXT: let b6 = true
  let b6 = true or true and false
  // CHECK-NEXT: let b7 = true
  let b7 = 1 + 1 == 2 and not 3 < 2
  // CHECK-NEXT: let c1 = 20
  let c1 = [10, 20, 30][1]
  // CHECK-NEXT: let c2 = 4
  let c2 = [[1, 2], [3, 4]][1][1]
  // CHECK-NEXT: let c3 = [16, 32]
  let c3 = {small = [8], large = [16, 32]}["large"]
  // CHECK-NEXT: let d1 = [3, 0]
  let d1 = [len([1, 2, 3]), len([])]
  // CHECK-NEXT: let d2 = [1, 2, 1.000000e+00, 2.500000e+00]
  let d2 = [min(1, 2), max(1, 2), min(1, 2.5), max(1, 2.5)]
  // CHECK-NEXT: let d3 = ["yes", "no"]
  let d3 = [select(1 < 2, "yes", "no"), select(2 < 1, "yes", "no")]
  // CHECK-NEXT: let d4 = [true, false]
  let d4 = [startswith("tf_net", "tf_"), startswith("net", "tf_")]
  // CHECK-NEXT: let d5 = [true, false, true, false, true]
  let d5 = [contains([1, 2], 2), contains([1, 2], 3), contains({a = 1}, "a"), contains({a = 1}, "b"),
            contains([1.0], 1)]
  // CHECK-NEXT: let d6 = [3, 2, 3, -2]
  let d6 = [round(2.5), round(2.4), round(3), round(-2.5)]
  // CHECK-NEXT: let d7 = [3, -2, 4, 2, -3, 4]
  let d7 = [ceil(2.1), ceil(-2.9), ceil(4), floor(2.1), floor(-2.9), floor(4)]
  // CHECK-NEXT: let d8 = 3.000000e+00
  let d8 = sqrt(9)
  // CHECK-NEXT: let d9 = [1024, 1, 1.440000e+00, 5.000000e-01]
  let d9 = [pow(2, 10), pow(7, 0), pow(1.2, 2), pow(2, -1.0)]
  // CHECK-NEXT: let e1 = ["net", "net"]
  let e1 = [removeprefix("tf_net", "tf_"), removeprefix("net", "tf_")]
  return
}

// Only the parentheses that are needed are printed.
// CHECK-LABEL: dpsims.block @Precedence
dpsims.block @Precedence<a: int, b: int, c: int, f: float, p: bool, q: bool, r: bool, l: list, s: record, t: string>() {
  // CHECK-NEXT: let v1 = a + b * c
  let v1 = a + (b * c)
  // CHECK-NEXT: let v2 = (a + b) * c
  let v2 = (a + b) * c
  // CHECK-NEXT: let v3 = a - b - c
  let v3 = (a - b) - c
  // CHECK-NEXT: let v4 = a - (b - c)
  let v4 = a - (b - c)
  // CHECK-NEXT: let v5 = a / b * c mod 2
  let v5 = ((a / b) * c) mod 2
  // CHECK-NEXT: let v6 = a / (b * c)
  let v6 = a / (b * c)
  // CHECK-NEXT: let v7 = -a * b
  let v7 = (-a) * b
  // CHECK-NEXT: let v8 = -(a * b)
  let v8 = -(a * b)
  // CHECK-NEXT: let v9 = a - -b
  let v9 = a - -b
  // CHECK-NEXT: let w1 = p or q and r
  let w1 = p or (q and r)
  // CHECK-NEXT: let w2 = (p or q) and r
  let w2 = (p or q) and r
  // CHECK-NEXT: let w3 = not p and q
  let w3 = (not p) and q
  // CHECK-NEXT: let w4 = not (p and q)
  let w4 = not (p and q)
  // CHECK-NEXT: let w5 = not a == b
  let w5 = not (a == b)
  // CHECK-NEXT: let w6 = (not p) == q
  let w6 = (not p) == q
  // CHECK-NEXT: let w7 = a + 1 < b * 2 and b >= c
  let w7 = ((a + 1) < (b * 2)) and (b >= c)
  // CHECK-NEXT: let w8 = a < b == p
  let w8 = (a < b) == p
  // CHECK-NEXT: let w9 = p == (a < b)
  let w9 = p == (a < b)
  // CHECK-NEXT: let x1 = l[a + 1][0]
  let x1 = l[a + 1][0]
  // CHECK-NEXT: let x2 = s.widths[a]
  let x2 = s.widths[a]
  // CHECK-NEXT: let x3 = s.a.b.c
  let x3 = s.a.b.c
  // CHECK-NEXT: let x4 = s["a"]
  let x4 = s["a"]
  // CHECK-NEXT: let x5 = (l + [1])[0]
  let x5 = (l + [1])[0]
  // CHECK-NEXT: let x6 = [a, [b, 2 + c], {x = a < b, y = l}]
  let x6 = [a, [b, 2 + c], {x = a < b, y = l}]
  // CHECK-NEXT: let x7 = select(a < b, min(a, -b), len(l))
  let x7 = select(a < b, min(a, -b), len(l))
  // CHECK-NEXT: let x8 = {a = a, b = 1}["a"]
  let x8 = {a = a, b = 1}["a"]
  // CHECK-NEXT: let x9 = not not p
  let x9 = not (not p)
  // CHECK-NEXT: let y1 = --a
  let y1 = -(-a)
  // CHECK-NEXT: let y2 = -l[a] + (-1)[a] + (-1.000000e+00)[a]
  let y2 = -l[a] + (-1)[a] + (-1.0)[a]
  // CHECK-NEXT: let y3 = (-l)[a]
  let y3 = (-l)[a]
  // CHECK-NEXT: let y4 = {"a b" = a, c_1 = b, "1" = c}
  let y4 = {"a b" = a, c_1 = b, "1" = c}
  // CHECK-NEXT: let y5 = a * (b mod c) mod (a / b)
  let y5 = (a * (b mod c)) mod (a / b)
  // CHECK-NEXT: let y6 = [round(f), ceil(f), sqrt(f), pow(f, a), contains(l, a), startswith(t, "x"), removeprefix(t, "x"), max(a, b)]
  let y6 = [round(f), ceil(f), sqrt(f), pow(f, a), contains(l, a), startswith(t, "x"), removeprefix(t, "x"), max(a, b)]
  // In angle brackets a comparison is in parentheses; other operators and brackets need none.
  // CHECK-NEXT: instance @B<a = (a < b), b = a == b, c = (a <= b) and not (a > b), d = [a < b], e = max(a, select(a >= b, 1, 2))>()
  instance @B<a = (a < b), b = a == b, c = (a <= b) and not (a > b), d = [a < b], e = max(a, select(a >= b, 1, 2))>()
  return
}

// At elaboration: parameters have values; select, and, or look at what matters alone.
dpsims.block @Values<a: int, l: list, r: record, s: string, f: float, p: bool>() {
  // GRAPH: constant <value = [1, 3, 4.000000e+00, 2]>
  %a = constant <value = [a, l[a + 1], r.inner.x * 2, len(l + [1]) - 2]>
  // GRAPH: constant <value = 7>
  %b = constant <value = select(len(l) > 5, l[5], 7)>
  // GRAPH: constant <value = 8>
  %c = constant <value = select(len(l) > 5 and l[5] == 1, 1, 8)>
  // GRAPH: constant <value = 9>
  %d = constant <value = select(len(l) < 5 or l[5] == 1, 9, 1)>
  // GRAPH: constant <value = 1.500000e+00>
  %e = constant <value = select(contains(r, "none"), r.none, f)>
  // GRAPH: constant <value = 5>
  %g = constant <value = select(p, 5, "no number")>
  // GRAPH: weight "net_1.name"
  %h = instance "{s}_{a}" @Leaf()
  return
}
dpsims.block @Leaf() {
  %w = weight "name" <shape = [1], init = "zeros">
  return %w
}
dpsims.block @B<a: bool, b: bool, c: bool, d: list, e: int>() {
  return
}
dpsims.program @values {
  instance @Values<a = 1, l = [1, 2, 3], r = {inner = {x = 2.0}}, s = "net", f = 1.5, p = true>()
}
