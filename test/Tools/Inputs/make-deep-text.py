# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make-deep-text.py FOLDER: model texts that are nested ten thousand deep, one for each form of nesting."""

import os
import sys

DEPTH = 10000
HEAD = 'dpsims.program @p<batch: int> {\n  %x = input "x" <shape = [batch]>\n'
TAIL = '  output "y" %x\n}\n'


def let(text):
    return f"{HEAD}  let a = {text}\n{TAIL}"


TEXTS = {
    "if": HEAD
    + "%y = if true {\n" * DEPTH
    + "yield %x\n"
    + "} else { yield %x }\nyield %y\n" * (DEPTH - 1)
    + '} else { yield %x }\n  output "y" %y\n}\n',
    "list": let("[" * DEPTH + "1" + "]" * DEPTH),
    "record": let("{b = " * DEPTH + "1" + "}" * DEPTH),
    "call": let("pow(" * DEPTH + "1" + ", 1)" * DEPTH),
    "minus": let("-" * DEPTH + "1"),
    "not": let("not " * DEPTH + "true"),
    "plus": let("batch" + " + batch" * DEPTH),
    "tuple": "module attributes {dpsims.x = " + "tuple<" * DEPTH + "i32" + ">" * DEPTH + "} {}\n",
    "imports": 'dpsims.import "if.mlir"\n' + HEAD + TAIL,
    "fine": HEAD
    + "  // "
    + "(" * DEPTH
    + "\n"
    + '  assert batch < 5 and batch<6, "<"\n' * 200
    + '  let a = "'
    + "[" * DEPTH
    + '\\""\n'
    + TAIL,
}

for name, text in TEXTS.items():
    with open(os.path.join(sys.argv[1], name + ".mlir"), "w", encoding="utf-8") as file:
        file.write(text)
