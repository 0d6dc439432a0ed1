#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a graph of softmaxes and layer norms, with rows as the configurations in models/configs have.

    make-rows.py BATCH OUTPUT.mlir

Needs nothing but Python.
"""

import sys

# One class more than each configuration has; patches of the contrastive loss; widths of ConvNeXt.
LOG_SOFTMAXES = [(2, 4, 8), (3, 5, 12), (3, 5, 36), (3, 5, 151), (3, 5, 183), (16, 16), (5, 64), (3, 128)]
SOFTMAXES = [(7, 4), (7, 8), (7, 16), (7, 64)]  # tokens of noise
LAYER_NORMS = [(5, 40), (3, 192), (2, 384), (2, 768), (1, 1536)]


def main():
    batch, path = int(sys.argv[1]), sys.argv[2]
    lines = []

    def type_of(shape):
        return "tensor<%sxf32>" % "x".join(map(str, shape))

    def constant(name, width, first):
        lines.append(f'  %{name} = weight "{name}" <shape = [{width}], init = "{first}"> : () -> {type_of([width])}')
        return f"%{name}", type_of([width])

    def add(op, rows, attributes="", weights=()):
        shape = [batch, *rows]
        index, tensor = len(lines), type_of(shape)
        operands, types = zip(
            (f"%x{index}", tensor), *(constant(f"{kind}{index}", shape[-1], kind) for kind in weights)
        )
        lines.append(f'  %x{index} = input "x{index}" <shape = {shape}> : () -> {tensor}')
        lines.append(f"  %y{index} = {op} {', '.join(operands)}{attributes} : ({', '.join(types)}) -> {tensor}")
        lines.append(f'  output "y{index}" %y{index} : {tensor}')

    for rows in LOG_SOFTMAXES:
        add("log_softmax", rows)
    for rows in SOFTMAXES:
        add("softmax", rows, " <scale = 0.25>")
    for rows in LAYER_NORMS:
        add("layer_norm", rows, " <eps = 1.0e-6>", ("ones", "zeros"))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(["dpsims.graph @rows {", *lines, "}"]) + "\n")


main()
