# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads PyTorch checkpoints, with Python's standard library alone.

A checkpoint is a pickle, and a pickle may run any code. Here it cannot: only what rebuilds tensors and plain containers
is looked up, and everything else becomes an empty placeholder. Both of PyTorch's formats are read, the zip archive
(since 1.6) and the plain stream before it.
"""

import array
import collections
import io
import pickle
import re
import struct
import sys
import zipfile

# Storage class -> safetensors' type, bytes an element.
STORAGES = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}
# Types that have no storage class.
DTYPES = {
    "uint16": ("U16", 2),
    "uint32": ("U32", 4),
    "uint64": ("U64", 8),
    "float8_e4m3fn": ("F8_E4M3", 1),
    "float8_e5m2": ("F8_E5M2", 1),
}
SIGNED = ("F64", "F32", "F16", "BF16")  # the sign is the first bit of the last byte
# The largest f32 that each type rounds to a finite number.
LARGEST = {"f16": 65519.99609375, "bf16": 3.396177326406364e38}
STREAM_MAGIC = 0x1950A86A20F9469CFC6C
UNKNOWN_STORAGE = (None, 1)  # its elements are counted in bytes


class CheckpointError(Exception):
    """What is wrong with a file, in one line."""


class Refused:
    """A tensor of a kind that cannot be converted; `reason` says which."""

    def __init__(self, reason):
        self.reason = reason

    def __setstate__(self, state):
        pass


class Tensor:
    """A tensor's place in a storage. `bytes()` gives its elements, contiguous; `negated`: with the other sign."""

    def __init__(self, storage, offset, shape, strides, negated=False):
        self.storage, self.offset, self.negated = storage, offset, negated
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
            out = bytearray(data[self.offset * width : (self.offset + self.count()) * width])
        else:
            out = bytearray()
            self.gather(data, width, 0, self.offset, out)
        if self.negated:
            out[width - 1 :: width] = bytes(byte ^ 0x80 for byte in out[width - 1 :: width])
        return bytes(out)

    def gather(self, data, width, axis, at, out):
        if axis == len(self.shape):
            out += data[at * width : (at + 1) * width]
            return
        for i in range(self.shape[axis]):
            self.gather(data, width, axis + 1, at + i * self.strides[axis], out)


class Storage:
    """Elements of one type; `load` fetches their bytes when they are wanted."""

    last = (None, b"")  # many tensors may be views of one storage: the one that was read last is kept

    def __init__(self, dtype, width, count, load=None):
        self.dtype, self.width, self.count, self.load = dtype, width, count, load

    def read(self):
        if Storage.last[0] is not self:
            Storage.last = (self, self.load())
        data = Storage.last[1]
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


def make_tensor(storage, offset, shape, strides, metadata):
    if not isinstance(storage, Storage):
        raise CheckpointError("a tensor has no storage")
    if storage.dtype is None:
        return Refused("a tensor of a type that is not known")
    marks = {key for key, value in metadata.items() if value} if isinstance(metadata, dict) else set()
    if marks - {"neg"} or (marks and storage.dtype not in SIGNED):
        return Refused(f"a tensor that is marked as {', '.join(sorted(map(str, marks)))}")
    return Tensor(storage, offset, shape, strides, negated=bool(marks))


def rebuild_tensor(storage, offset, shape, strides, requires_grad=None, hooks=None, metadata=None, *_):
    return make_tensor(storage, offset, shape, strides, metadata)


def rebuild_typed_tensor(storage, offset, shape, strides, requires_grad, hooks, dtype, metadata=None, *_):
    """Of types that have no storage class: the storage has bytes."""
    if not isinstance(storage, Storage) or not isinstance(dtype, DType) or dtype.name not in DTYPES:
        return Refused(f"a tensor of type {dtype.name}" if isinstance(dtype, DType) else "a tensor of an unknown type")
    kind, width = DTYPES[dtype.name]
    typed = Storage(kind, width, storage.count * (storage.width or 1) // width, storage.read)
    return make_tensor(typed, offset, shape, strides, metadata)


def rebuild_from_type(function, kind, arguments, state=None):
    """A tensor with attributes, or of a class of its own: the tensor counts."""
    return function(*arguments) if callable(function) else Placeholder()


class DType:
    """torch.NAME"""

    def __init__(self, name):
        self.name = name


def refuse(reason):
    return lambda *_, **__: Refused(reason)


class Unpickler(pickle.Unpickler):
    """Knows tensors and containers, nothing else."""

    def __init__(self, file, storages):
        super().__init__(file, encoding="latin1")
        self.storages = storages

    def find_class(self, module, name):
        known = {
            ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
            ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
            ("torch._utils", "_rebuild_tensor_v3"): rebuild_typed_tensor,
            ("torch._utils", "_rebuild_parameter"): lambda data, *_: data,
            ("torch._utils", "_rebuild_parameter_with_state"): lambda data, *_: data,
            ("torch._tensor", "_rebuild_from_type_v2"): rebuild_from_type,
            ("torch._utils", "_rebuild_sparse_tensor"): refuse("a sparse tensor"),
            ("torch._utils", "_rebuild_sparse_csr_tensor"): refuse("a sparse tensor"),
            ("torch._utils", "_rebuild_nested_tensor"): refuse("a nested tensor"),
            ("torch._utils", "_rebuild_qtensor"): refuse("a quantized tensor"),
            ("torch._utils", "_rebuild_meta_tensor_no_storage"): refuse("a tensor without values, on the device meta"),
            ("numpy.core.multiarray", "_reconstruct"): refuse("an array of NumPy"),
            ("numpy._core.multiarray", "_reconstruct"): refuse("an array of NumPy"),
            ("collections", "OrderedDict"): collections.OrderedDict,
            ("collections", "defaultdict"): collections.defaultdict,
            ("torch", "Size"): tuple,
        }
        if module in ("torch", "torch.storage") and name.endswith("Storage"):
            return STORAGES.get(name, UNKNOWN_STORAGE)
        if module == "torch._utils" and name.startswith("_rebuild_") and (module, name) not in known:
            return refuse(f"a tensor that PyTorch makes by {name}")
        if module == "torch" and re.fullmatch(r"(q?u?int|b?float|complex)\w*|bool", name):
            return DType(name)
        return known.get((module, name), Placeholder)

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise CheckpointError("the pickle refers to something that is not a storage")
        kind, key, count = pid[1], str(pid[2]), pid[4]
        if kind != UNKNOWN_STORAGE and kind not in STORAGES.values():
            raise CheckpointError("the pickle refers to something that is not a storage")
        if key not in self.storages:
            self.storages[key] = Storage(*kind, count)
        storage = self.storages[key]
        view = pid[5] if len(pid) > 5 else None
        if view is None:
            return storage
        _, offset, size = view
        return Storage(*kind, size, lambda: storage.read()[offset * storage.width :])


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
    root = pickles[0][: -len("data.pkl")]
    if root + "byteorder" in names and archive.read(root + "byteorder") != b"little":
        raise CheckpointError("its numbers are big-endian; save it again on a little-endian machine")
    storages = {}
    result = unpickle(io.BytesIO(archive.read(pickles[0])), storages)
    for key, storage in storages.items():
        storage.load = lambda name=f"{root}data/{key}": archive.read(name)
    return result


def foreign_kind(start):
    """What a file is that begins so and is not a checkpoint; "" if the beginning does not tell."""
    if start.startswith(b"version https://git-lfs"):
        return ': it is a Git LFS pointer, not the file itself: fetch that with "git lfs pull"'
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return ": it is a web page, maybe an error or a request to log in: download the file itself"
    if start.startswith(b"\x89HDF"):
        return ": it is HDF5, as Keras saves: weights are wanted from PyTorch"
    return ""


def check_magic(file):
    """The stream format begins with a pickled number."""
    start = file.read(64)
    if start.startswith(b"PK"):
        raise CheckpointError("a zip archive without its end: truncated?")
    file.seek(0)
    try:
        magic = unpickle(file, {})
    except CheckpointError:
        magic = None
    if magic != STREAM_MAGIC:
        raise CheckpointError("not a PyTorch checkpoint" + foreign_kind(start))


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
    return isinstance(value, dict) and any(isinstance(v, (Tensor, Refused)) for v in value.values())


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
    nearest = (
        (w + 0x7FFF + ((w >> 16) & 1)) >> 16 if (w & 0x7FFFFFFF) <= 0x7F800000 else (w >> 16) | 0x40 for w in words
    )
    return array.array("H", nearest).tobytes()


def to_half(data):
    """Bytes of f32 to bytes of f16, to the nearest. None of them may be beyond LARGEST."""
    values = array_of("f", data)
    return struct.pack(f"<{len(values)}e", *values)
