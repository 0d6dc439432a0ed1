# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads the dialect's reference from stdin; writes its examples as one file: statements in a block each, whose
arguments are the values that the example does not define."""

import re
import sys

examples = re.findall(r"^```mlir\n(.*?)^```", sys.stdin.read(), re.M | re.S)
for i, text in enumerate(examples):
    if text.startswith("dpsims."):
        print(text)
        continue
    code = re.sub(r'//.*|"[^"\n]*"', "", text)
    defined = set(re.findall(r"%\w+", " ".join(re.findall(r"((?:%\w+, )*%\w+)(?= = )", code))))
    used = [name for name in dict.fromkeys(re.findall(r"%\w+", code)) if name not in defined]
    body = "".join("  " + line + "\n" for line in text.splitlines())
    print(f"dpsims.block @example{i}({', '.join(used)}) {{\n{body}  return\n}}\n")
print(f"// {len(examples)} examples")
