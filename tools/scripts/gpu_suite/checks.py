# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is here, and whether whole programs give right results."""

import concurrent.futures
import importlib.metadata
import platform
import re
import time

import process
from runner import NoDevice
from suite import file_name

# TF32 keeps 10 bits of the mantissa, bf16 7; networks of normalized layers stay within this of f32.
ROUNDED_TOLERANCES = {"tf32": 1e-2, "bf16": 2e-2}
ROUNDED_CASES = (
    "generator-none",
    "generator-attention",
    "generator-concat",
    "discriminator-none",
    "features-resnet18",
    "features-convnext-atto",
)
SHORT_CASES = (
    "generator-none",
    "generator-attention",
    "discriminator-bn",
    "features-convnext-atto",
    "features-efficientnet-b0",
    "generator-gradients-paper",
    "train-fast",
)
SMOKE_CASE = "generator-none"
# How dpsims-run begins when no case can run: without GPU, driver, libraries or CUDA device.
DEVICE_MISSING = "compiled for cuda, "


# ===---------------------------------------------------------------------------------------------------------------===#
# 0. versions
# ===---------------------------------------------------------------------------------------------------------------===#


def first_line(context, words):
    try:
        return context.command(words, seconds=10)[1].strip().splitlines()[-1]
    except (process.CommandError, IndexError):
        return None


def package_version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def gpu_figures(context):
    """-> what nvidia-smi says of the first GPU, or {}."""
    names = ("name", "driver_version", "memory.total", "compute_cap", "clocks.max.sm", "power.limit")
    line = first_line(context, ["nvidia-smi", f"--query-gpu={','.join(names)}", "--format=csv,noheader", "--id=0"])
    values = [value.strip() for value in line.split(",")] if line else []
    return dict(zip((name.replace(".", "_") for name in names), values)) if len(values) == len(names) else {}


def versions(context):
    data = context.results.data
    data["device"] = gpu_figures(context)
    # What is there and what is missing, as dpsims-run finds it.
    data["devices"] = context.dpsims("info", "--devices").splitlines()
    found = {
        "dpsims": context.dpsims("--version").strip(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "nvcc": first_line(context, ["nvcc", "--version"]),
        "compute-sanitizer": first_line(context, ["compute-sanitizer", "--version"]),
        "torch": package_version("torch"),
        "triton": package_version("triton"),
    }
    data["versions"] = {name: version for name, version in found.items() if version}


# ===---------------------------------------------------------------------------------------------------------------===#
# 1. and 2. golden cases
# ===---------------------------------------------------------------------------------------------------------------===#


def judges_itself(case):
    """Programs of training have tolerances by kind, in a program of their own."""
    return case["program"] == "train" or case["program"].endswith("_gradients")


def worst_error(text):
    """-> the largest figure of what `dpsims-run execute` or dpsims-golden-compare printed, or None."""
    found = re.findall(r"relative error (\S+?),?(?:\s|$)", text)
    found = found or re.findall(r"^\s*(\S+) of the tolerance", text, re.M)
    return max((float(value) for value in found), default=None)


def case_words(context, case, precision="f32"):
    """-> the command that runs a golden case, whose weights are made once."""
    folder, name = context.suite.folder / "golden", case["name"]
    weights = context.work / f"{name}.weights.safetensors"
    if not weights.exists():
        context.command([context.suite.program("dpsims-golden-weights"), folder / file_name(name), weights])
    return [
        context.suite.program("dpsims-run"),
        "execute",
        "--model",
        folder / file_name(name, precision),
        "--weights",
        weights,
        "--inputs",
        folder / name / "inputs.safetensors",
    ]


def run_case(context, case, precision="f32", tolerance=1e-4, environment=None):
    """Runs one golden case; -> the largest error, relative to the expected, or to the tolerance for training."""
    words = case_words(context, case, precision)
    expected = context.suite.folder / "golden" / case["name"] / "expected.safetensors"
    if judges_itself(case):
        outputs = context.work / f"{case['name']}.outputs.safetensors"
        context.command([*words, "--outputs", outputs], environment=environment)
        status, text = context.command(
            [context.suite.program("dpsims-golden-compare"), "--kinks", expected, outputs], allowed=(0, 1)
        )
    else:
        status, text = context.command(
            [*words, "--expected", expected, "--tolerance", tolerance], environment=environment, allowed=(0, 1)
        )
    error = worst_error(text)
    if error is None:
        raise process.unexpected(text)
    return error, status == 0


def golden_entry(context, case, precision, tolerance):
    """Runs a case and records it; -> its entry."""
    entry = {"case": case["name"], "precision": precision}
    start = time.monotonic()
    try:
        error, within = run_case(context, case, precision, tolerance)
        entry.update(status="passed" if within else "failed", error=error)
    except process.CommandError as failure:
        late = isinstance(failure, process.OutOfTime)
        entry.update(status="timed out" if late else "failed", reason=str(failure), tail=failure.tail)
    entry["seconds"] = round(time.monotonic() - start, 2)
    context.record("golden", entry)
    return entry


def smoke(context):
    """One case with a synchronization after each step, so that a first fault has a name."""
    names = {case["name"] for case in context.suite.cases()}
    case = context.suite.cases([SMOKE_CASE] if SMOKE_CASE in names else [min(names)])[0]
    try:
        error, within = run_case(context, case, environment={"DPSIMS_CHECKED": "1"})
    except process.CommandError as failure:
        if DEVICE_MISSING in str(failure):
            raise NoDevice(str(failure)) from None
        raise
    if not within:
        raise process.CommandError(f"{case['name']}: relative error {error:g}")


def golden(context):
    chosen = context.options.cases or (SHORT_CASES if context.options.short else None)
    cases = context.suite.cases(chosen)
    work = [(case, "f32", 1e-4) for case in cases]
    for precision, tolerance in ROUNDED_TOLERANCES.items():
        work += [(case, precision, tolerance) for case in cases if case["name"] in ROUNDED_CASES]
    with concurrent.futures.ThreadPoolExecutor(context.options.jobs) as pool:
        entries = list(pool.map(lambda words: golden_entry(context, *words), work))
    bad = [entry for entry in entries if entry["status"] != "passed"]
    if bad:
        kind = process.OutOfTime if all(entry["status"] == "timed out" for entry in bad) else process.CommandError
        lines = [
            f"{entry['case']} {entry['precision']}: " + entry.get("reason", f"error {entry.get('error', 0):g}")
            for entry in bad
        ]
        raise kind(f"{len(bad)} of {len(entries)} cases: {lines[0]}", lines)
