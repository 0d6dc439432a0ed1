# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the examples in the passes' descriptions: what is before "becomes" must become what is after it.

    examples.py DPSIMS_OPT PASSES.md

PASSES.md is what mlir-tblgen -gen-pass-doc prints. Ops alone are put into a graph: values that no op makes become its
inputs, those that no op reads its outputs. "becomes (with `option=value`)" gives the pass options, "(with
`--flag`)" names another pass that follows. "is an error: `message`" is a pass that checks, "writes (with
`file=NAME`)" one that draws. Text that begins with "// NAME.mlir" is a file that others import.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

# The result is machine code, which only ptxas makes: test/Passes/assemble-gpu.mlir has it where that is there.
WITHOUT_EXAMPLE = {"dpsims-assemble-gpu"}

EXAMPLE = re.compile(
    r"```mlir\n(?P<before>(?:(?!```).)*)```\s+(?:"
    r"is an error: `(?P<error>[^`]*)`|"
    r"(?:becomes|writes)(?: \(with `(?P<options>[^`]*)`\))?:?\s+```\w+\n(?P<after>.*?)```)",
    re.DOTALL,
)
IMPORTED = re.compile(r"```mlir\n// (\w+\.mlir)\n(.*?)```", re.DOTALL)


class Example(NamedTuple):
    """What a pass makes of a text: another one, or an error."""

    name: str  # of the pass
    before: str
    options: str
    after: str
    error: str
    imported: dict  # texts by the names of their files


def examples(text):
    """-> the examples, and the names of all passes."""
    found, names = [], []
    for section in re.split(r"(?m)^### ", text)[1:]:
        name = re.match(r"`-([\w-]+)`", section)[1]
        names.append(name)
        imported = dict(IMPORTED.findall(section))
        for match in EXAMPLE.finditer(section):
            parts = {key: value or "" for key, value in match.groupdict().items()}
            found.append(Example(name, imported=imported, **parts))
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
    """Lines that are in no region, each with those that continue it."""
    depth, lines = 0, []
    for line in text.splitlines():
        if depth == 0 and line.startswith(" "):
            lines[-1] += " " + line.strip()
        elif depth == 0 and line.strip():
            lines.append(line)
        depth += line.count("{") - line.count("}")
    return lines


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


def run(opt, text, *flags, folder=None):
    done = subprocess.run([opt, *flags], input=text, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(f"dpsims-opt {' '.join(flags)} fails:\n{text}\n{done.stderr}")
    return done.stdout


def error_of(opt, example):
    """-> what the pass says, and what it should."""
    done = subprocess.run([opt, f"--{example.name}"], input=example.before, capture_output=True, text=True)
    error = re.search(r": error: (.*)", done.stderr)
    return (error[1] if error and done.returncode else f"(no error)\n{done.stdout}"), example.error


def drawing_of(opt, example, folder):
    run(opt, example.before, f"--{example.name}={example.options}", folder=folder)
    return (folder / example.options.removeprefix("file=")).read_text(), example.after


def result_of(opt, example, folder):
    """-> what the pass makes, and what it should."""
    name, before, options, after = example[:4]
    if is_fragment(before):
        inputs, outputs = interface(before)
        before, after = graph(before, inputs, outputs), graph(after, inputs, outputs)
    flags = [f"--{name}", options] if options.startswith("--") else [f"--{name}={options}".rstrip("=")]
    if before.startswith("gpu.func"):
        before, after = (f"gpu.module @kernels {{\n{text}}}\n" for text in (before, after))
        flags = [f"--pass-pipeline=builtin.module(gpu.module(gpu.func({name})))"]
    for file, text in example.imported.items():
        (folder / file).write_text(text)
    return run(opt, before, *flags, folder=folder), run(opt, after)


def outcome(opt, example):
    if example.error:
        return error_of(opt, example)
    with tempfile.TemporaryDirectory() as folder:
        make = drawing_of if example.options.startswith("file=") else result_of
        return make(opt, example, Path(folder))


def main(opt, path):
    found, names = examples(Path(path).read_text())
    missing = set(names) - {example.name for example in found} - WITHOUT_EXAMPLE
    if missing:
        sys.exit(f"without an example: {', '.join(sorted(missing))}")
    wrong = 0
    for example in found:
        result, expected = outcome(opt, example)
        if result != expected:
            wrong += 1
            print(f"{example.name}: the example's result is\n{result}\nnot\n{expected}")
    print(f"{len(found)} examples, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
