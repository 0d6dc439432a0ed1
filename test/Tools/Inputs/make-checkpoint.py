# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""make-checkpoint.py FILE.pth EXPRESSION: writes what the expression gives, in PyTorch's format, without PyTorch.

    make-checkpoint.py a.pth "{'state_dict': {'w': f32([2, 2], [1, 2, 3, 4])}}"
"""
import array
import collections
import math
import pickle
import sys
import types
import zipfile


class Storage:
    """Stands in the pickle for a file of the archive."""

    def __init__(self, kind, numbers):
        self.kind, self.numbers = kind, numbers


class Tensor:
    def __init__(self, kind, code, shape, numbers):
        self.storage, self.shape = Storage(kind, array.array(code, numbers)), tuple(shape)

    def __reduce__(self):
        strides, step = [], 1
        for size in reversed(self.shape):
            strides.insert(0, step)
            step *= size
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (self.storage, 0, self.shape, tuple(strides), False, {})


def f32(shape, numbers):
    return Tensor("FloatStorage", "f", shape, numbers)


def i64(shape, numbers):
    return Tensor("LongStorage", "q", shape, numbers)


def fake_torch():
    """The names that the pickle refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def rebuild(*_):
        """Never called here."""
    rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = "torch._utils", *["_rebuild_tensor_v2"] * 2
    utils._rebuild_tensor_v2 = rebuild
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch


class Pickler(pickle.Pickler):
    def __init__(self, file, torch):
        super().__init__(file, protocol=2)
        self.torch, self.storages = torch, []

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        self.storages.append(value)
        return "storage", getattr(self.torch, value.kind), str(len(self.storages) - 1), "cpu", len(value.numbers)


def main():
    torch = fake_torch()
    names = {"f32": f32, "i64": i64, "nan": math.nan, "inf": math.inf, "OrderedDict": collections.OrderedDict}
    with zipfile.ZipFile(sys.argv[1], "w") as archive:
        with archive.open("archive/data.pkl", "w") as file:
            pickler = Pickler(file, torch)
            pickler.dump(eval(sys.argv[2], names))
        for number, storage in enumerate(pickler.storages):
            archive.writestr(f"archive/data/{number}", storage.numbers.tobytes())


main()
