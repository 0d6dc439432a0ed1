# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs written as ONNX compute what they should in ONNX Runtime and in OpenVINO.

    agreement.py FOLDER [CASE...]

Golden cases are compared with what the reference computed, those on camvid-128 with what dpsims-run computes with the
weights of the repository. FOLDER takes the files. The tools are named by DPSIMS_COMPILE, DPSIMS_RUN and
DPSIMS_GOLDEN_WEIGHTS, or found in PATH.
"""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import openvino
from safetensors.numpy import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "test" / "golden"
WEIGHTS = ROOT / "models" / "weights" / "camvid-128.safetensors"
CAMVID = ROOT / "models" / "configs" / "camvid-128.json"


def trains(program):
    """Has no form in ONNX."""
    return program == "train" or program.endswith("_gradients")


def tool(name, *arguments):
    program = os.environ.get("DPSIMS_" + name.removeprefix("dpsims-").replace("-", "_").upper(), name)
    subprocess.run([program, *map(str, arguments)], check=True)


def run_onnxruntime(path, inputs, outputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options)
    assert {i.name for i in session.get_inputs()} <= set(inputs), "names of inputs"
    feed = {i.name: inputs[i.name] for i in session.get_inputs()}
    return dict(zip(outputs, session.run(list(outputs), feed), strict=True))


def run_openvino(path, inputs, outputs):
    core = openvino.Core()
    model = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    # Of values that become one, a port has all the names.
    result = model({name: inputs[name] for port in model.inputs for name in port.names if name in inputs})
    return {name: result[port] for port in model.outputs for name in port.names if name in outputs}


def check(title, path, inputs, expected, tolerance=1e-4):
    """The file is right, and both runtimes give what is expected; false if not. Bytes may round to the next one."""
    onnx.checker.check_model(path, full_check=True)
    good = True
    for name, run in (("ONNX Runtime", run_onnxruntime), ("OpenVINO", run_openvino)):
        outputs = run(path, inputs, expected)
        assert set(outputs) == set(expected), (title, set(outputs), set(expected))
        worst = 0.0
        for output, wanted in expected.items():
            assert outputs[output].dtype == wanted.dtype and outputs[output].shape == wanted.shape, (title, output)
            difference = np.abs(outputs[output].astype(np.float64) - wanted.astype(np.float64)).max()
            scale = 255 if wanted.dtype == np.uint8 else max(1.0, np.abs(wanted).max())
            slack = 1 / 255 if wanted.dtype == np.uint8 else 0
            worst = max(worst, max(0.0, difference / scale - slack))
        good = good and worst <= tolerance
        print(f"{title}, {name}: {worst:.1e}{'' if worst <= tolerance else f', above {tolerance:.0e}'}", flush=True)
    return good


def golden(folder, case, about):
    config, program = GOLDEN / case / "config.json", about["program"]
    model, weights, path = (folder / f"{case}.{ending}" for ending in ("dpsims", "safetensors", "onnx"))
    select = [config, "--program", program, "--batch", about["batch"]]
    if (text := GOLDEN / case / "model.mlir").exists():
        select += ["--model-text", text]
    tool("dpsims-compile", *select, "-o", model)
    tool("dpsims-golden-weights", model, weights)
    tool("dpsims-compile", *select, "--to", "onnx", "--weights", weights, "-o", path)
    inputs, expected = (load_file(GOLDEN / case / f"{name}.safetensors") for name in ("inputs", "expected"))
    good = check(case, path, inputs, expected)
    for file in (model, weights, path):
        file.unlink()
    return good


def street():
    """Labels in regions, some of no class, and noise."""
    rows, columns = np.mgrid[0:128, 0:128]
    labels = ((rows // 24 + columns // 40) % 12).astype(np.int32)
    labels[5:9, 30:60] = -1
    noise = np.random.default_rng(1).standard_normal((1, 64)).astype(np.float32)
    return {"labels": labels[None], "z": noise}


def camvid(folder, program, flags=(), tolerance=1e-4, ending="onnx"):
    title = " ".join(["camvid-128", program, *flags] + [ending] * (ending != "onnx"))
    inputs, outputs, model, path = (
        folder / f"camvid.{name}" for name in ("inputs.safetensors", "outputs.safetensors", "dpsims", ending)
    )
    save_file(street(), inputs)
    tool("dpsims-compile", CAMVID, "--program", program, "-o", model)
    tool("dpsims-run", "execute", "--model", model, "--weights", WEIGHTS, "--inputs", inputs, "--outputs", outputs)
    tool("dpsims-compile", CAMVID, "--program", program, "--to", "onnx", "--weights", WEIGHTS, "-o", path, *flags)
    if ending != "onnx":
        onnx.save(onnx.load(path), path := folder / "camvid.onnx")
    names = {tensor.name for tensor in onnx.load(path, load_external_data=False).graph.initializer}
    assert "encoder.stem.weight" in names, "names of weights"
    return check(title, path, load_file(inputs), load_file(outputs), tolerance)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cases = json.loads((GOLDEN / "cases.json").read_text())
    wanted = sys.argv[2:] or [case for case in cases if not trains(cases[case]["program"])] + ["camvid-128"]
    good = True
    for case in wanted:
        if case != "camvid-128":
            good &= golden(folder, case, cases[case])
            continue
        good &= camvid(folder, "generator")
        good &= camvid(folder, "sample")
        good &= camvid(folder, "generator", ["--external-data"])
        good &= camvid(folder, "generator", ending="textproto")
        good &= camvid(folder, "generator", ["--weight-type", "f16"])
        good &= camvid(folder, "generator", ["--weight-type", "bf16", "--external-data"], 1e-2)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
