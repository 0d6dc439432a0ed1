# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models and what one does with them."""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import numpy.typing as npt

from . import _native
from .errors import InvalidError, NotFoundError

PathLike = Union[str, "os.PathLike[str]"]

# NumPy has no bfloat16: the upper halves of floats.
_types = {"F32": np.float32, "I32": np.int32, "U8": np.uint8, "F16": np.float16, "BF16": np.uint16}
_convolutions = ("auto", "direct", "winograd")
_folder = Path(__file__).parent / "models"


class Tensor(NamedTuple):
    """An input or output of a program."""

    name: str
    dtype: np.dtype  #: of bfloat16: uint16, the upper half of a float32
    shape: tuple[int, ...]


class Program(NamedTuple):
    """A program of a model."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    variables: tuple[Tensor, ...]  #: weights that it changes from run to run, if it trains


class Class(NamedTuple):
    """A class of label maps; its place in the list is its id."""

    name: str
    color: tuple[int, int, int]  #: red, green and blue, for drawings


def models() -> list[str]:
    """The models that come with this package, with their weights: names for :func:`load`."""
    return sorted(path.stem for path in _folder.glob("*.dpsims"))


def load(
    model: PathLike,
    weights: Optional[PathLike] = None,
    *,
    device: Optional[str] = None,
    prefix: Optional[str] = None,
    threads: int = 0,
    plan_cache: Optional[PathLike] = None,
    convolution: str = "auto",
) -> "Model":
    """Opens a compiled model.

    ``model``: a file of ``dpsims-compile``, or a name of :func:`models`, which has its weights.
    ``weights``: a safetensors file, which is read when a program first runs; None: no program has weights.
    ``device``: ``"cpu"``, ``"cuda"`` (the first GPU), ``"cuda:1"``; None: what the model is compiled for.
    ``prefix``: use the weights below this name in the file, ``"ema.generator"``.
    ``threads``: of the CPU; 0: OMP_NUM_THREADS, else one for each processor.
    ``plan_cache``: the file that keeps which convolutions are fastest; None: that of dpsims-run; ``""``: none.
    ``convolution``: ``"auto"``, ``"direct"`` or ``"winograd"``.
    """
    if weights is None and os.fspath(model) in models():
        model, weights = _folder / f"{model}.dpsims", _folder / f"{model}.safetensors"
    if convolution not in _convolutions:
        raise InvalidError(f"convolution is {convolution!r}, expected one of {_convolutions}", "invalid_argument")
    settings = (
        None if weights is None else os.fsencode(weights),
        device,
        prefix,
        None if plan_cache is None else os.fsencode(plan_cache),
        threads,
        _convolutions.index(convolution),
    )
    return Model(os.fspath(model), settings)


def write_png(path: PathLike, picture: npt.ArrayLike) -> None:
    """Writes (height, width, 3) bytes as a PNG, whole or not at all."""
    pixels = np.asarray(picture)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise InvalidError(
            f"picture: {pixels.dtype} {pixels.shape}, expected uint8 (height, width, 3)", "invalid_argument"
        )
    _native.write_png(os.fsencode(path), pixels.shape[0], pixels.shape[1], np.ascontiguousarray(pixels))


class Model:
    """A compiled model with its weights, made by :func:`load`.

    Each program is made ready when it first runs. Threads may share a model: what they run of one program takes turns.
    """

    def __init__(self, path: str, settings: tuple[Any, ...]) -> None:
        self._native = _native.Model(os.fsencode(path))
        self._settings = settings
        self._sessions: dict[str, _native.Session] = {}
        self._lock = threading.Lock()
        self.path = path
        self.programs: dict[str, Program] = {
            name: Program(name, *map(_tensors, tensors)) for name, *tensors in self._native.programs
        }
        self.classes: tuple[Class, ...] = tuple(Class(*one) for one in self._native.classes)

    def __repr__(self) -> str:
        return f"<dpsims.Model {self.path!r} for {self.target}: {', '.join(self.programs)}>"

    @property
    def target(self) -> str:
        """What the model is compiled for, ``"cpu"`` or ``"cuda"``."""
        return self._native.target

    @property
    def configuration(self) -> dict[str, Any]:
        """The configuration that the model was compiled of."""
        configuration: dict[str, Any] = json.loads(self._native.configuration)
        return configuration

    @property
    def picture_size(self) -> tuple[int, int]:
        """Height and width of the photos of :meth:`sample`."""
        return self._session("sample").picture_size

    def device(self, program: str = "sample") -> str:
        """The device that runs a program, ``"AMD EPYC 9554, 2 threads"``."""
        return self._session(program).device

    def read_labels(self, path: PathLike) -> npt.NDArray[np.int32]:
        """A label map from a PNG by the rules of the model's configuration, of the model's size; -1 is not a class."""
        session = self._session("sample")
        labels = np.empty(session.picture_size, np.int32)
        session.read_labels(os.fsencode(path), labels)
        return labels

    def sample(
        self,
        labels: Union[PathLike, npt.ArrayLike],
        seed: Union[int, Sequence[int]] = 0,
        *,
        instances: Optional[npt.ArrayLike] = None,
        name: Optional[str] = None,
        number: int = 0,
    ) -> npt.NDArray[np.uint8]:
        """Photos of label maps, (height, width, 3) bytes of red, green and blue.

        ``labels``: a PNG, or the class of each pixel, -1 for none: (h, w), or (n, h, w) for n photos. Maps of another
        size than the model's are fitted as in training.
        ``seed``: chooses the noise; with n seeds there are n photos, of one map or of n maps.
        ``instances``: the object of each pixel, any numbers, in the shape of ``labels``; for models that take them.
        ``name``, ``number``: two more that choose the noise. ``dpsims-run sample`` gives ``street.png`` the name
        ``"street"``, as this does with a path, and numbers several photos of it; else the name is ``""``.
        """
        if isinstance(labels, (str, os.PathLike)):
            name = Path(labels).stem if name is None else name
            labels = self.read_labels(labels)
        maps = _integers(labels, "labels")
        seeds = [seed] if isinstance(seed, (int, np.integer)) else list(seed)
        single = maps.ndim == 2 and isinstance(seed, (int, np.integer))
        maps, seeds = _matched(maps, seeds)
        objects = None if instances is None else _integers(instances, "instances")
        if objects is not None and objects.ndim == 2:
            objects = np.stack([objects] * len(maps))
        if objects is not None and objects.shape != maps.shape:
            raise _invalid(f"instances: shape {objects.shape}, labels have {maps.shape}")
        session = self._session("sample")
        count, height, width = maps.shape
        photos = np.empty((count, *session.picture_size, 3), np.uint8)
        session.sample(maps, objects, height, width, seeds, name or "", _natural(number, "number", 32), photos)
        return photos[0] if single else photos

    def execute(
        self,
        program: str,
        inputs: Mapping[str, npt.ArrayLike],
        outputs: Optional[Mapping[str, npt.NDArray[Any]]] = None,
    ) -> dict[str, npt.NDArray[Any]]:
        """Runs a program on arrays by name, and gives its outputs by name.

        Arrays that are contiguous and of the program's type (see :attr:`programs`) are not copied; others are
        converted where no value changes its kind. ``outputs``: arrays to write to, which need not be all.
        """
        session = self._session(program)
        described = self.programs[program]
        given = _by_name(described.inputs, inputs, "input")
        missing = [tensor.name for tensor in described.inputs if tensor.name not in given]
        if missing:
            raise _invalid(f"program {program!r} has an input {missing[0]!r}, which is not given")
        wanted = _by_name(described.outputs, outputs or {}, "output")
        for tensor in described.outputs:
            array = wanted.setdefault(tensor.name, np.empty(tensor.shape, tensor.dtype))
            if not isinstance(array, np.ndarray) or array.dtype != tensor.dtype or array.shape != tensor.shape:
                raise _invalid(f"output {tensor.name!r}: expected an array {tensor.dtype} {tensor.shape}")
            if not (array.flags.c_contiguous and array.flags.writeable and array.flags.aligned):
                raise _invalid(f"output {tensor.name!r}: expected a contiguous array that can be written to")
        session.run(
            [_converted(given[tensor.name], tensor) for tensor in described.inputs],
            [wanted[tensor.name] for tensor in described.outputs],
        )
        return {tensor.name: wanted[tensor.name] for tensor in described.outputs}

    def read_weights(self, program: str) -> dict[str, npt.NDArray[np.float32]]:
        """The variables of a program that trains, as its last run left them, by name."""
        session = self._session(program)
        weights = {tensor.name: np.empty(tensor.shape, np.float32) for tensor in self.programs[program].variables}
        for name, values in weights.items():
            session.read_weight(name, values)
        return weights

    def write_weights(self, program: str, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Gives variables of a program that trains other values."""
        session = self._session(program)
        shapes = {tensor.name: tensor.shape for tensor in self.programs[program].variables}
        for name, values in weights.items():
            array = np.require(values, np.float32, ["C", "A"])
            if array.shape != shapes.get(name, array.shape):
                raise _invalid(f"weight {name!r}: shape {array.shape}, expected {shapes[name]}")
            session.write_weight(name, array)

    def _session(self, program: str) -> "_native.Session":
        with self._lock:
            if program not in self._sessions:
                if program not in self.programs:
                    raise NotFoundError(
                        f"{self.path}: has no program {program!r}; it has {', '.join(self.programs)}", "not_found"
                    )
                self._sessions[program] = _native.Session(self._native, program, *self._settings)
            return self._sessions[program]


def _invalid(message: str) -> InvalidError:
    return InvalidError(message, "invalid_argument")


def _tensors(described: list[tuple[str, str, tuple[int, ...]]]) -> tuple[Tensor, ...]:
    return tuple(Tensor(name, np.dtype(_types[kind]), shape) for name, kind, shape in described)


def _natural(value: Any, what: str, bits: int) -> int:
    number = int(value)
    if number != value or not 0 <= number < 1 << bits:
        raise _invalid(f"{what}: {value!r} is not a whole number from 0 to 2^{bits} - 1")
    return number


def _as_int32(array: npt.NDArray[Any], what: str) -> npt.NDArray[np.int32]:
    if array.dtype.kind not in "iub":
        raise _invalid(f"{what}: {array.dtype}, expected integers")
    limits = np.iinfo(np.int32)
    if array.dtype != np.int32 and array.size and not (limits.min <= array.min() and array.max() <= limits.max):
        raise _invalid(f"{what}: there is a number beyond 32 bits")
    return np.require(array, np.int32, ["C", "A"])


def _integers(values: npt.ArrayLike, what: str) -> npt.NDArray[np.int32]:
    array = np.asarray(values)
    if array.ndim not in (2, 3) or 0 in array.shape or max(array.shape) >= 1 << 31:
        raise _invalid(f"{what}: shape {array.shape}, expected (height, width) or (n, height, width)")
    return _as_int32(array, what)


def _matched(maps: npt.NDArray[np.int32], seeds: list[Any]) -> tuple[npt.NDArray[np.int32], list[int]]:
    """As many maps as seeds."""
    seeds = [_natural(seed, "seed", 64) for seed in seeds]
    if not seeds:
        raise _invalid("seed: none is given")
    if maps.ndim == 2:
        maps = np.stack([maps] * len(seeds))
    if len(seeds) == 1:
        seeds = seeds * len(maps)
    if len(seeds) != len(maps):
        raise _invalid(f"seed: {len(seeds)} seeds for {len(maps)} label maps")
    return maps, seeds


def _by_name(tensors: tuple[Tensor, ...], arrays: Mapping[str, Any], what: str) -> dict[str, Any]:
    names = [tensor.name for tensor in tensors]
    for name in arrays:
        if name not in names:
            raise _invalid(f"{what} {name!r}: the program has {', '.join(names) or 'none'}")
    return dict(arrays)


def _converted(values: npt.ArrayLike, tensor: Tensor) -> npt.NDArray[Any]:
    """The values as the program wants them; themselves if they are."""
    array = np.asarray(values)
    if array.shape != tensor.shape:
        raise _invalid(f"input {tensor.name!r}: shape {array.shape}, expected {tensor.shape}")
    if tensor.dtype == np.int32:
        return _as_int32(array, f"input {tensor.name!r}")
    if not np.can_cast(array.dtype, tensor.dtype, "same_kind"):
        raise _invalid(f"input {tensor.name!r}: {array.dtype}, expected {tensor.dtype}")
    return np.require(array, tensor.dtype, ["C", "A"])
