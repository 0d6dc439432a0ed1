#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Converts weights to safetensors: of a PyTorch checkpoint (.pth, .pt, .ckpt, .bin), of safetensors with other names,
or of several such files by their index (.index.json).

Needs nothing but Python. The checkpoint's code is not run: only tensors and plain containers are read from it.

The weights are the checkpoint's dictionary of tensors: what is in it under one of the usual names (state_dict,
model_state_dict, model, ema, ...), or the checkpoint itself; --key chooses another, "ema.state_dict" goes two levels
down. The prefix "module.", which data-parallel training adds to names, is taken off. What is left out is told.

    pth-to-safetensors.py resnet50.pth resnet50.safetensors
    pth-to-safetensors.py training.ckpt --list
    pth-to-safetensors.py training.ckpt ema.safetensors --key ema --half bf16
    pth-to-safetensors.py model.safetensors.index.json whole.safetensors --strip model. --drop head.
"""

import math
import os
import sys

import checkpoint
import flags
import weight_files
from checkpoint import CheckpointError, Refused, Tensor

USUAL_KEYS = (
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "network",
    "ema",
    "model_ema",
    "state_dict_ema",
    "params",
    "params_ema",
)
PREFIXES = ("module.", "_orig_mod.")
COUNTER = "num_batches_tracked"


def say(text):
    print(f"pth-to-safetensors.py: {text}", file=sys.stderr)


def first_of(names):
    names = [str(name) for name in names]
    return ", ".join(names[:10]) + (f", ... ({len(names)} in all)" if len(names) > 10 else "")


def describe(value):
    """What a person chooses --key from."""
    return f"it has {first_of(value)}" if isinstance(value, dict) and value else "it has no keys"


def kind_of(value):
    if isinstance(value, Tensor):
        return f"{value.dtype} {list(value.shape)}"
    if isinstance(value, Refused):
        return value.reason
    if isinstance(value, checkpoint.Placeholder):
        return "an object"
    text = repr(value) if isinstance(value, (bool, int, float, str, type(None))) else type(value).__name__
    return text if len(text) <= 60 else text[:60] + "..."


def list_all(value, prefix=""):
    """A line for everything that is there."""
    for name, inner in value.items() if isinstance(value, dict) else [("", value)]:
        path = f"{prefix}.{name}" if prefix else str(name)
        if isinstance(inner, dict) and inner:
            list_all(inner, path)
        else:
            print(f"{path}  {kind_of(inner)}")


def descend(value, key, path):
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise CheckpointError(f"{path}: no {part!r} there (--key {key}); {describe(value)}")
        value = value[part]
    return value


def find_inner(value):
    """-> (keys, dictionary of tensors): a usual inner dictionary before tensors that are beside it; None without."""
    if not isinstance(value, dict):
        return None
    for usual in USUAL_KEYS:
        inner = find_inner(value.get(usual))
        if inner:
            others = [key for key in value if key != usual]
            if others:
                say(f"the weights are those of {usual!r}; left out: {first_of(others)} (--key chooses another)")
            return (usual, *inner[0]), inner[1]
    return ((), value) if checkpoint.is_state(value) else None


def find_state(value, path, key):
    """-> the dictionary of tensors, and under which key it was found ("" for the checkpoint itself)."""
    if key:
        value = descend(value, key, path)
    found = find_inner(value)
    if not found:
        raise CheckpointError(f"{path}: no dictionary of tensors in it; {describe(value)}: choose one with --key")
    return found[1], ".".join((*([key] if key else []), *found[0]))


def plain_name(name, strip):
    changed = True
    while changed:
        changed = False
        for prefix in (*PREFIXES, *strip):
            if prefix and name.startswith(prefix):
                name, changed = name[len(prefix) :], True
    return name


def warn_of_values(name, tensor, data, path):
    """Says what dpsims-run will refuse, should it need this tensor."""
    values = checkpoint.values_of(tensor.dtype, data)
    bad = checkpoint.describe_values(tensor.shape, values, lambda value: not math.isfinite(value), "not finite")
    if not bad and name.endswith("running_var"):
        bad = checkpoint.describe_values(tensor.shape, values, lambda value: value < 0, "negative")
    if bad:
        say(f"warning: {path}: {name} has {bad}")


def require_range(name, tensor, data, half, path):
    largest = checkpoint.LARGEST[half]
    bad = checkpoint.describe_values(
        tensor.shape,
        checkpoint.values_of(tensor.dtype, data),
        lambda value: largest < abs(value) < math.inf,
        f"beyond {half}",
    )
    if bad:
        other = "use --half bf16, or leave" if half == "f16" else "leave"
        raise CheckpointError(f"{path}: {name} has {bad}: {other} --half out")


def convert(name, tensor, half, path):
    """-> (type, shape, bytes)"""
    data = tensor.bytes()
    warn_of_values(name, tensor, data, path)
    if half and tensor.dtype == "F32":
        require_range(name, tensor, data, half, path)
        data = checkpoint.to_half(data) if half == "f16" else checkpoint.to_bfloat16(data)
        return half.upper(), tensor.shape, data
    return tensor.dtype, tensor.shape, data


def choose(state, args):
    """-> {name: tensor} of what is converted. What is not, is told."""
    chosen, dropped, counters, others = {}, [], [], []
    for key, value in state.items():
        name = plain_name(str(key), args.strip)
        if any(name.startswith(prefix) for prefix in args.drop):
            dropped.append(name)
        elif name.endswith(COUNTER):
            counters.append(name)
        elif isinstance(value, Refused):
            raise CheckpointError(
                f"{args.input}: {name} is {value.reason}, which cannot be converted; --drop {name} leaves it out"
            )
        elif not isinstance(value, Tensor):
            others.append(f"{name} ({kind_of(value)})")
        elif name in chosen:
            raise CheckpointError(f"{args.input}: {name} is there twice, once with a prefix")
        else:
            chosen[name] = value
    for what, names in (("by --drop", dropped), ("counters of batches", counters), ("no tensors", others)):
        if names:
            say(f"left out, {what}: {first_of(names)}")
    return chosen


def parse_arguments():
    parser = flags.Parser(__doc__)
    parser.add_argument("input", metavar="FILE", help="a checkpoint, safetensors, or an index (.json) of several files")
    parser.add_argument("output", nargs="?", metavar="WEIGHTS.safetensors", help="the file to write; none with --list")
    parser.add_argument("--list", action="store_true", help="say what is in the file, write nothing")
    parser.add_argument("--key", help="where the weights are in the checkpoint")
    parser.add_argument("--strip", action="append", default=[], metavar="PREFIX", help="take this off names too")
    parser.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="PREFIX",
        help="leave out what is called so, when prefixes are off: a head, as head.",
    )
    parser.add_argument("--half", choices=("f16", "bf16"), help="store f32 weights in 16 bits")
    args = parser.parse_args()
    if bool(args.output) == args.list:
        parser.error("give the file to write, or --list" if not args.list else "--list writes no file")
    return args


def same_file(a, b):
    return os.path.exists(b) and os.path.samefile(a, b)


def run(args):
    value = weight_files.load(args.input)
    if args.list:
        return list_all(descend(value, args.key, args.input) if args.key else value)
    if any(same_file(path, args.output) for path in weight_files.files_of(args.input)):
        raise CheckpointError(f"{args.output}: is read, and cannot be written too: name another file")
    state, found = find_state(value, args.input, args.key)
    tensors = {name: convert(name, tensor, args.half, args.input) for name, tensor in choose(state, args).items()}
    weight_files.write_safetensors(args.output, tensors)
    where = f" from {found!r}" if found else ""
    print(f"{args.output}: {len(tensors)} tensors{where}, {os.path.getsize(args.output)} bytes")


def main():
    try:
        run(parse_arguments())
    except CheckpointError as error:
        sys.exit(f"pth-to-safetensors.py: error: {error}")


if __name__ == "__main__":
    main()
