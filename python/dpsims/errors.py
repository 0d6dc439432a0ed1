# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What goes wrong, as exceptions. The message is one line with file, value and place."""


class Error(RuntimeError):
    """What goes wrong because of a file, an argument, a device or the machine.

    ``status`` says which kind: ``"io"``, ``"out_of_memory"``, ``"unavailable"``, ...; dpsims.h lists them.
    """

    def __init__(self, message: str, status: str) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[type["Error"], tuple[str, str]]:
        return type(self), (str(self), self.status)


class InvalidError(Error, ValueError):
    """An argument, an array or a file's content is wrong: ``invalid_argument``, ``invalid_data``, ``incompatible``."""


class NotFoundError(Error, LookupError):
    """There is no such file, or nothing of that name: ``not_found``."""


_classes = {
    "invalid_argument": InvalidError,
    "invalid_data": InvalidError,
    "incompatible": InvalidError,
    "not_found": NotFoundError,
}


def error_of(status: str, message: str) -> Error:
    """The exception of a status of the library in C."""
    return _classes.get(status, Error)(message, status)
