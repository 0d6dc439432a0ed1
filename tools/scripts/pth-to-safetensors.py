#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Converts a PyTorch checkpoint (.pth, .pt, .ckpt, .bin) to safetensors.

Needs nothing but Python. The checkpoint's code is not run: only tensors and plain containers are read from it.

The weights are the checkpoint's dictionary of tensors: the checkpoint itself, or what stands in it under one of the
usual names (state_dict, model_state_dict, model, ema, ...); --key chooses another, "ema.state_dict" goes two levels
down. The prefix "module.", which data-parallel training adds to names, is taken off.

    pth-to-safetensors.py resnet50.pth resnet50.safetensors
    pth-to-safetensors.py training.ckpt ema.safetensors --key ema --half bf16
"""
import math
import os
import sys

import checkpoint
import flags
from checkpoint import CheckpointError

USUAL_KEYS = ("state_dict", "model_state_dict", "model", "net", "network", "ema", "model_ema", "state_dict_ema",
              "params")
PREFIXES = ("module.", "_orig_mod.")


def describe(value):
    """What a person chooses --key from."""
    keys = [str(k) for k in value] if isinstance(value, dict) else []
    return f"it has {', '.join(keys[:10])}{', ...' if len(keys) > 10 else ''}" if keys else "it has no keys"


def descend(value, key, path):
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise CheckpointError(f"{path}: no {part!r} there (--key {key}); {describe(value)}")
        value = value[part]
    return value


def find_state(value, path, key):
    """-> the dictionary of tensors, and under which key it was found ("" for the checkpoint itself)."""
    if key:
        value = descend(value, key, path)
    if checkpoint.is_state(value):
        return value, key or ""
    for usual in USUAL_KEYS:
        if isinstance(value, dict) and usual in value:
            try:
                return find_state(value[usual], path, None)[0], usual
            except CheckpointError:
                continue
    raise CheckpointError(f"{path}: no dictionary of tensors in it; {describe(value)}: choose one with --key")


def plain_name(name, strip):
    changed = True
    while changed:
        changed = False
        for prefix in (*PREFIXES, *strip):
            if name.startswith(prefix):
                name, changed = name[len(prefix):], True
    return name


def is_variance(name):
    return name.endswith("running_var")


def warn_of_values(name, tensor, data, path):
    """Says what dpsims-run will refuse, should it need this tensor."""
    values = checkpoint.values_of(tensor.dtype, data)
    bad = checkpoint.describe_values(tensor.shape, values, lambda value: not math.isfinite(value), "not finite")
    if not bad and is_variance(name):
        bad = checkpoint.describe_values(tensor.shape, values, lambda value: value < 0, "negative")
    if bad:
        print(f"pth-to-safetensors.py: warning: {path}: {name} has {bad}", file=sys.stderr)


def require_range(name, tensor, data, half, path):
    largest = checkpoint.LARGEST[half]
    bad = checkpoint.describe_values(tensor.shape, checkpoint.values_of(tensor.dtype, data),
                                     lambda value: largest < abs(value) < math.inf, f"beyond {half}")
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


def convert_all(state, args):
    out = {}
    for key, value in state.items():
        name = plain_name(str(key), args.strip)
        if not isinstance(value, checkpoint.Tensor) or name.endswith("num_batches_tracked"):
            continue
        if name in out:
            raise CheckpointError(f"{args.input}: {name} stands there twice, once with a prefix")
        out[name] = convert(name, value, args.half, args.input)
    return out


def parse_arguments():
    parser = flags.Parser(__doc__)
    parser.add_argument("input", metavar="CHECKPOINT.pth")
    parser.add_argument("output", metavar="WEIGHTS.safetensors")
    parser.add_argument("--key", help="where the weights stand in the checkpoint")
    parser.add_argument("--strip", action="append", default=[], metavar="PREFIX", help="take this off names too")
    parser.add_argument("--half", choices=("f16", "bf16"), help="store f32 weights in 16 bits")
    return parser.parse_args()


def main():
    args = parse_arguments()
    try:
        state, found = find_state(checkpoint.load(args.input), args.input, args.key)
        tensors = convert_all(state, args)
        checkpoint.write_safetensors(args.output, tensors)
    except CheckpointError as error:
        sys.exit(f"pth-to-safetensors.py: error: {error}")
    where = f" from {found!r}" if found else ""
    print(f"{args.output}: {len(tensors)} tensors{where}, {os.path.getsize(args.output)} bytes")


if __name__ == "__main__":
    main()
