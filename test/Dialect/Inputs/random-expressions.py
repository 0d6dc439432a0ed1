# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random expressions, to see that what is printed means what was read.

random-expressions.py write          a block of expressions in all parentheses, as `let`s and in angle brackets
random-expressions.py check PRINTED  the same with values for the parameters, each compared with what was printed
"""

import random
import re
import sys

values = {"a": "(-5)", "b": "3", "c": "1.5", "p": "true", "q": "false"}
numbers = [
    "({} + {})",
    "({} - {})",
    "({} * {})",
    "min({}, {})",
    "max({}, {})",
    "[{}, {}][1]",
    '{{a = {}, b = {}}}["a"]',
]
units = ["(-{})", "({} / 7)", "({} / 2.0)", "(round({}) mod 3)", "(-ceil({}))"]
comparisons = ["({} < {})", "({} <= {})", "({} > {})", "({} >= {})", "({} == {})"]
logic = ["({} and {})", "({} or {})", "({} == {})"]


def number(depth):
    if depth == 0 or random.random() < 0.1:
        return random.choice(["a", "b", "c", "2", "0.5", "(-3)"])
    kind = random.random()
    if kind < 0.6:
        return random.choice(numbers).format(number(depth - 1), number(depth - 1))
    if kind < 0.9:
        return random.choice(units).format(number(depth - 1))
    return f"select({condition(depth - 1)}, {number(depth - 1)}, {number(depth - 1)})"


def condition(depth):
    if depth == 0 or random.random() < 0.1:
        return random.choice(["p", "q"])
    kind = random.random()
    if kind < 0.4:
        return random.choice(comparisons).format(number(depth - 1), number(depth - 1))
    if kind < 0.8:
        return random.choice(logic).format(condition(depth - 1), condition(depth - 1))
    return f"(not {condition(depth - 1)})"


def filled(text):
    return re.sub(r'"\w+"|\w+ = |(?<![.\w])[a-z]\b', lambda match: values.get(match[0], match[0]), text)


random.seed(1)
expressions = [random.choice([number, condition])(4) for _ in range(200)]
if sys.argv[1] == "write":
    print("dpsims.block @B<v: list>() {\n  return\n}\ndpsims.block @A<a: int, b: int, c: float, p: bool, q: bool>() {")
    for i, text in enumerate(expressions):
        print(f"  let e{i} = {text}\n  instance @B<v = {text}>()")
else:
    printed = open(sys.argv[2], encoding="utf-8").read()
    plain = re.findall(r"let e\d+ = (.*)", printed)
    angles = re.findall(r"instance @B<v = (.*)>\(\)", printed)
    print("dpsims.block @A() {")
    for i, (text, let, argument) in enumerate(zip(expressions, plain, angles, strict=True)):
        for form, out in ("l", let), ("g", argument):
            print(f"  let {form}{i} = ({filled(text)}) == ({filled(out)})")
print("  return\n}")
