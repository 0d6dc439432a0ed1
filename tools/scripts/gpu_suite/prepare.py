# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the suite's folder in a clone: compiles models, copies golden cases."""

import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys

import process
from checks import ROUNDED_CASES
from plans import make_plans
from suite import PLANS, PRECISIONS, SCHEMA, TIMED, SuiteError, file_name, write_manifest
from training_run import MODEL

COMPILE_SECONDS = 600
RECORD_SECONDS = 1200
CONFORMANCE = "kernels-cuda"  # as dpsims-conformance looks for it
SUMS = "dpsims-kernel-sums"
RECORDED = ("sample-1", CONFORMANCE)


def git(root, *words):
    try:
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def commit_of(root):
    """-> the commit, with a + if files differ from it; "unknown" outside a clone."""
    commit = git(root, "rev-parse", "--short=12", "HEAD")
    return commit + ("+" if git(root, "status", "--porcelain", "--untracked-files=no") else "") if commit else "unknown"


def read_cases(root, chosen):
    cases = json.loads((root / "test/golden/cases.json").read_text(encoding="utf-8"))
    unknown = set(chosen or ()) - set(cases)
    if unknown:
        raise SuiteError(f"--cases: no golden case {min(unknown)} in {root / 'test/golden'}")
    return [{"name": name, **case} for name, case in cases.items() if not chosen or name in chosen]


def models_of(root, config, kernels):
    """-> (name, arguments of dpsims-compile) of the programs that are timed, of the conformance suite's and of the
    training run's."""
    shapes = ["--set", "data.dataset=shapes", "--set", 'data.pictures={"train": 8, "val": 4}']
    return [
        ("sample-1", [config, "--program", "sample", "--batch", 1]),
        ("sample-32", [config, "--program", "sample", "--batch", 32]),
        ("generator-1", [config, "--program", "generator", "--batch", 1]),
        ("training-8", [config, "--training", "--batch", 8]),
        (CONFORMANCE, [kernels]),
        (MODEL, [root / "models/configs/tiny.json", "--training", "--batch", 2, *shapes]),
    ]


def compile_all(compiler, work, jobs):
    """`work`: (folder, name, arguments, precisions)."""

    def one(item):
        folder, name, words, precision = item
        words = [*words, "--target", "cuda", "--precision", precision, "-o", folder / file_name(name, precision)]
        try:
            process.run_command([compiler, *words], COMPILE_SECONDS)
        except process.CommandError as error:
            raise SuiteError(str(error)) from None

    single = [(*item[:3], precision) for item in work for precision in item[3]]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, single))


def copy_case(root, case, golden):
    folder = golden / case["name"]
    folder.mkdir()
    for name in ("inputs.safetensors", "expected.safetensors"):
        shutil.copy(root / "test/golden" / case["name"] / name, folder)


def configuration(root, name):
    path = pathlib.Path(name)
    path = path if path.suffix else root / "models/configs" / f"{name}.json"
    if not path.is_file():
        raise SuiteError(f"--config {name}: {path} is not there")
    return path


def record_sums(program, folder, library):
    """What each kernel leaves on random data, on the emulated device whose library is in `library`."""
    (folder / "kernels").mkdir()
    environment = {**os.environ, "DPSIMS_CUDA_LIBRARY_DIR": str(library)}
    for name in RECORDED:
        process.run_command(
            [program, folder / "models" / f"{name}.dpsims", "--record", folder / "kernels" / f"{name}.safetensors"],
            RECORD_SECONDS,
            environment,
        )


def add_plans(program, folder, options):
    """The plan cache that --plans names, with what --plans-for adds to it."""
    cache = options.plans or folder / PLANS
    make_plans(program, folder, options.plans_for, cache)
    if options.plans:
        shutil.copy(cache, folder / PLANS)


def make_kernels(root, folder):
    """The conformance suite's programs."""
    path = folder / "kernels.mlir"
    process.run_command([sys.executable, root / "test/conformance/make-kernels.py", "-o", path], COMPILE_SECONDS)
    return path


def check(root, options):
    """SuiteError: what the flags name is not there. Known before anything is built."""
    configuration(root, options.config)
    read_cases(root, options.cases)
    if options.plans and not options.plans_for and not options.plans.is_file():
        raise SuiteError(f"--plans {options.plans}: is not there, and no --plans-for says for which GPU to make it")


def prepare(root, folder, options, tools, programs, record=True):
    """Recreates `folder` with the programs in `tools`; `programs`: where the suite finds its own, from `folder`.

    `record`: what kernels compute is recorded too, if the emulated device is there; takes minutes."""
    config = configuration(root, options.config)
    cases = read_cases(root, options.cases)
    shutil.rmtree(folder, ignore_errors=True)
    golden, models = folder / "golden", folder / "models"
    golden.mkdir(parents=True)
    models.mkdir()
    for case in cases:
        copy_case(root, case, golden)
    shutil.copy(config, folder / "config.json")
    work = [
        (models, name, words, PRECISIONS if name in (*TIMED, "generator-1") else ("f32",))
        for name, words in models_of(root, config, make_kernels(root, folder))
    ]
    for case in cases:
        words = [root / "test/golden" / case["name"] / "config.json", "--program", case["program"]]
        precisions = PRECISIONS if case["name"] in ROUNDED_CASES else ("f32",)
        work.append((golden, case["name"], [*words, "--batch", case["batch"]], precisions))
    compile_all(tools / "dpsims-compile", work, os.cpu_count() or 1)
    add_plans(tools / "dpsims-run", folder, options)
    emulated = options.emulated or root / "build/release/lib/emulated"
    if record and emulated.is_dir() and (tools / SUMS).is_file():
        record_sums(tools / SUMS, folder, emulated)
    write_manifest(
        folder,
        {
            "schema": SCHEMA,
            "commit": commit_of(root),
            "config": config.stem,
            "bin": str(programs),
            "cases": cases,
            "made": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        },
    )
