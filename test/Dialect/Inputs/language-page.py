# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the operators and functions that a page describes with the table of them, and writes the page's examples,
each of which is true, as a block.

  language-page.py OPERATORS.def PAGE.md
"""

import re
import sys

table, page = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
rows = re.findall(r'^OPERATOR\(\w+, +"([^"]*)", +(\w+), +(\w+), +(\d+),', table, re.M)
operators, functions = {}, {}
for spelling, notation, arity, precedence in rows:
    if notation == "Call":
        functions[spelling] = int(arity)
    elif spelling:
        text = spelling if notation == "Infix" else spelling + " " * spelling.isalpha() + "x"
        operators.setdefault(int(precedence), []).append(text)

page_operators, page_functions, examples = {}, {}, []
for line in page.splitlines():
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if operator := re.fullmatch(r"\| (\d+) \| (`[^|]*`) \|.*", line):
        page_operators[int(operator[1])] = re.findall(r"`([^`]*)`", operator[2])
    elif function := re.fullmatch(r"\| `(\w+)\((.*?)\)` \|.*\| `.*` \|", line):
        page_functions[function[1]] = len(function[2].split(","))
    else:
        continue
    examples.append(cells[-1].strip("`"))

if not rows or operators != page_operators or functions != page_functions:
    sys.exit(f"the page and the table differ:\n{page_operators}\n{operators}\n{page_functions}\n{functions}")
print("dpsims.block @Examples() {")
for i, example in enumerate(examples):
    print(f"  let e{i} = {example}")
print("  return\n}")
