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

STORAGES = {"f": "FloatStorage", "q": "LongStorage", "B": "UntypedStorage"}
FUNCTIONS = (
    "_rebuild_tensor_v2",
    "_rebuild_tensor_v3",
    "_rebuild_parameter_with_state",
    "_rebuild_from_type_v2",
    "_rebuild_sparse_tensor",
    "_rebuild_meta_tensor_no_storage",
    "_rebuild_of_the_future",
)


class Storage:
    """Stands in the pickle for a file of the archive."""

    def __init__(self, code, numbers):
        self.kind, self.numbers = STORAGES[code], array.array(code, numbers)


class Call:
    """What the pickle makes by a function of PyTorch's."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments

    def __reduce__(self):
        return getattr(sys.modules["torch._utils"], self.name), self.arguments


class DType:
    def __reduce__(self):
        return "uint16"

    __module__ = "torch"


def view(storage, offset, shape, *rest):
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size
    return Call("_rebuild_tensor_v2", storage, offset, tuple(shape), tuple(strides), False, {}, *rest)


def f32(shape, numbers):
    return view(Storage("f", numbers), 0, shape)


def i64(shape, numbers):
    return view(Storage("q", numbers), 0, shape)


def negated(shape, numbers):
    return view(Storage("f", numbers), 0, shape, {"neg": True, "conj": False})


def u16(shape, numbers):
    storage = Storage("B", array.array("H", numbers).tobytes())
    return Call("_rebuild_tensor_v3", storage, 0, tuple(shape), (1,), False, {}, sys.modules["torch"].uint16)


def with_attribute(tensor):
    return Call("_rebuild_from_type_v2", sys.modules["torch._utils"]._rebuild_tensor_v2, Call, tensor.arguments, {})


def fake_torch():
    """The names that the pickle refers to."""
    torch, utils, tensor = (types.ModuleType(name) for name in ("torch", "torch._utils", "torch._tensor"))
    for name in STORAGES.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    torch.uint16 = DType()
    for name in FUNCTIONS:
        module = tensor if name == "_rebuild_from_type_v2" else utils

        def rebuild(*_):
            """Never called here."""

        rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = module.__name__, name, name
        setattr(module, name, rebuild)
        setattr(utils, name, rebuild)
    sys.modules.update({"torch": torch, "torch._utils": utils, "torch._tensor": tensor})
    return torch


class Pickler(pickle.Pickler):
    def __init__(self, file, torch):
        super().__init__(file, protocol=2)
        self.torch, self.storages = torch, []

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        if value not in self.storages:
            self.storages.append(value)
        return ("storage", getattr(self.torch, value.kind), str(self.storages.index(value)), "cpu", len(value.numbers))


def main():
    torch = fake_torch()
    names = {
        "nan": math.nan,
        "inf": math.inf,
        "OrderedDict": collections.OrderedDict,
        "Storage": Storage,
        "Call": Call,
        "view": view,
        "f32": f32,
        "i64": i64,
        "u16": u16,
        "negated": negated,
        "with_attribute": with_attribute,
        "parameter": lambda tensor: Call("_rebuild_parameter_with_state", tensor, True, {}, {"note": 1}),
        "sparse": lambda: Call("_rebuild_sparse_tensor", 0, ()),
        "meta": lambda: Call("_rebuild_meta_tensor_no_storage", 0, (2,), (1,), False),
        "future": lambda: Call("_rebuild_of_the_future", 1),
    }
    with zipfile.ZipFile(sys.argv[1], "w") as archive:
        with archive.open("archive/data.pkl", "w") as file:
            pickler = Pickler(file, torch)
            pickler.dump(eval(sys.argv[2], names))
        for number, storage in enumerate(pickler.storages):
            archive.writestr(f"archive/data/{number}", storage.numbers.tobytes())


main()
