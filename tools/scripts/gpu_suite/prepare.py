# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the suite's folder in a clone: compiles models, copies golden cases."""
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import subprocess

import process
from suite import MANIFEST, SCHEMA, SuiteError

COMPILE_SECONDS = 600


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


def models_of(config):
    """-> (name, arguments of dpsims-compile) of the programs that are timed."""
    return [("sample-1", [config, "--program", "sample", "--batch", 1]),
            ("sample-32", [config, "--program", "sample", "--batch", 32]),
            ("generator-1", [config, "--program", "generator", "--batch", 1]),
            ("training-8", [config, "--training", "--batch", 8])]


def compile_all(compiler, work, jobs):
    """`work`: (target, arguments)."""
    def one(item):
        target, words = item
        try:
            process.run_command([compiler, *words, "--target", "cuda", "-o", target], COMPILE_SECONDS)
        except process.CommandError as error:
            raise SuiteError(str(error)) from None

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, work))


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


def prepare(root, folder, options, compiler, programs):
    """Makes `folder` anew. `programs`: where the suite finds its programs, from `folder`."""
    config = configuration(root, options.config)
    cases = read_cases(root, options.cases)
    shutil.rmtree(folder, ignore_errors=True)
    golden, models = folder / "golden", folder / "models"
    golden.mkdir(parents=True)
    models.mkdir()
    for case in cases:
        copy_case(root, case, golden)
    shutil.copy(config, folder / "config.json")
    work = [(models / f"{name}.dpsims", words) for name, words in models_of(config)]
    work += [(golden / f"{case['name']}.dpsims",
              [root / "test/golden" / case["name"] / "config.json", "--program", case["program"], "--batch", case["batch"]])
             for case in cases]
    compile_all(compiler, work, os.cpu_count() or 1)
    manifest = {"schema": SCHEMA, "commit": commit_of(root), "config": config.stem, "bin": str(programs), "cases": cases,
                "made": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
