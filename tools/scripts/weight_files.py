# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files of weights, whatever their kind: PyTorch's checkpoints, safetensors, and several of them with an index."""

import json
import os
import struct

import checkpoint
from checkpoint import CheckpointError, Storage, Tensor

WIDTHS = dict((*checkpoint.STORAGES.values(), *checkpoint.DTYPES.values()))
MAX_HEADER = 100_000_000


def load(path):
    """-> what a file holds: containers, numbers, Tensors, as from checkpoint.load."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise CheckpointError(f"{path}: is not a regular file")
    try:
        if path.endswith(".json"):
            return read_index(path)
        with open(path, "rb") as file:
            start = file.read(9)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
    if len(start) == 9 and start[8:] == b"{":  # a header after its length
        return read_safetensors(path)
    return checkpoint.load(path)


def parse_json(text, path):
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: is not a JSON object")
    return value


def files_of(path):
    """The files that load reads."""
    shards = set(read_places(path).values()) if path.endswith(".json") else ()
    return [path, *(os.path.join(os.path.dirname(path), shard) for shard in sorted(shards))]


def read_places(path):
    """An index says in which of the files beside it each tensor is."""
    if os.path.getsize(path) > MAX_HEADER:
        raise CheckpointError(f"{path}: is longer than the {MAX_HEADER} bytes that an index may have")
    with open(path, "rb") as file:
        places = parse_json(file.read(), path).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(shard, str) for shard in places.values()):
        raise CheckpointError(f'{path}: has no "weight_map" that tells each tensor\'s file')
    return places


def read_index(path):
    places, tensors, shards = read_places(path), {}, {}
    for name, shard in places.items():
        if os.path.basename(shard) != shard:
            raise CheckpointError(f"{path}: {name} would be in {shard!r}, which is not a file beside it")
        if shard not in shards:
            shards[shard] = load(os.path.join(os.path.dirname(path), shard))
        if name not in shards[shard]:
            raise CheckpointError(f"{path}: {shard} lacks {name}")
        tensors[name] = shards[shard][name]
    return tensors


def read_bytes(path, begin, size):
    with open(path, "rb") as file:
        file.seek(begin)
        return file.read(size)


def read_safetensors(path):
    length = struct.unpack("<Q", read_bytes(path, 0, 8))[0]
    if length > min(MAX_HEADER, os.path.getsize(path) - 8):
        raise CheckpointError(f"{path}: is not a safetensors file, or its header is cut short")
    header = parse_json(read_bytes(path, 8, length), path)
    aliases = header.pop("__metadata__", None)
    tensors = {name: tensor_of(path, name, entry, 8 + length) for name, entry in header.items()}
    for name, kept in aliases.items() if isinstance(aliases, dict) else ():
        if isinstance(kept, str) and kept in tensors:  # of tensors that share memory safetensors keeps one
            tensors.setdefault(name, tensors[kept])
    return tensors


def tensor_of(path, name, entry, begin):
    try:
        kind, shape = entry["dtype"], [int(size) for size in entry["shape"]]
        first, last = map(int, entry["data_offsets"])
    except (TypeError, KeyError, ValueError):
        raise CheckpointError(f"{path}: {name} lacks its type, its shape or its place") from None
    if kind not in WIDTHS:
        return checkpoint.Refused(f"a tensor of type {kind}")
    strides, count = [], 1
    for size in reversed(shape):
        strides.insert(0, count)
        count *= size
    width = WIDTHS[kind]
    if min((*shape, first), default=0) < 0 or last - first != count * width or begin + last > os.path.getsize(path):
        raise CheckpointError(f"{path}: {name} does not have the bytes of its shape: truncated?")
    return Tensor(Storage(kind, width, count, lambda: read_bytes(path, begin + first, last - first)), 0, shape, strides)


def write_whole(path, write):
    """The file that `write` writes appears whole or not at all. A device would become a file."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise CheckpointError(f"{path}: is not a regular file")
    aside = f"{path}.{os.getpid()}.part"
    try:
        with open(aside, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


def write_safetensors(path, tensors, metadata=None):
    """Writes {name: (type, shape, bytes)}; the file appears whole or not at all."""
    order = sorted(tensors, key=lambda n: (-WIDTHS[tensors[n][0]], n))
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name in order:
        dtype, shape, data = tensors[name]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)

    def write(file):
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(tensors[name][2])

    write_whole(path, write)
