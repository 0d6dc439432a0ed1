# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models from configurations, where the compiler is installed."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

from .errors import Error, InvalidError, NotFoundError


def find_compiler() -> str:
    """dpsims-compile: the environment variable DPSIMS_COMPILE, else on the PATH."""
    found = os.environ.get("DPSIMS_COMPILE") or shutil.which("dpsims-compile")
    if not found:
        raise NotFoundError(
            "dpsims-compile is not installed, or not on the PATH; DPSIMS_COMPILE names it elsewhere", "not_found"
        )
    return found


def compile(
    config: Union[str, "os.PathLike[str]", Mapping[str, Any]],
    output: Union[str, "os.PathLike[str]"],
    *,
    programs: Union[str, Sequence[str]] = "sample",
    settings: Optional[Mapping[str, Any]] = None,
    batch: Optional[int] = None,
    target: Optional[str] = None,
    chip: Optional[str] = None,
    precision: Optional[str] = None,
    flags: Sequence[str] = (),
) -> Path:
    """Compiles a configuration to the file ``output``, whose path is the result.

    ``config``: a JSON file, or its content. ``programs``: ``"sample"``, ``"generator"``, ... or several.
    ``settings``: in place of the configuration's, ``{"generator.noise": "concat"}``.
    ``batch``, ``target``, ``chip``, ``precision``: as the flags of dpsims-compile; ``flags``: more of them.
    """
    command = [find_compiler()]
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(config, Mapping):
            path = Path(folder) / "config.json"
            path.write_text(json.dumps(config))
            config = path
        command += [os.fspath(config), "-o", os.fspath(output)]
        for program in [programs] if isinstance(programs, str) else programs:
            command += ["--program", program]
        for key, value in (settings or {}).items():
            command += ["--set", f"{key}={value if isinstance(value, str) else json.dumps(value)}"]
        for flag, value in (("batch", batch), ("target", target), ("chip", chip), ("precision", precision)):
            if value is not None:
                command += [f"--{flag}", str(value)]
        _run(command + list(flags))
    return Path(output)


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    except OSError as error:
        raise Error(f"{command[0]}: {error.strerror}", "io") from error
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error:" in line] or result.stderr.splitlines()
        first = lines[0] if lines else f"{command[0]}: failed with status {result.returncode}"
        raise InvalidError(first.removeprefix("dpsims-compile: error: "), "invalid_argument")
