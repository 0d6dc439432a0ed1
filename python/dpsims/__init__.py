# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled models of semantic image synthesis: a label map in, a photo out.

    import dpsims

    model = dpsims.load("camvid-128")  # a model that comes with the package, or a file and its weights
    photo = model.sample("street.png", seed=1)  # (height, width, 3) bytes, a NumPy array
    dpsims.write_png("photo.png", photo)

Errors are one line with file, value and place: :class:`Error` and those derived from it. What else there is to say goes
to the logger ``dpsims`` of :mod:`logging`.
"""

import logging as _logging

from . import _native
from .compiler import compile
from .errors import Error, InvalidError, NotFoundError
from .model import Class, Model, Program, Tensor, load, models, write_png

__all__ = [
    "Class",
    "Error",
    "InvalidError",
    "Model",
    "NotFoundError",
    "Program",
    "Tensor",
    "compile",
    "load",
    "models",
    "write_png",
]
__version__ = _native.__version__

_logger = _logging.getLogger("dpsims")
_native.set_log(lambda level, line: _logger.log(_logging.WARNING if level == "warning" else _logging.INFO, "%s", line))
