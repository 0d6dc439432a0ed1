# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from collections.abc import Callable, Sequence
from typing import Any

__version__: str

_Tensor = tuple[str, str, tuple[int, ...]]

def write_png(path: bytes, height: int, width: int, pixels: Any) -> None: ...
def set_log(function: Callable[[str, str], None]) -> None: ...

class Model:
    def __init__(self, path: bytes) -> None: ...
    @property
    def target(self) -> str: ...
    @property
    def configuration(self) -> bytes: ...
    @property
    def programs(self) -> list[tuple[str, list[_Tensor], list[_Tensor], list[_Tensor]]]: ...
    @property
    def classes(self) -> list[tuple[str, tuple[int, int, int]]]: ...

class Session:
    def __init__(
        self,
        model: Model,
        program: str,
        weights: bytes | None,
        device: str | None,
        prefix: str | None,
        plan_cache: bytes | None,
        threads: int,
        convolution: int,
    ) -> None: ...
    @property
    def device(self) -> str: ...
    @property
    def picture_size(self) -> tuple[int, int]: ...
    def run(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> None: ...
    def sample(
        self,
        labels: Any,
        instances: Any,
        height: int,
        width: int,
        seeds: Sequence[int],
        name: str,
        number: int,
        pictures: Any,
    ) -> None: ...
    def read_labels(self, path: bytes, labels: Any) -> None: ...
    def read_weight(self, name: str, values: Any) -> None: ...
    def write_weight(self, name: str, values: Any) -> None: ...
