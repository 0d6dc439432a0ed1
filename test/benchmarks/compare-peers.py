#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compiled models against PyTorch, torch.compile, ONNX Runtime, OpenVINO and JAX, on the same weights and inputs.

    compare-peers.py --tools build/release/bin
    compare-peers.py --tools build/release/bin --case generator:camvid-128:8 --case train:camvid-128:8 --precision bf16

A case is PROGRAM:CONFIGURATION:BATCH; programs are generator, features (the discriminator's backbone) and train (an
iteration); a configuration is a name in models/configs, or a path. Each contender is alone in a process of its own, and
they take turns: a slow moment of the machine hits all of them. The tables have the medians of the rounds.

The first time it makes a Python environment with the packages of test/benchmarks/requirements.txt (6 GB), in
build/peers or where --environment says. torch.compile needs a C++ compiler.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import re
import signal
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
DEFAULT_CASES = ("generator:camvid-128:1", "generator:camvid-128:8", "generator:ade20k-256:1")
# Who takes part: ONNX Runtime's processor kernels have no bf16, and it and OpenVINO and, here, JAX do not train.
SAMPLING = {
    "f32": ("dpsims", "PyTorch eager", "torch.compile", "ONNX Runtime", "OpenVINO", "JAX"),
    "bf16": ("dpsims", "PyTorch eager", "torch.compile", "OpenVINO", "JAX"),
}
TRAINING = ("dpsims", "PyTorch eager", "torch.compile")
# With --avx2: what limits each library.
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}


def fail(message):
    sys.exit(f"compare-peers.py: error: {message}")


def say(message):
    print(message, file=sys.stderr, flush=True)


class Case:
    def __init__(self, text):
        self.text = text
        program, _, rest = text.partition(":")
        configuration, _, batch = rest.rpartition(":")
        if program not in ("generator", "features", "train") or not batch.isdigit() or int(batch) == 0:
            fail(f"--case {text}: must be PROGRAM:CONFIGURATION:BATCH with generator, features or train as program")
        path = pathlib.Path(configuration)
        self.config = path if path.suffix else ROOT / "models/configs" / f"{configuration}.json"
        if not self.config.is_file():
            fail(f"--case {text}: {self.config}: no such configuration")
        self.program, self.batch = program, int(batch)

    def contenders(self, precision):
        return TRAINING if self.program == "train" else SAMPLING[precision]


class Worker:
    """A contender's process; contenders.py describes the lines."""

    def __init__(self, options, name, task, log):
        self.name, self.log = name, log
        command = [str(options.python), str(FOLDER / "contenders.py"), name, str(task)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(log, "wb"), env=options.variables
        )
        self.answer = self.read()

    def read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def turn(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        return self.read()

    def reason(self):
        """Why it answers no more."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with status {self.process.wait()}"

    def close(self):
        self.process.kill()
        self.process.wait()


class Neighbors:
    """Programs that keep a processor busy each, between enter and exit."""

    def __init__(self, count):
        command = [sys.executable, "-c", "while True: pass"]
        self.processes = [subprocess.Popen(command) for _ in range(count)]
        self.send(signal.SIGSTOP)

    def send(self, number):
        for process in self.processes:
            process.send_signal(number)

    def __enter__(self):
        self.send(signal.SIGCONT)

    def __exit__(self, *_):
        self.send(signal.SIGSTOP)

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


def run_tool(options, name, *words):
    done = subprocess.run([str(options.tools / name), *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        fail(f"{name} {' '.join(map(str, words))}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")


def make_task(options, case, precision, folder):
    """Compiles the model and writes what contenders.py reads; -> the task's file, operations of a run."""
    (folder / "config.json").write_text(case.config.read_text())
    model, weights = folder / f"{precision}.dpsims", folder / "weights.safetensors"
    chip = ["--chip", "x86-64-v3"] if options.avx2 else []
    words = [case.config, "--program", case.program, "--batch", case.batch, "--precision", precision, *chip]
    run_tool(options, "dpsims-compile", *words, "-o", model)
    task = folder / f"{precision}.json"
    values = {"program": case.program, "batch": case.batch, "threads": options.threads, "precision": precision}
    values.update(repetitions=options.repetitions, tools=str(options.tools), folder=str(folder))
    task.write_text(json.dumps({**values, "reference": str(options.reference)}))
    if case.program == "train":
        run_tool(
            options, "dpsims-run", "bench", "--model", model, "--runs", 1
        )  # measures its algorithms once a machine
        return task, None
    if not weights.exists():
        run_tool(options, "dpsims-run", "init", "--model", model, "--seed", 1, "-o", weights)
    worker = Worker(options, "prepare", task, folder / "prepare.log")
    worker.process.wait()
    if not worker.answer:
        fail(f"{case.text}: the reference: {worker.reason()}")
    return task, worker.answer["flops"]


def start(options, case, precision, task):
    """-> the contenders that are ready, one after the other; what the others say is told."""
    workers = []
    for name in case.contenders(precision):
        if options.contender and name not in ("dpsims", *options.contender):
            continue
        say(f"  {name}, {precision} ...")
        worker = Worker(options, name, task, task.with_name(f"{name}-{precision}.log"))
        if worker.answer:
            workers.append(worker)
        else:
            say(f"  {name}: takes no part: {worker.reason()}")
    return workers


def compete(options, workers):
    """-> by contender the medians of its turns, alone and beside the neighbors, and its peak memory."""
    neighbors = Neighbors(options.neighbors)
    results = {worker.name: {"alone": [], "beside": [], **worker.answer} for worker in workers}
    try:
        for number in range(options.rounds):
            say(f"  round {number + 1} of {options.rounds}")
            for worker in workers[number % len(workers) :] + workers[: number % len(workers)]:
                take_turn(worker, results[worker.name], "alone")
                if options.neighbors:
                    with neighbors:
                        take_turn(worker, results[worker.name], "beside")
    finally:
        neighbors.close()
    return results


def take_turn(worker, result, condition):
    answer = worker.turn()
    if not answer:
        fail(f"{worker.name}: {worker.reason()}")
    result[condition].append(statistics.median(answer["seconds"]))
    result["memory"] = answer["memory"]


def measure(options, case, precision):
    """-> {"case", "precision", "flops", "contenders": ...}"""
    say(f"{case.text}, {precision}")
    with tempfile.TemporaryDirectory() as name:
        task, flops = make_task(options, case, precision, pathlib.Path(name))
        workers = start(options, case, precision, task)
        try:
            results = compete(options, workers)
        finally:
            for worker in workers:
                worker.close()
    return {"case": case.text, "precision": precision, "flops": flops, "contenders": results}


def table(result, neighbors):
    """-> Markdown."""
    contenders, flops = result["contenders"], result["flops"]
    medians = {name: statistics.median(entry["alone"]) for name, entry in contenders.items()}
    peers = [seconds for name, seconds in medians.items() if name != "dpsims"]
    work = f", {flops / 1e9:.1f} GFLOP" if flops else ""
    lines = [f"{result['case']}, {result['precision']}{work}", ""]
    beside = f" beside {neighbors} busy | slower |" if neighbors else ""
    lines += [f"| | ms | fastest | GFLOP/s | memory | differs by |{beside} of the best peer's time |"]
    lines += ["|---" * (lines[-1].count("|") - 1) + "|"]
    for name, entry in sorted(contenders.items(), key=lambda item: medians[item[0]]):
        seconds = medians[name]
        cells = [name, f"{1e3 * seconds:.1f}", f"{1e3 * min(entry['alone']):.1f}"]
        cells += [f"{flops / seconds / 1e9:.0f}" if flops else "", f"{entry['memory'] / 2**30:.2f} GiB"]
        cells += ["" if entry["error"] is None else f"{entry['error']:.1e}"]
        if neighbors:
            slow = statistics.median(entry["beside"])
            cells += [f"{1e3 * slow:.1f}", f"{slow / seconds:.2f}"]
        cells += [f"{seconds / min(peers):.2f}" if peers else ""]
        lines.append("| " + " | ".join(cells) + " |")
    if peers:
        lines += ["", f"{min(peers) / medians['dpsims']:.2f} times as fast as the best peer."]
    return "\n".join(lines) + "\n"


def make_environment(folder):
    """-> the Python of an environment that has the packages."""
    python = folder / "bin/python"
    done, wanted = folder / "requirements.txt", (FOLDER / "requirements.txt").read_text()
    if not (done.is_file() and done.read_text() == wanted):
        say(f"making {folder}: downloads some GB")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", FOLDER / "requirements.txt"], check=True)
        done.write_text(wanted)
    return python


def processor():
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.*)", cpuinfo.read_text()) if cpuinfo.is_file() else None
    return found[1] if found else platform.processor()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be at least 1")
    return number


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add, processors = parser.add_argument, len(os.sched_getaffinity(0))
    add("--tools", type=pathlib.Path, required=True, metavar="DIR", help="folder of dpsims-compile and dpsims-run")
    add("--case", action="append", metavar="PROGRAM:CONFIGURATION:BATCH", help=f"default: {', '.join(DEFAULT_CASES)}")
    add("--precision", action="append", choices=sorted(SAMPLING), help="of all contenders; may be repeated (f32)")
    add("--contender", action="append", choices=SAMPLING["f32"][1:], help="this peer; may be repeated (all)")
    add("--threads", type=positive, default=processors, help="of each contender, and processors that it sees (all)")
    add("--rounds", type=positive, default=5, help="in which the contenders take turns (5)")
    add("--repetitions", type=positive, default=5, help="runs in a turn (5)")
    add("--neighbors", type=int, default=0, metavar="N", help="time beside so many busy programs, too")
    add("--avx2", action="store_true", help="limit all contenders to AVX2")
    add("--environment", type=pathlib.Path, default=ROOT / "build/peers", metavar="DIR", help="build/peers")
    add("--python", type=pathlib.Path, help="an interpreter that has the packages, in place of an environment")
    add("--reference", type=pathlib.Path, default=ROOT / "test/reference", help="folder of dpsims_torch")
    add("--json", type=pathlib.Path, help="write every figure there")
    options = parser.parse_args()
    options.tools = options.tools.resolve()
    if not (options.tools / "dpsims-run").is_file():
        fail(f"{options.tools}: no dpsims-run there")
    return options


def main():
    options = parse_arguments()
    cases = [Case(text) for text in options.case or DEFAULT_CASES]
    options.python = options.python or make_environment(options.environment)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    limits = AVX2 if options.avx2 else {}
    options.variables = {**os.environ, "OMP_NUM_THREADS": str(options.threads), "JAX_PLATFORMS": "cpu", **limits}
    print(f"{processor()}, {options.threads} threads{', AVX2' if options.avx2 else ''}\n")
    results = []
    for case in cases:
        for precision in options.precision or ("f32",):
            results.append(measure(options, case, precision))
            print(table(results[-1], options.neighbors), flush=True)
            if options.json:
                options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
