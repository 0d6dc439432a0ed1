# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads PyTorch checkpoints and writes safetensors, with Python's standard library alone.

A checkpoint is a pickle, and a pickle may run any code. Here it cannot: only what rebuilds tensors and plain containers
is looked up, and everything else becomes an empty placeholder. Both of PyTorch's formats are read, the zip archive
(since 1.6) and the plain stream before it.
"""
import array
import collections
import io
import json
import os
import pickle
import struct
import sys
import zipfile

# Storage class -> safetensors' type, bytes an element.
STORAGES = {
    "DoubleStorage": ("F64", 8), "FloatStorage": ("F32", 4), "HalfStorage": ("F16", 2), "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8), "IntStorage": ("I32", 4), "ShortStorage": ("I16", 2), "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1), "BoolStorage": ("BOOL", 1),
}
# The largest f32 that each type rounds to a finite number.
LARGEST = {"f16": 65519.99609375, "bf16": 3.396177326406364e38}
STREAM_MAGIC = 0x1950A86A20F9469CFC6C


class CheckpointError(Exception):
    """What is wrong with a file, in one line."""


class Tensor:
    """A tensor's place in a storage. `bytes()` gives its elements, contiguous."""

    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset = storage, offset
        self.shape, self.strides = tuple(shape), tuple(strides)
        self.check()

    dtype = property(lambda self: self.storage.dtype)

    def count(self):
        n = 1
        for size in self.shape:
            n *= size
        return n

    def check(self):
        sizes = (*self.shape, *self.strides, self.offset)
        if len(self.shape) != len(self.strides) or not all(isinstance(s, int) and s >= 0 for s in sizes):
            raise CheckpointError(f"a tensor has the shape {self.shape} and the strides {self.strides}")
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides))
        if self.count() and last >= self.storage.count:
            raise CheckpointError(f"a tensor of shape {self.shape} reaches beyond its storage of {self.storage.count}")

    def bytes(self):
        data, width = self.storage.read(), self.storage.width
        expected, stride = [], 1
        for size in reversed(self.shape):
            expected.append(stride)
            stride *= size
        if all(n == 1 or a == b for n, a, b in zip(self.shape, self.strides, reversed(expected))):
            return data[self.offset * width:(self.offset + self.count()) * width]
        out = bytearray()
        self.gather(data, width, 0, self.offset, out)
        return bytes(out)

    def gather(self, data, width, axis, at, out):
        if axis == len(self.shape):
            out += data[at * width:(at + 1) * width]
            return
        for i in range(self.shape[axis]):
            self.gather(data, width, axis + 1, at + i * self.strides[axis], out)


class Storage:
    """Elements of one type; `load` fetches their bytes when they are wanted."""

    def __init__(self, dtype, width, count, load=None):
        self.dtype, self.width, self.count, self.load = dtype, width, count, load

    def read(self):
        data = self.load()
        if len(data) < self.count * self.width:
            raise CheckpointError(f"a storage has {len(data)} bytes instead of {self.count * self.width}: truncated?")
        return data


class Placeholder:
    """Stands for any object that is neither tensor nor container. Whatever a pickle does to it does nothing."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass

    def append(self, value):
        pass

    def extend(self, values):
        pass


def rebuild_tensor(storage, offset, shape, strides, *_):
    if not isinstance(storage, Storage):
        raise CheckpointError("a tensor has no storage")
    return Tensor(storage, offset, shape, strides)


class Unpickler(pickle.Unpickler):
    """Knows tensors and containers, nothing else."""

    def __init__(self, file, storages):
        super().__init__(file, encoding="latin1")
        self.storages = storages

    def find_class(self, module, name):
        known = {
            ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
            ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("torch", "Size"): tuple,
        }
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        return known.get((module, name), Placeholder)

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise CheckpointError("the pickle refers to something that is no storage")
        kind, key, count = pid[1], str(pid[2]), pid[4]
        if kind not in STORAGES.values():
            raise CheckpointError("a storage has a type that is not known")
        if key not in self.storages:
            self.storages[key] = Storage(*kind, count)
        storage = self.storages[key]
        view = pid[5] if len(pid) > 5 else None
        if view is None:
            return storage
        _, offset, size = view
        return Storage(*kind, size, lambda: storage.read()[offset * storage.width:])


def unpickle(file, storages):
    try:
        return Unpickler(file, storages).load()
    except CheckpointError:
        raise
    except Exception as error:  # a broken pickle raises nearly anything
        raise CheckpointError(f"the pickle cannot be read: {type(error).__name__}: {error}") from None


def read_zip(path):
    archive = zipfile.ZipFile(path)
    names = archive.namelist()
    pickles = [n for n in names if n.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise CheckpointError("a zip archive without data.pkl: not a PyTorch checkpoint")
    root = pickles[0][:-len("data.pkl")]
    if root + "byteorder" in names and archive.read(root + "byteorder") != b"little":
        raise CheckpointError("its numbers are big-endian; save it again on a little-endian machine")
    storages = {}
    result = unpickle(io.BytesIO(archive.read(pickles[0])), storages)
    for key, storage in storages.items():
        storage.load = lambda name=f"{root}data/{key}": archive.read(name)
    return result


def check_magic(file):
    """The stream format begins with a pickled number."""
    if file.read(2) == b"PK":
        raise CheckpointError("a zip archive without its end: truncated?")
    file.seek(0)
    try:
        magic = unpickle(file, {})
    except CheckpointError:
        magic = None
    if magic != STREAM_MAGIC:
        raise CheckpointError("not a PyTorch checkpoint")


def read_stream(file):
    check_magic(file)
    storages = {}
    unpickle(file, {})  # protocol version
    unpickle(file, {})  # the writer's machine
    result = unpickle(file, storages)
    for key in unpickle(file, {}):
        count = struct.unpack("<q", file.read(8))[0]
        if key not in storages:
            raise CheckpointError(f"storage {key} is not used")
        storage = storages[key]
        data = file.read(count * storage.width)
        storage.load = lambda data=data: data
    return result


def load(path):
    """Everything in a checkpoint: containers, numbers, strings, Tensors; Placeholders for the rest."""
    try:
        if zipfile.is_zipfile(path):
            return read_zip(path)
        with open(path, "rb") as file:
            return read_stream(file)
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from None
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, struct.error, KeyError) as error:
        raise CheckpointError(f"{path}: {error}") from None


def is_state(value):
    """A dictionary of tensors, maybe with a few counters between them?"""
    return isinstance(value, dict) and any(isinstance(v, Tensor) for v in value.values())


def write_safetensors(path, tensors, metadata=None):
    """Writes {name: (type, shape, bytes)}; the file appears whole or not at all."""
    widths = dict(STORAGES.values())
    order = sorted(tensors, key=lambda n: (-widths[tensors[n][0]], n))
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name in order:
        dtype, shape, data = tensors[name]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    aside = f"{path}.{os.getpid()}.part"
    try:
        with open(aside, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for name in order:
                file.write(tensors[name][2])
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        if os.path.exists(aside):
            os.unlink(aside)
        raise CheckpointError(f"{path}: cannot be written: {error.strerror}") from None


def array_of(kind, data):
    """-> little-endian numbers of array's type `kind`."""
    numbers = array.array(kind, data)
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers


def values_of(dtype, data):
    """-> the numbers of a floating-point type; none of another."""
    if dtype == "F16":
        return struct.unpack(f"<{len(data) // 2}e", data)
    if dtype == "BF16":
        return array.array("f", array.array("I", (word << 16 for word in array_of("H", data))).tobytes())
    return array_of({"F32": "f", "F64": "d"}[dtype], data) if dtype in ("F32", "F64") else ()


def describe_values(shape, values, is_bad, what):
    """-> "2 of 64 values that are WHAT, the first nan at [0, 3]" if `is_bad` of some, else None."""
    bad = [i for i, value in enumerate(values) if is_bad(value)]
    if not bad:
        return None
    place, index = bad[0], []
    for size in reversed(shape):
        index.insert(0, place % size)
        place //= size
    return f"{len(bad)} of {len(values)} values that are {what}, the first {values[bad[0]]:g} at {index}"


def to_bfloat16(data):
    """Bytes of f32 to bytes of bf16, to the nearest, halves to even; NaN stays NaN."""
    words = array_of("I", data)
    nearest = ((w + 0x7FFF + ((w >> 16) & 1)) >> 16 if (w & 0x7FFFFFFF) <= 0x7F800000 else (w >> 16) | 0x40
               for w in words)
    return array.array("H", nearest).tobytes()


def to_half(data):
    """Bytes of f32 to bytes of f16, to the nearest. None of them may be beyond LARGEST."""
    values = array_of("f", data)
    return struct.pack(f"<{len(values)}e", *values)
