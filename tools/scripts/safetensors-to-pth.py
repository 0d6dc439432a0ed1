#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Converts safetensors to a checkpoint that torch.load reads, also with weights_only=True: a dictionary of tensors.

Needs nothing but Python. It is the inverse of pth-to-safetensors.py: names, types, shapes and bits stay. What
safetensors say of themselves (__metadata__) has no place there and is left out.

    safetensors-to-pth.py camvid-128.safetensors camvid-128.pth
    safetensors-to-pth.py camvid-128.safetensors camvid-128.pth --key state_dict --prefix module.
"""

import os
import struct
import sys
import zipfile

import checkpoint
import flags
import weight_files
from checkpoint import CheckpointError, Refused, Tensor

STORAGE_NAMES = {kind: name for name, (kind, _) in checkpoint.STORAGES.items()}


class PickleWriter:
    """The few things of pickle's protocol 2 that such a checkpoint has."""

    def __init__(self):
        self.data = bytearray(b"\x80\x02")

    def text(self, value):
        encoded = value.encode("utf-8", "surrogateescape")
        self.data += b"X" + struct.pack("<I", len(encoded)) + encoded

    def integer(self, value):
        if value < 2**31:
            self.data += b"J" + struct.pack("<i", value)
        else:
            self.data += b"\x8a\x08" + struct.pack("<q", value)

    def integers(self, values):
        self.data += b"("
        for value in values:
            self.integer(value)
        self.data += b"t"

    def name(self, module, name):
        self.data += b"c" + f"{module}\n{name}\n".encode()

    def begin_dictionary(self):
        self.data += b"}"

    def set_item(self):
        self.data += b"s"

    def tensor(self, key, tensor):
        """What torch._utils._rebuild_tensor_v2 makes of a storage of its own, which is a file of the archive."""
        strides, count = [], 1
        for size in reversed(tensor.shape):
            strides.insert(0, count)
            count *= size
        self.name("torch._utils", "_rebuild_tensor_v2")
        self.data += b"(("
        self.text("storage")
        self.name("torch", STORAGE_NAMES[tensor.dtype])
        self.text(key)
        self.text("cpu")
        self.integer(count)
        self.data += b"tQ"
        self.integer(0)
        self.integers(tensor.shape)
        self.integers(strides)
        self.data += b"\x89"  # needs no gradient
        self.name("collections", "OrderedDict")  # no hooks
        self.data += b")RtR"

    def finish(self):
        self.data += b"."
        return bytes(self.data)


def pickle_of(tensors, args):
    writer = PickleWriter()
    writer.begin_dictionary()
    if args.key:
        writer.text(args.key)
        writer.begin_dictionary()
    for i, (name, tensor) in enumerate(tensors.items()):
        writer.text(args.prefix + name)
        writer.tensor(str(i), tensor)
        writer.set_item()
    if args.key:
        writer.set_item()
    return writer.finish()


def require_convertible(tensors, path):
    if not isinstance(tensors, dict) or not tensors:
        raise CheckpointError(f"{path}: has no tensors")
    for name, tensor in tensors.items():
        reason = tensor.reason if isinstance(tensor, Refused) else "no tensor"
        if not isinstance(tensor, Tensor):
            raise CheckpointError(f"{path}: {name} is {reason}, which cannot be converted")
        if tensor.dtype not in STORAGE_NAMES:
            raise CheckpointError(f"{path}: {name} is {tensor.dtype}, for which PyTorch's checkpoints have no storage")


def write_archive(path, tensors, args):
    root = os.path.splitext(os.path.basename(path))[0] or "archive"

    def write(file):
        # Entries without the time: the same weights give the same bytes.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo(f"{root}/data.pkl"), pickle_of(tensors, args))
            archive.writestr(zipfile.ZipInfo(f"{root}/byteorder"), b"little")
            for i, tensor in enumerate(tensors.values()):
                archive.writestr(zipfile.ZipInfo(f"{root}/data/{i}"), tensor.bytes())
            archive.writestr(zipfile.ZipInfo(f"{root}/version"), b"3\n")

    weight_files.write_whole(path, write)


def parse_arguments():
    parser = flags.Parser(__doc__)
    parser.add_argument("input", metavar="WEIGHTS", help="safetensors, or an index (.json) of several files")
    parser.add_argument("output", metavar="FILE.pth", help="the file to write")
    parser.add_argument("--key", help="put the dictionary of tensors into one, under this key (state_dict)")
    parser.add_argument("--prefix", default="", help="names begin with this (module.)")
    return parser.parse_args()


def run(args):
    tensors = weight_files.load(args.input)
    for path in weight_files.files_of(args.input):
        if os.path.exists(args.output) and os.path.samefile(path, args.output):
            raise CheckpointError(f"{args.output}: is read, and cannot be written too: name another file")
    require_convertible(tensors, args.input)
    write_archive(args.output, tensors, args)
    print(f"{args.output}: {len(tensors)} tensors, {os.path.getsize(args.output)} bytes")


def main():
    try:
        run(parse_arguments())
    except CheckpointError as error:
        sys.exit(f"safetensors-to-pth.py: error: {error}")


if __name__ == "__main__":
    main()
