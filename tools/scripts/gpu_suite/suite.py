# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The suite's folder: compiled models, golden cases, and suite.json, which says what they are.

suite.json      what is here, made of which commit
golden/CASE.dpsims, golden/CASE/{inputs,expected}.safetensors
golden/CASE-PRECISION.dpsims where it is not f32
models/NAME.dpsims, models/NAME-PRECISION.dpsims
plans.json      plans for convolutions on GPUs that the maker of the suite named, if any
bin/, lib/      the programs, if the folder is to travel
"""

import json
import pathlib

SCHEMA = 2
MANIFEST = "suite.json"
TIMED = ("sample-1", "training-8", "sample-32")  # models, in each precision
PRECISIONS = ("tf32", "bf16", "f32")  # what people use comes first
PLANS = "plans.json"


def file_name(name, precision="f32"):
    """-> that of a model."""
    return f"{name}.dpsims" if precision == "f32" else f"{name}-{precision}.dpsims"


class SuiteError(Exception):
    """One line for the user."""


def write_manifest(folder, data):
    (folder / MANIFEST).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def add_to_manifest(folder, **fields):
    write_manifest(folder, {**json.loads((folder / MANIFEST).read_text(encoding="utf-8")), **fields})


class Suite:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        path = self.folder / MANIFEST
        try:
            self.data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SuiteError(f"{path}: {error.strerror}") from None
        except ValueError as error:
            raise SuiteError(f"{path}: is not JSON: {error}; pack the suite again") from None
        if not isinstance(self.data, dict) or self.data.get("schema") != SCHEMA:
            raise SuiteError(f"{path}: is of another version of the suite; pack it again")

    def program(self, name):
        return self.folder / self.data["bin"] / name

    def model(self, name, precision="f32"):
        return self.folder / "models" / file_name(name, precision)

    def cases(self, names=None):
        """-> the golden cases, or those of `names`, in their order."""
        cases = self.data["cases"]
        unknown = set(names or ()) - {case["name"] for case in cases}
        if unknown:
            raise SuiteError(f"--cases: no golden case {min(unknown)} in {self.folder}")
        return [case for case in cases if not names or case["name"] in names]
