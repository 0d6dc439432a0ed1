# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One contender of compare-peers.py in a process of its own.

    contenders.py NAME TASK.json

It loads the network, warms up, writes {"error": the outputs' relative difference from the reference's} as a line, and
waits. For each line that it reads it runs the network as often as the task says and writes {"seconds": of each run,
"memory": the process's peak in bytes}. NAME `prepare` makes the inputs and the reference's outputs instead, and writes
{"flops": of a run}.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import networks

WARM_UP = 3


class Task:
    """A network, its inputs and what the reference makes of them. Files are in `folder`."""

    def __init__(self, values):
        self.program, self.batch, self.threads = values["program"], values["batch"], values["threads"]
        self.precision, self.repetitions = values["precision"], values["repetitions"]
        self.tools, self.folder = pathlib.Path(values["tools"]), pathlib.Path(values["folder"])
        self.model = self.folder / f"{self.precision}.dpsims"
        self.weights, self.inputs = self.folder / "weights.safetensors", self.folder / "inputs.safetensors"
        self.expected = self.folder / "expected.safetensors"
        self.reference = networks.load_reference(values["reference"])
        self.config = json.loads((self.folder / "config.json").read_text())

    def network(self):
        """-> the reference's network with its weights folded, and new inputs by name."""
        return getattr(networks, self.program)(self.reference, self.config, self.batch, self.weights)

    def load_inputs(self):
        """-> in the network's order."""
        from safetensors.torch import load_file

        loaded = load_file(self.inputs)
        return [loaded[name] for name in self.names()]

    def names(self):
        return json.loads((self.folder / "names.json").read_text())

    def error(self, outputs):
        """-> the worst output's."""
        from safetensors.torch import load_file

        expected = load_file(self.expected)
        return max(networks.relative_error(expected[name], tensor) for name, tensor in outputs.items())


def named(outputs):
    """A tensor, or the list of a backbone's taps, by the names that compiled models give them."""
    if isinstance(outputs, (list, tuple)):
        return {f"tap{i}": tensor.float() for i, tensor in enumerate(outputs)}
    return {"image": outputs.float()}


def as_tensors(arrays):
    import torch

    tensors = [torch.from_numpy(array.copy()) for array in arrays]
    return tensors[0] if len(tensors) == 1 else tensors


class PyTorch:
    """Eager, in channels-last."""

    compiled = False

    def __init__(self, task):
        import torch

        torch.set_num_threads(task.threads)
        self.half = task.precision == "bf16"
        if task.program == "train":
            self.make_training(task)
        else:
            self.make_network(task)

    def make_training(self, task):
        import torch

        if self.half:
            networks.keep_spectral_norm_wide(task.reference)
        iterations = networks.TrainingIterations(task.reference, task.config, task.batch, compiled=self.compiled)

        def run():
            with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                iterations.run()

        self.run, self.outputs = run, dict

    def make_network(self, task):
        import torch

        net = task.network()[0].to(memory_format=torch.channels_last)
        inputs = [self.laid_out(tensor) for tensor in task.load_inputs()]
        net = net.bfloat16() if self.half else net
        if self.compiled:
            import torch._inductor.config as inductor

            inductor.freezing = True
            net = torch.compile(net)
        self.run = lambda: net(*inputs)
        self.outputs = lambda: named(self.run())

    def laid_out(self, tensor):
        import torch

        tensor = tensor.contiguous(memory_format=torch.channels_last) if tensor.dim() == 4 else tensor
        return tensor.bfloat16() if self.half and tensor.is_floating_point() else tensor


class TorchCompile(PyTorch):
    """With its weights frozen, in channels-last; the networks of a training iteration compiled each."""

    compiled = True


class OnnxRuntime:
    """On the file that PyTorch exports, with all optimizations."""

    def __init__(self, task):
        import onnxruntime
        import torch

        net, inputs = task.network()[0], task.load_inputs()
        path = task.folder / "network.onnx"
        if not path.exists():
            torch.onnx.export(net, tuple(inputs), path, input_names=task.names(), dynamo=True, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = task.threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        arrays = {name: tensor.numpy() for name, tensor in zip(task.names(), inputs)}
        self.run = lambda: session.run(None, arrays)
        self.outputs = lambda: named(as_tensors(self.run()))


class OpenVino:
    """With the hints for one request at a time."""

    def __init__(self, task):
        import openvino

        net, inputs = task.network()[0], task.load_inputs()
        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": task.threads,
            "INFERENCE_PRECISION_HINT": task.precision,
        }
        model = openvino.convert_model(net, example_input=tuple(inputs))
        for place, tensor in zip(model.inputs, inputs):
            place.get_node().set_partial_shape(openvino.PartialShape(list(tensor.shape)))
        model.validate_nodes_and_infer_types()
        compiled, arrays = openvino.compile_model(model, "CPU", hints), [tensor.numpy() for tensor in inputs]
        self.run = lambda: compiled(arrays)
        self.outputs = lambda: named(as_tensors(list(self.run().values())))


class Jax:
    """The network as torchax hands it to XLA, compiled as one function."""

    def __init__(self, task):
        import jax
        import torchax
        from torchax.interop import JittableModule

        net, inputs = task.network()[0], task.load_inputs()
        if task.precision == "bf16":
            net = net.bfloat16()
            inputs = [tensor.bfloat16() if tensor.is_floating_point() else tensor for tensor in inputs]
        with torchax.default_env():
            jitted = JittableModule(net.to("jax"))
            values = [tensor.to("jax") for tensor in inputs]

        def run():
            with torchax.default_env():
                return jax.block_until_ready(jax.tree.map(lambda leaf: leaf.jax(), jitted(*values)))

        self.run = run
        self.outputs = lambda: named(
            as_tensors([jax.numpy.float32(leaf).__array__() for leaf in jax.tree.leaves(run())])
        )


class Dpsims:
    """A compiled model: its own benchmark, which loads it each time, measures."""

    def __init__(self, task):
        self.task, self.times = task, task.folder / "times.json"
        self.weights = [] if task.program == "train" else ["--weights", task.weights]
        self.shared = ["--model", task.model, "--threads", task.threads, *self.weights]

    def tool(self, command, *more):
        words = [self.task.tools / "dpsims-run", command, *self.shared, *more]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode:
            sys.exit((done.stderr.strip().splitlines() or ["dpsims-run: no message"])[-1])

    def outputs(self):
        if self.task.program == "train":
            return {}
        from safetensors.torch import load_file

        path = self.task.folder / "outputs.safetensors"
        self.tool("execute", "--inputs", self.task.inputs, "--outputs", path)
        return {name: tensor.float() for name, tensor in load_file(path).items()}

    def turn(self):
        self.tool("bench", "--runs", self.task.repetitions, "--json", self.times)
        found = json.loads(self.times.read_text())
        return {"seconds": [found["median_seconds"]], "memory": found["memory"]["resident_peak"]}


CONTENDERS = {
    "dpsims": Dpsims,
    "PyTorch eager": PyTorch,
    "torch.compile": TorchCompile,
    "ONNX Runtime": OnnxRuntime,
    "OpenVINO": OpenVino,
    "JAX": Jax,
}


def peak_memory():
    """-> of this process in bytes. Of getrusage's the parent's would be a part."""
    return 1024 * int(re.search(r"VmHWM:\s*(\d+)", pathlib.Path("/proc/self/status").read_text())[1])


def turn(contender, repetitions):
    if isinstance(contender, Dpsims):
        return contender.turn()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        contender.run()
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds, "memory": peak_memory()}


def prepare(task):
    """Makes inputs and the reference's outputs; -> how many operations a run has."""
    import torch
    from safetensors.torch import save_file
    from torch.utils.flop_counter import FlopCounterMode

    torch.manual_seed(1)
    net, inputs = task.network()
    with FlopCounterMode(display=False) as counter:
        outputs = net(*inputs.values())
    save_file({name: tensor.contiguous() for name, tensor in inputs.items()}, task.inputs)
    save_file({name: tensor.contiguous() for name, tensor in named(outputs).items()}, task.expected)
    (task.folder / "names.json").write_text(json.dumps(list(inputs)))
    return counter.get_total_flops()


def compete(name, task, reply):
    contender = CONTENDERS[name](task)
    outputs = contender.outputs()
    if not isinstance(contender, Dpsims):
        for _ in range(WARM_UP if task.program != "train" else 2):
            contender.run()
    reply({"error": task.error(outputs) if outputs else None})
    for _ in sys.stdin:
        reply(turn(contender, task.repetitions))


def main():
    name, path = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")  # what libraries print is none
    os.dup2(2, 1)

    def reply(values):
        answers.write(json.dumps(values) + "\n")
        answers.flush()

    task = Task(json.loads(pathlib.Path(path).read_text()))
    import torch

    with torch.set_grad_enabled(task.program == "train"):
        if name == "prepare":
            reply({"flops": prepare(task)})
        else:
            compete(name, task, reply)


if __name__ == "__main__":
    main()
