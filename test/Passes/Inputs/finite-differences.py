#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every op's derivative against differences of its values.

    finite-differences.py text TEXT.mlir           a program with a row for each op below
    finite-differences.py inputs IN.safetensors    its inputs: operands, and a direction for each
    finite-differences.py check OUT.safetensors    compares slopes along the directions, by gradient and by difference
"""
import json
import math
import random
import struct
import sys

STEP = 1e-2
ROWS = []       # (name, shapes of the operands, what the block computes of %a, %b, ... into %y)


def row(name, shapes, text, range_=(-1.0, 1.0)):
    ROWS.append((name, shapes, text, range_))


IMAGE = [2, 6, 5, 4]
for unary in ("relu", "leaky_relu <slope = 0.2>", "clamp <min = -0.5, max = 0.6>", "sigmoid", "silu", "gelu", "tanh", "exp",
              "erf", "abs", "square", "neg", "pow <exponent = 2.0>"):
    op, _, attributes = unary.partition(" ")
    row(unary, [[3, 7]], f"%y = {op} %a {attributes}")
for unary in ("log", "sqrt", "rsqrt", "pow <exponent = 1.5>", "pow <exponent = -0.5>"):
    op, _, attributes = unary.partition(" ")
    row(unary, [[3, 7]], f"%y = {op} %a {attributes}", (0.5, 2.0))
for binary in ("add", "sub", "mul", "maximum", "minimum"):
    row(binary, [[3, 1, 4], [5, 1]], f"%y = {binary} %a, %b")
row("div", [[3, 1, 4], [5, 1]], "%y = div %a, %b", (0.5, 2.0))
row("select", [[3, 4], [1], [4]], "%zero = constant <value = 0.0>  %c = greater %a, %zero  %y = select %c, %b, %c2")
row("conv2d", [IMAGE, [6, 4, 3, 3], [6]], "%y = conv2d %a, %b, %c2 <padding = 1>")
row("conv2d stride", [IMAGE, [6, 4, 3, 2]], "%y = conv2d %a, %b <stride = [2, 1], padding = [1, 0, 0, 1]>")
row("conv2d groups", [IMAGE, [8, 2, 3, 3]], "%y = conv2d %a, %b <groups = 2, padding = 1>")
row("conv2d depthwise", [IMAGE, [4, 1, 5, 5]], "%y = conv2d %a, %b <groups = 4, stride = 2, padding = \"same\">")
row("conv2d 1x1", [IMAGE, [3, 4, 1, 1]], "%y = conv2d %a, %b <stride = 2>")
row("conv2d_input_gradient", [[2, 3, 5, 6], [6, 4, 3, 3]],
    "%y = conv2d_input_gradient %a, %b <shape = [2, 6, 5, 4], stride = [2, 1], padding = [1, 1]>")
row("conv2d_weight_gradient", [IMAGE, [2, 3, 5, 6]],
    "%y = conv2d_weight_gradient %a, %b <shape = [6, 4, 3, 3], stride = [2, 1], padding = [1, 1]>")
row("matmul", [[2, 3, 5], [5, 4], [4]], "%y = matmul %a, %b, %c2")
row("matmul transpose_b", [[3, 5], [4, 5]], "%y = matmul %a, %b <transpose_b = true>")
row("matmul transpose_a", [[5, 3], [5, 4]], "%y = matmul %a, %b <transpose_a = true>")
row("matmul both", [[5, 3], [4, 5]], "%y = matmul %a, %b <transpose_a = true, transpose_b = true>")
row("matmul batch", [[2, 3, 5], [2, 4, 5]], "%y = matmul %a, %b <transpose_b = true>")
row("matmul batch transpose_a", [[2, 5, 3], [2, 5, 4]], "%y = matmul %a, %b <transpose_a = true>")
row("attention", [[2, 6, 4], [2, 3, 4], [2, 3, 5]], "%y = attention %a, %b, %c2 <scale = 0.7>")
row("reduce sum", [IMAGE], "%y = reduce %a <kind = \"sum\", axes = [1, 2]>")
row("reduce mean", [IMAGE], "%y = reduce %a <kind = \"mean\", axes = [0, 3]>")
row("reduce max", [[4, 6]], "%y = reduce %a <kind = \"max\", axes = [1]>")
row("softmax", [[3, 6]], "%y = softmax %a <scale = 1.5>")
row("log_softmax", [[3, 6]], "%y = log_softmax %a")
row("layer_norm", [[3, 6], [6], [6]], "%y = layer_norm %a, %b, %c2 <eps = 1.0e-3>")
row("layer_norm plain", [[3, 6]], "%y = layer_norm %a <eps = 1.0e-3>")
row("batch_norm", [IMAGE, [4], [4], [4], [4]], "%y = batch_norm %a, %b, %c2, %d, %e <eps = 1.0e-3>", (0.5, 1.5))
row("batch_statistics", [IMAGE], "%m, %v = batch_statistics %a  %y = add %m, %v")
row("batch_norm of the batch", [IMAGE], "%m, %v = batch_statistics %a  %y = batch_norm %a, %m, %v <eps = 1.0e-3>")
row("max_pool", [[1, 7, 6, 2]], "%y = max_pool %a <kernel = 3, stride = 2, padding = 1>")
row("upsample", [[2, 3, 2, 2]], "%y = upsample %a <factor = 2>")
row("reshape", [[2, 6]], "%y = reshape %a <shape = [3, -1]>")
row("transpose", [[2, 3, 4]], "%y = transpose %a <perm = [2, 0, 1]>")
row("broadcast", [[3, 1]], "%y = broadcast %a <shape = [2, 3, 4]>")
row("concat", [[2, 3], [2, 1], [2, 2]], "%y = concat %a, %b, %c2 <axis = 1>")
row("slice", [[4, 7]], "%y = slice %a <start = [1, 0], step = [1, 3], size = [2, 3]>")
row("pad", [[2, 3]], "%y = pad %a <low = [1, 0], high = [0, 2], interior = [1, 0]>")
row("second derivative", [[3, 5]],
    "%t = tanh %a  %p = mul %t, %a  %s = reduce %p <kind = \"sum\", axes = [0, 1]>  %l = list(%a)  "
    "%g = gradient %s, %l  %y = get %g <index = 0>")

OPERANDS = ["a", "b", "c2", "d", "e"]


def text():
    out = ["""// Written by finite-differences.py.
dpsims.block @Loss(%y) {
  %half = constant <value = 0.5>
  %square = square %y
  %halved = mul %square, %half
  %sum = add %halved, %y
  %flat = reshape %sum <shape = [-1]>
  %loss = reduce %flat <kind = "sum", axes = [0]>
  return %loss
}
dpsims.block @Move<by: float>(%x, %d) {
  %by = constant <value = by>
  %step = mul %d, %by
  %moved = add %x, %step
  return %moved
}
dpsims.block @Slope(%loss, %x, %d) {
  %list = list(%x)
  %gradients = gradient %loss, %list
  %g = get %gradients <index = 0>
  %product = mul %g, %d
  %flat = reshape %product <shape = [-1]>
  %slope = reduce %flat <kind = "sum", axes = [0]>
  return %slope
}
dpsims.block @Difference<width: float>(%after, %before) {
  %difference = sub %after, %before
  %width = constant <value = width>
  %slope = div %difference, %width
  return %slope
}"""]
    program = []
    for r, (_, shapes, body, _) in enumerate(ROWS):
        names = OPERANDS[:len(shapes)]
        lines = "\n  ".join(body.split("  "))
        out.append(f"dpsims.block @Row{r}({', '.join('%' + n for n in names)}) {{\n  {lines}\n"
                   "  %loss = instance @Loss(%y)\n  return %loss\n}")
        values = [f"%r{r}{n}" for n in names]
        for n, v, shape in zip(names, values, shapes):
            program.append(f'{v} = input "{r}.{n}" <shape = {shape}>')
            program.append(f'{v}_d = input "{r}.{n}.direction" <shape = {shape}>')
        program.append(f"%loss{r} = instance @Row{r}({', '.join(values)})")
        for n, v in zip(names, values):
            for sign, by in (("after", STEP), ("before", -STEP)):
                program.append(f"{v}_{sign} = instance @Move<by = {by}>({v}, {v}_d)")
                operands = ", ".join(f"{w}_{sign}" if w == v else w for w in values)
                program.append(f"{v}_loss_{sign} = instance @Row{r}({operands})")
            program.append(f"{v}_slope = instance @Slope(%loss{r}, {v}, {v}_d)")
            program.append(f"{v}_difference = instance @Difference<width = {2 * STEP}>({v}_loss_after, {v}_loss_before)")
            program.append(f'output "{r}.{n}.slope" {v}_slope')
            program.append(f'output "{r}.{n}.difference" {v}_difference')
    out.append("dpsims.program @slopes<batch: int> {\n  " + "\n  ".join(program) + "\n}")
    return "\n".join(out) + "\n"


def inputs():
    """Values away from 0, from one another and from the clamp's bounds: no step crosses a kink."""
    tensors = {}
    for r, (_, shapes, _, (low, high)) in enumerate(ROWS):
        generator = random.Random(r)
        for n, shape in zip(OPERANDS, shapes):
            count = math.prod(shape)
            places = generator.sample(range(count), count)
            spread = [low + (high - low) * (p + 0.5) / count for p in places]
            tensors[f"{r}.{n}"] = shape, [v if abs(v) > 0.03 else 0.03 for v in spread]
            tensors[f"{r}.{n}.direction"] = shape, [generator.choice((-1.0, 1.0)) * generator.uniform(0.1, 0.5)
                                                    for _ in range(count)]
    return tensors


def write(path, tensors):
    header, data = {}, b""
    for name, (shape, values) in tensors.items():
        part = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    head = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + data)


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {name: struct.unpack("<f", data[slice(*t["data_offsets"])])[0] for name, t in header.items()
            if name != "__metadata__"}


def check(path):
    values, worst, tested = read(path), 0.0, 0
    for r, (name, shapes, _, _) in enumerate(ROWS):
        for n in OPERANDS[:len(shapes)]:
            if name == "select" and n == "a":
                continue
            slope, difference = values[f"{r}.{n}.slope"], values[f"{r}.{n}.difference"]
            error = abs(slope - difference) / (abs(difference) + 0.1)
            worst, tested = max(worst, error), tested + 1
            if not error < 1e-2:
                sys.exit(f"{name}, operand {n}: the gradient's slope is {slope:.6g}, the difference's {difference:.6g}")
    print(f"{tested} slopes, largest relative error {worst:.1e}")


if sys.argv[1] == "text":
    open(sys.argv[2], "w").write(text())
elif sys.argv[1] == "inputs":
    write(sys.argv[2], inputs())
else:
    check(sys.argv[2])
