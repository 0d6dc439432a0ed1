# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the examples in the passes' descriptions: what is before "becomes" must become what is after it.

    examples.py DPSIMS_OPT PASSES.md

PASSES.md is what mlir-tblgen -gen-pass-doc prints. Ops alone are put into a graph: values that no op makes become its
inputs, those that no op reads its outputs. "becomes (with `option=value`)" gives the pass options, "(with
`--flag`)" names another pass that follows.
"""

import re
import subprocess
import sys

# Their results are checked elsewhere: other files' contents, errors, machine code.
WITHOUT_EXAMPLE = {
    "dpsims-draw-graph",
    "dpsims-resolve-imports",
    "dpsims-verify-schedule",
    "dpsims-verify-kernels",
    "dpsims-assemble-gpu",
    "dpsims-lower-loops-to-llvm",
}


def examples(text):
    """(pass, before, options, after) of each example, and the names of all passes."""
    found, names = [], []
    for section in re.split(r"(?m)^### ", text)[1:]:
        name = re.match(r"`-([\w-]+)`", section)[1]
        names.append(name)
        pattern = r"```mlir\n(.*?)```\s+becomes(?: \(with `([^`]*)`\))?:?\s+```mlir\n(.*?)```"
        found += [(name, *match) for match in re.findall(pattern, section, re.DOTALL)]
    return found, names


def tensors(types):
    return re.findall(r"tensor<[^>]*>", types)


def types_of(line):
    """The types of an op's operands and results."""
    operands, results = re.search(r" : (?:\((.*?)\)|(.*?)) -> (.*?)(?: \{)?$", line).group(1, 3)
    if operands is None:
        operands = re.search(r" : (.*?) -> ", line)[1]
    return tensors(operands), tensors(results)


def outer_lines(text):
    """Lines that are in no region."""
    depth = 0
    for line in text.splitlines():
        if depth == 0 and line.strip():
            yield line
        depth += line.count("{") - line.count("}")


def is_fragment(text):
    return bool(re.match(r"\s*%", text))


def interface(text):
    """Of ops alone: the types of values that no op makes, and of those that no op reads, by name."""
    types, made, read = {}, [], set()
    for line in outer_lines(text):
        left, right = line.split(" = ", 1)
        operands, results = types_of(line)
        head = re.split(r" <| : ", right)[0]
        names = re.findall(r"%[\w#]+", head)
        types.update(zip(names, operands))
        read.update(names)
        made += zip(re.findall(r"%\w+", left), results)
    inputs = {name: type for name, type in types.items() if name not in dict(made)}
    outputs = {name: type for name, type in made if name not in read}
    return inputs, outputs


def graph(text, inputs, outputs):
    lines = []
    for name, type in inputs.items():
        *shape, element = re.match(r"tensor<(.*)>", type)[1].split("x")
        lines.append(f'{name} = input "{name[1:]}" <shape = [{", ".join(shape)}], type = "{element}"> : () -> {type}')
    lines += text.splitlines()
    lines += [f'output "{name[1:]}" {name} : {type}' for name, type in outputs.items()]
    return "dpsims.graph @example {\n" + "\n".join(lines) + "\n}\n"


def run(opt, text, *flags):
    done = subprocess.run([opt, *flags], input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"dpsims-opt {' '.join(flags)} fails:\n{text}\n{done.stderr}")
    return done.stdout


def main(opt, path):
    found, names = examples(open(path).read())
    missing = set(names) - {name for name, *_ in found} - WITHOUT_EXAMPLE
    if missing:
        sys.exit(f"without an example: {', '.join(sorted(missing))}")
    wrong = 0
    for name, before, options, after in found:
        if is_fragment(before):
            inputs, outputs = interface(before)
            before, after = graph(before, inputs, outputs), graph(after, inputs, outputs)
        flags = [f"--{name}", options] if options.startswith("--") else [f"--{name}={options}".rstrip("=")]
        if before.startswith("gpu.func"):
            before, after = (f"gpu.module @kernels {{\n{text}}}\n" for text in (before, after))
            flags = [f"--pass-pipeline=builtin.module(gpu.module(gpu.func({name})))"]
        result, expected = run(opt, before, *flags), run(opt, after)
        if result != expected:
            wrong += 1
            print(f"{name}: the example's result is\n{result}\nnot\n{expected}")
    print(f"{len(found)} examples, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
