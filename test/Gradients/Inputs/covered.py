#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads the ops' declarations (mlir-tblgen --gen-op-decls) from stdin; says which differentiable ops have no program in
a text: one of the op's name, or of its name and a variant ("reduce_sum").

    covered.py TEXT.mlir
"""

import re
import sys

declarations = re.findall(
    r"^class \w+ : public ::mlir::Op<(.*?)getOperationName\(\) \{.*?\"dpsims\.(\w+)\"", sys.stdin.read(), re.M | re.S
)
differentiable = {name for head, name in declarations if "DifferentiableOpInterface::Trait" in head}
programs = re.findall(r"^dpsims\.program @(\w+)", open(sys.argv[1]).read(), re.M)
variants = [name for name in programs if name not in differentiable]
missing = sorted(op for op in differentiable - set(programs) if not any(name.startswith(op + "_") for name in variants))
print(f"{len(differentiable)} differentiable ops")
sys.exit(f"not covered: {' '.join(missing)}" if missing else 0)
