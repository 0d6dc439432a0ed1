# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models for the tests. The programs and the folder of the sources are named by the environment: see CMakeLists.txt."""

import json
import os
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dpsims

SOURCE = Path(os.environ["DPSIMS_SOURCE"])


def run(*arguments):
    """dpsims-run."""
    subprocess.run([os.environ["DPSIMS_RUN"], *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="session")
def street():
    return SOURCE / "test/data/street.png"


@pytest.fixture(scope="session")
def camvid_files(tmp_path_factory):
    """The trained generator, compiled for two photos at a time, and its weights."""
    model = tmp_path_factory.mktemp("camvid") / "camvid.dpsims"
    assert dpsims.compile(SOURCE / "models/configs/camvid-128.json", model, batch=2) == model
    return model, SOURCE / "models/weights/camvid-128.safetensors"


@pytest.fixture(scope="session")
def camvid(camvid_files):
    return dpsims.load(*camvid_files)


def make_model(kind, folder):
    path = folder / f"{kind}.dpsims"
    subprocess.run([os.environ["DPSIMS_MAKE_MODEL"], kind, str(path)], check=True)
    return path


@pytest.fixture
def painter(tmp_path):
    """Pictures of 4 x 6 pixels: red is 40 times the label, -1 is 255; no weights."""
    return dpsims.load(make_model("painter", tmp_path), plan_cache="", threads=1)


@pytest.fixture
def network(tmp_path):
    """main: x (1, 16, 16, 8) -> relu(conv 3x3) -> y; and its weights' file."""
    model, weights = make_model("network", tmp_path), tmp_path / "network.safetensors"
    run("init", "--model", model, "--seed", 3, "-o", weights)
    return model, weights


def read_safetensors(path):
    """The tensors of f32 of a file, by name."""
    data = Path(path).read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + size + begin : 8 + size + end], "<f4").reshape(tensor["shape"])
    return tensors


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, value in tensors.items():
        offsets = [len(data), len(data) + value.nbytes]
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": offsets}
        data += value.astype("<f4").tobytes()
    text = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)
