#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the programs that kernels_test.cpp runs: each op on many shapes.

    make-kernels.py -o kernels.mlir

A program is called OP_N: the test finds the reference by OP, takes shapes from the program's inputs and outputs, and
attributes from the op's table in kernels_test.cpp, which must agree with those here.
"""

import argparse
import sys

# A single element, less than a warp, a warp's multiple and one more, channels of 3 and 64, more than a block.
ANY = [[1], [3], [64], [1000], [3, 5, 7], [2, 4, 4, 64], [1, 33, 31, 3], [5, 1030]]
PAIRS = [
    ([7], [7]),
    ([2, 4, 4, 64], [64]),
    ([2, 4, 4, 64], [1, 1, 1, 64]),
    ([5, 7], [5, 1]),
    ([5, 7], [1]),
    ([5, 1], [1, 7]),
    ([1, 9, 9, 3], [1, 9, 9, 3]),
    ([3, 1, 5, 6], [1, 4, 1, 6]),
]
IMAGES = [[1, 1, 1, 1], [2, 4, 4, 3], [1, 7, 5, 16], [1, 16, 16, 65]]
ROWS = [[rows, columns] for columns in (1, 2, 3, 7, 19, 35, 64, 65, 151, 160, 1000, 4099) for rows in (1, 33)]
ROWS += [[4096, 3], [2, 9, 9, 19]]

UNARY = {
    "relu": "",
    "leaky_relu": "<slope = 0.2>",
    "clamp": "<min = -1.0, max = 0.5>",
    "sigmoid": "",
    "silu": "",
    "gelu": "",
    "softplus": "",
    "tanh": "",
    "exp": "",
    "erf": "",
    "abs": "",
    "square": "",
    "neg": "",
    "round": "",
    "floor": "",
}
POSITIVE = {"log": "", "sqrt": "", "rsqrt": "", "pow": "<exponent = 2.5>"}
BINARY = ["add", "sub", "mul", "div", "maximum", "minimum", "not_equal", "greater"]

REDUCTIONS = [
    ([7, 5, 3], [0]),
    ([7, 5, 3], [1]),
    ([7, 5, 3], [2]),
    ([7, 5, 3], [0, 1]),
    ([7, 5, 3], [1, 2]),
    ([7, 5, 3], [0, 2]),
    ([7, 5, 3], [0, 1, 2]),
    ([2, 32, 32, 48], [0, 1, 2]),
    ([1, 64, 64, 3], [1, 2]),
    ([4, 1000], [1]),
    ([1000, 4], [0]),
    ([3, 4099], [1]),
    ([8, 64, 64, 64], [0, 1, 2]),
    ([1, 300000], [1]),
    ([1], [0]),
]


class Writer:
    def __init__(self):
        self.text = []
        self.counts = {}

    def program(self, op, inputs, body, types=None):
        """`inputs`: shapes, called %x0, %x1, ...; `body`: lines that make %y."""
        number = self.counts.get(op, 0)
        self.counts[op] = number + 1
        types = types or ["f32"] * len(inputs)
        lines = [
            f'%x{i} = input "x{i}" <shape = {shape}, type = "{kind}">'
            for i, (shape, kind) in enumerate(zip(inputs, types))
        ]
        lines += [body, 'output "y" %y']
        self.text.append(f"dpsims.program @{op}_{number}<> {{\n  " + "\n  ".join(lines) + "\n}\n")


def elementwise(writer):
    for op, attributes in UNARY.items():
        for shape in ANY:
            writer.program(op, [shape], f"%y = {op} %x0 {attributes}")
    for op, attributes in POSITIVE.items():
        for shape in ANY:
            writer.program(
                op,
                [shape],
                f"%half = constant <value = 0.5>\n  %s = square %x0\n  %p = add %s, %half\n  %y = {op} %p {attributes}",
            )
    for op in BINARY:
        for a, b in PAIRS:
            writer.program(op, [a, b], f"%y = {op} %x0, %x1")
    for shape in ANY:
        writer.program("select", [shape] * 3, "%c = greater %x0, %x1\n  %y = select %c, %x1, %x2")
        writer.program("cast_i32", [shape], '%y = cast %x0 <type = "i32">')
        writer.program("cast_u8", [shape], '%y = cast %x0 <type = "u8">')
        writer.program("cast_f32", [shape], '%y = cast %x0 <type = "f32">', ["i32"])
        writer.program("copy", [shape], "%y = reshape %x0 <shape = [-1]>")


def row_groups(writer, shape):
    """Elementwise ops with reductions of rows between them."""
    writer.program(
        "row_chain",
        [shape, shape[:-1] + [1], [shape[-1]]],
        "%s = mul %x0, %x2\n  "
        f'%m = reduce %s <kind = "max", axes = [{len(shape) - 1}]>\n  %d = sub %s, %m\n  '
        f'%e = mul %d, %x1\n  %q = square %e\n  %t = reduce %q <kind = "sum", axes = [{len(shape) - 1}]>\n  '
        "%half = constant <value = 0.5>\n  %u = add %t, %half\n  %r = rsqrt %u\n  %y = mul %e, %r",
    )
    for op, inputs, body in (
        ("softmax_gradient", [shape] * 2, "%n = softmax %x0 <scale = 0.5>"),
        ("layer_norm_gradient", [shape, shape, [shape[-1]]], "%n = layer_norm %x0, %x2 <eps = 1.0e-6>"),
    ):
        writer.program(
            op,
            inputs,
            body + "\n  %p = mul %n, %x1\n  %r = reshape %p <shape = [1, -1]>\n  "
            '%l = reduce %r <kind = "sum", axes = [1]>\n  %list = list(%x0)\n  '
            "%all = gradient %l, %list\n  %y = get %all <index = 0>",
        )


def reductions(writer):
    for kind in ("sum", "mean", "max"):
        for shape, axes in REDUCTIONS:
            writer.program(f"reduce_{kind}", [shape], f'%y = reduce %x0 <kind = "{kind}", axes = {axes}>')
    for shape in ROWS:
        writer.program("softmax", [shape], "%y = softmax %x0 <scale = 0.5>")
        writer.program("log_softmax", [shape], "%y = log_softmax %x0")
        if shape[-1] > 1:
            writer.program("layer_norm", [shape], "%y = layer_norm %x0 <eps = 1.0e-6>")
            writer.program(
                "layer_norm_affine", [shape, [shape[-1]], [shape[-1]]], "%y = layer_norm %x0, %x1, %x2 <eps = 1.0e-6>"
            )
        if shape[-1] > 3:
            row_groups(writer, shape)
    for shape in IMAGES[1:] + [[8, 32, 32, 64]]:
        writer.program("batch_variance", [shape], "%m, %y = batch_statistics %x0")


def images(writer):
    for shape in IMAGES:
        writer.program("upsample", [shape], "%y = upsample %x0 <factor = 2>")
        writer.program("instance_edges", [shape[:3]], "%y = instance_edges %x0", ["i32"])
        writer.program("one_hot", [shape[:3]], "%y = one_hot %x0 <classes = 5>", ["i32"])
        writer.program("transpose", [shape], "%y = transpose %x0 <perm = [0, 3, 1, 2]>")
        writer.program("pad", [shape], "%y = pad %x0 <low = [0, 1, 0, 2], high = [0, 0, 2, 1]>")
        writer.program("concat", [shape, shape[:3] + [5]], "%y = concat %x0, %x1 <axis = 3>")
        writer.program("broadcast", [[1] + shape[1:]], f"%y = broadcast %x0 <shape = {[3] + shape[1:]}>")
        # Upsampled, shifted, activated: ops of all kinds in one kernel.
        writer.program(
            "chain",
            [shape, [shape[3]]],
            "%u = upsample %x0 <factor = 2>\n  %a = add %u, %x1\n  "
            '%s = sigmoid %a\n  %m = mul %s, %u\n  %y = reduce %m <kind = "sum", axes = [3]>',
        )
    for shape in IMAGES[1:]:
        size = [shape[0], shape[1] // 2, shape[2] // 2, shape[3]]
        writer.program("slice", [shape], f"%y = slice %x0 <start = [0, 1, 0, 0], step = [1, 2, 2, 1], size = {size}>")
        writer.program("max_pool", [shape], "%y = max_pool %x0 <kernel = 3, stride = 2, padding = 1>")


def narrow(writer):
    """Floats of 16 bits: stored rounded, computed in f32, so that a kernel rounds once, whatever it adds up."""
    for kind in ("bf16", "f16"):
        for shape in [1000], [5, 1030], [1, 33, 31, 3]:
            for op, attributes in UNARY.items():
                writer.program(op, [shape], f"%y = {op} %x0 {attributes}", [kind])
            writer.program("select", [shape] * 3, "%c = greater %x0, %x1\n  %y = select %c, %x1, %x2", [kind] * 3)
            writer.program(f"cast_{kind}", [shape], f'%n = cast %x0 <type = "{kind}">\n  %y = cast %n <type = "f32">')
            writer.program("cast_f32", [shape], '%y = cast %x0 <type = "f32">', [kind])
            writer.program("cast_i32", [shape], '%y = cast %x0 <type = "i32">', [kind])
            writer.program("cast_u8", [shape], '%y = cast %x0 <type = "u8">', [kind])
            writer.program("integers", [shape], f'%y = cast %x0 <type = "{kind}">', ["i32"])
        for op in BINARY:
            for a, b in PAIRS:
                writer.program(op, [a, b], f"%y = {op} %x0, %x1", [kind] * 2)
        for how in ("sum", "mean", "max"):
            for shape, axes in REDUCTIONS[:-2]:
                writer.program(f"reduce_{how}", [shape], f'%y = reduce %x0 <kind = "{how}", axes = {axes}>', [kind])
        for shape in [33, 3], [1, 64], [33, 151], [2, 9, 9, 19], [3, 4099]:
            writer.program("softmax", [shape], "%y = softmax %x0 <scale = 0.5>", [kind])
            writer.program("log_softmax", [shape], "%y = log_softmax %x0", [kind])
            last = [shape[-1]]
            body = "%y = layer_norm %x0, %x1, %x2 <eps = 1.0e-6>"
            writer.program("layer_norm_affine", [shape, last, last], body, [kind] * 3)
        for shape in IMAGES:
            writer.program("upsample", [shape], "%y = upsample %x0 <factor = 2>", [kind])
            writer.program("transpose", [shape], "%y = transpose %x0 <perm = [0, 3, 1, 2]>", [kind])
            writer.program("pad", [shape], "%y = pad %x0 <low = [0, 1, 0, 2], high = [0, 0, 2, 1]>", [kind])
            writer.program("concat", [shape, shape[:3] + [5]], "%y = concat %x0, %x1 <axis = 3>", [kind] * 2)
        for shape in IMAGES[1:]:
            writer.program("max_pool", [shape], "%y = max_pool %x0 <kernel = 3, stride = 2, padding = 1>", [kind])


# (B, m, n, d, e): few and many rows, prime numbers of them, keys beside a vector, beyond one.
ATTENTIONS = [(1, 64, 16, 64, 64), (2, 33, 5, 7, 3), (3, 37, 8, 12, 12), (1, 300, 3, 5, 9), (2, 1024, 32, 24, 24)]
# ids (N, H, W), classes, channels, kernel, stride, padding.
LABEL_CONVOLUTIONS = [
    ([1, 8, 8], 5, 16, 3, 1, 1),
    ([2, 7, 5], 7, 3, 3, 2, 1),
    ([1, 5, 9], 6, 65, 1, 1, 0),
    ([3, 16, 16], 5, 64, 5, 1, 0),
]


def difference(fused, plain, name, rank=3):
    """Lines that make %name of two values: their difference, relative to the largest element of the plain one."""
    return (
        f"%s{name} = sub {fused}, {plain}\n  %a{name} = abs {plain}\n  "
        f'%m{name} = reduce %a{name} <kind = "max", axes = {list(range(rank))}>\n  %{name} = div %s{name}, %m{name}'
    )


def attention(writer):
    """Attention as one kernel and by its decomposition."""
    for batch, rows, keys, inner, outer in ATTENTIONS:
        inputs = [[batch, rows, inner], [batch, keys, inner], [batch, keys, outer], [batch, 1, keys]]
        residual = inner == outer
        scale = inner**-0.5
        forward = "\n  ".join(
            [
                f"%f, %sums = fused_attention %x0, %x1, %x2, %x3 <scale = {scale}, residual = {str(residual).lower()}>",
                "%l = matmul %x0, %x1 <transpose_b = true>",
                f"%c = constant <value = {scale}>",
                "%k = mul %l, %c",
                "%b = add %k, %x3",
                "%w = softmax %b",
                "%o = matmul %w, %x2",
                "%p = add %o, %x0" if residual else f"%p = reshape %o <shape = {[batch, rows, outer]}>",
            ]
        )
        writer.program("same_attention", inputs, forward + "\n  " + difference("%f", "%p", "y"))
        gradients = [forward]
        for value in "fp":
            gradients.append(
                f"%r{value} = mul %{value}, %x4\n  %q{value} = reshape %r{value} <shape = [1, -1]>\n  "
                f'%t{value} = reduce %q{value} <kind = "sum", axes = [1]>\n  %v{value} = list(%x0, %x1, %x2, %x3)\n  '
                f"%g{value} = gradient %t{value}, %v{value}"
            )
        for i in range(4):
            for value in "fp":
                gradients.append(f"%{value}{i} = get %g{value} <index = {i}>")
            gradients.append(difference(f"%f{i}", f"%p{i}", f"d{i}"))
            gradients.append(f"%e{i} = reshape %d{i} <shape = [1, -1]>")
        gradients.append("%y = concat %e0, %e1, %e2, %e3 <axis = 1>")
        writer.program("same_attention_gradient", inputs + [[batch, rows, outer]], "\n  ".join(gradients))


def labels(writer):
    """Convolutions of labels with what is elementwise on them, and those of their one_hot."""
    for shape, classes, channels, kernel, stride, padding in LABEL_CONVOLUTIONS:
        writer.program(
            "same_labels",
            [shape, [channels, classes, kernel, kernel], [channels]],
            "%t = transpose %x1 <perm = [2, 3, 1, 0]>\n  "
            f"%l = conv2d_labels %x0, %t, %x2 <stride = {[stride] * 2}, padding = {[padding] * 4}>\n  "
            "%f = leaky_relu %l <slope = 0.2>\n  "
            f"%h = one_hot %x0 <classes = {classes}>\n  "
            f"%c = conv2d %h, %x1, %x2 <stride = {stride}, padding = {padding}>\n  %p = leaky_relu %c <slope = 0.2>\n  "
            + difference("%f", "%p", "y", rank=4),
            ["i32", "f32", "f32"],
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    writer = Writer()
    elementwise(writer)
    reductions(writer)
    images(writer)
    narrow(writer)
    attention(writer)
    labels(writer)
    try:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write("\n".join(writer.text))
    except OSError as error:
        sys.exit(f"make-kernels.py: error: {arguments.output}: {error.strerror}")


if __name__ == "__main__":
    main()
