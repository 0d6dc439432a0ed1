# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models, programs on arrays, the compiler, errors."""

import json
import logging
import os
import pickle

import numpy as np
import pytest
from conftest import SOURCE, read_safetensors, run, write_safetensors

import dpsims


def convolved(x, weight, bias):
    """relu(conv 3x3 + bias) of (1, h, w, c) with weights (o, c, 3, 3)."""
    padded = np.pad(x[0].astype(np.float64), ((1, 1), (1, 1), (0, 0)))
    height, width = x.shape[1:3]
    y = sum(
        padded[i : i + height, j : j + width] @ weight[:, :, i, j].T.astype(np.float64)
        for i in range(3)
        for j in range(3)
    )
    return np.maximum(y + bias, 0)[None]


def test_describes_itself(network):
    model = dpsims.load(*network)
    assert list(model.programs) == ["main"]
    assert model.programs["main"].inputs == (("x", np.float32, (1, 16, 16, 8)),)
    assert model.programs["main"].outputs[0].name == "y"
    assert model.target == "cpu" and model.configuration == {"num_classes": 5}
    assert len(model.classes) == 5 and "network.dpsims" in repr(model)


def test_executes(network):
    model, weights = dpsims.load(*network, plan_cache=""), read_safetensors(network[1])
    x = np.random.default_rng(1).standard_normal((1, 16, 16, 8)).astype(np.float32)
    y = model.execute("main", {"x": x})["y"]
    expected = convolved(x, weights["conv.weight"], weights["conv.bias"])
    assert y.dtype == np.float32 and np.abs(expected).max() > 0.1
    np.testing.assert_allclose(y, expected, atol=1e-4)
    # Other types and layouts are converted, the caller's arrays are written to.
    mine = np.zeros_like(y)
    for same in (x.astype(np.float64), np.asfortranarray(x), x.tolist()):
        mine[:] = 0
        assert model.execute("main", {"x": same}, {"y": mine})["y"] is mine
        assert np.array_equal(mine, y)


def test_trains(tmp_path):
    """The training program of a small model: its weights change, and come back."""
    model_path, weights = tmp_path / "m.dpsims", tmp_path / "w.safetensors"
    dpsims.compile(SOURCE / "models/configs/tiny.json", model_path, programs="train", batch=2)
    run("init", "--model", model_path, "--entry", "train", "--seed", 1, "-o", weights)
    model = dpsims.load(model_path, weights)
    random = np.random.default_rng(1)
    program = model.programs["train"]
    inputs = {
        tensor.name: random.integers(0, 5, tensor.shape) if tensor.dtype == np.int32 else random.random(tensor.shape)
        for tensor in program.inputs
    }
    first = model.read_weights("train")
    assert first.keys() == {tensor.name for tensor in program.variables}
    results = model.execute("train", inputs)
    assert all(np.isfinite(result).all() for result in results.values())
    second = model.read_weights("train")
    assert any(not np.array_equal(first[name], second[name]) for name in first)
    model.write_weights("train", first)
    again = model.execute("train", inputs)
    assert all(np.array_equal(results[name], again[name]) for name in results)
    name = program.variables[0].name
    with pytest.raises(dpsims.InvalidError, match="expected"):
        model.write_weights("train", {name: np.zeros(3)})
    with pytest.raises(dpsims.NotFoundError, match="has no variable"):
        model.write_weights("train", {"none": np.zeros(3)})


def test_refuses_wrong_arrays(network):
    model = dpsims.load(*network, plan_cache="")
    x, y = np.zeros((1, 16, 16, 8), np.float32), np.zeros((1, 16, 16, 8), np.float32)
    frozen = y.copy()
    frozen.flags.writeable = False
    for inputs, outputs, message in (
        ({}, None, "has an input 'x', which is not given"),
        ({"x": x, "z": x}, None, "input 'z': the program has x"),
        ({"x": x[0]}, None, r"input 'x': shape \(16, 16, 8\), expected \(1, 16, 16, 8\)"),
        ({"x": x.astype(complex)}, None, "input 'x': complex128, expected float32"),
        ({"x": x}, {"q": y}, "output 'q': the program has y"),
        ({"x": x}, {"y": y.astype(np.float64)}, "output 'y': expected an array float32"),
        ({"x": x}, {"y": y[:, :, ::-1]}, "output 'y': expected a contiguous array"),
        ({"x": x}, {"y": frozen}, "output 'y': expected a contiguous array"),
        ({"x": x}, {"y": x}, '"y" overlaps "x"'),
    ):
        with pytest.raises(ValueError, match=message):
            model.execute("main", inputs, outputs)
    with pytest.raises(dpsims.NotFoundError, match="has no program 'other'; it has main"):
        model.execute("other", {"x": x})


def test_has_one_line_for_what_is_wrong(network, tmp_path):
    model, weights = network
    (tmp_path / "broken.dpsims").write_bytes(b"no model\n" * 99)
    for work, kind, message in (
        (lambda: dpsims.load("/none/m.dpsims"), dpsims.NotFoundError, "/none/m.dpsims: "),
        (lambda: dpsims.load(tmp_path / "broken.dpsims"), dpsims.InvalidError, "broken.dpsims: "),
        (lambda: dpsims.load(model, convolution="fast"), dpsims.InvalidError, "convolution is 'fast'"),
        (lambda: dpsims.load(model).device("main"), dpsims.InvalidError, "weights"),
        (lambda: dpsims.load(model, "/none.safetensors").device("main"), dpsims.NotFoundError, "/none.safetensors"),
        (lambda: dpsims.load(model, weights, device="tpu").device("main"), dpsims.InvalidError, "tpu"),
        (lambda: dpsims.load(model, weights, threads=5000).device("main"), dpsims.InvalidError, "threads is 5000"),
        (lambda: dpsims.load(model, weights, prefix="ema").device("main"), dpsims.NotFoundError, "ema"),
        (lambda: dpsims.load(model, weights).sample(np.zeros((4, 6), int)), dpsims.NotFoundError, "'sample'"),
    ):
        with pytest.raises(kind) as caught:
            work()
        assert message in str(caught.value) and "\n" not in str(caught.value)
        copy = pickle.loads(pickle.dumps(caught.value))
        assert type(copy) is kind and str(copy) == str(caught.value) and copy.status == caught.value.status


def test_logs(network, tmp_path, caplog):
    model, weights = network
    path = tmp_path / "other.safetensors"
    write_safetensors(path, {f"generator.{name}": value for name, value in read_safetensors(weights).items()})
    with caplog.at_level(logging.INFO, "dpsims"):
        dpsims.load(model, path, plan_cache="").device("main")
    assert 'using the weights below "generator."' in caplog.text


def test_compiles(tmp_path):
    config = json.loads((SOURCE / "models/configs/tiny.json").read_text())
    path = dpsims.compile(
        config, tmp_path / "m.dpsims", programs=["generator", "discriminator"], batch=3,
        settings={"generator.noise": "concat", "generator.instance_edges": False},
    )  # fmt: skip
    model = dpsims.load(path)
    assert set(model.programs) == {"generator", "discriminator"}
    assert model.programs["generator"].inputs[0].shape[0] == 3
    assert model.configuration["generator"]["noise"] == "concat"
    with pytest.raises(dpsims.InvalidError) as caught:
        dpsims.compile(SOURCE / "models/configs/tiny.json", tmp_path / "x", settings={"generator.noise": "none at all"})
    assert "none at all" in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "x").exists()


def test_says_that_there_is_no_compiler(monkeypatch, tmp_path):
    monkeypatch.delenv("DPSIMS_COMPILE")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dpsims.NotFoundError, match="dpsims-compile is not installed"):
        dpsims.compile("x.json", "x.dpsims")
    monkeypatch.setenv("DPSIMS_COMPILE", os.path.join(tmp_path, "none"))
    with pytest.raises(dpsims.Error, match="No such file"):
        dpsims.compile("x.json", "x.dpsims")
