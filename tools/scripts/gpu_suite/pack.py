# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds the programs, and packs them with the suite's folder into one file."""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile

import prepare
from suite import SuiteError, add_to_manifest

PROGRAMS = ("dpsims-run", "dpsims-golden-weights", "dpsims-golden-compare", "dpsims-kernel-sums")
CONFORMANCE = "dpsims-conformance"  # needs GoogleTest, so it is part of builds with tests
LIBRARY = "libdpsims-cuda.so"
REFERENCE = "test/reference"
TOP = "dpsims-gpu-suite"


def build(root, preset, targets, *definitions):
    """Configures where it must, and builds some targets; progress goes to stderr."""
    folder = root / "build" / preset
    commands = [["cmake", "--build", folder, "-j", str(os.cpu_count()), "--target", *targets]]
    if definitions or not (folder / "build.ninja").is_file():
        commands.insert(0, ["cmake", "--preset", preset, *definitions])
    for command in commands:
        done = subprocess.run(
            [str(word) for word in command], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if "unknown target 'dpsims-cuda'" in done.stdout:
            raise SuiteError(
                f"{folder}: is built without the CUDA device; it needs the CUDA toolkit, 12.8 or newer, "
                f"and cuDNN 9.8 or newer: install them, then cmake --preset {preset}"
            )
        if done.returncode:
            lines = [line for line in done.stdout.splitlines() if "rror" in line] or done.stdout.splitlines()
            raise SuiteError(f"{' '.join(map(str, command))}: {lines[-1] if lines else 'failed'}")
    return folder / "bin"


def has_tests(root, preset):
    cache = root / "build" / preset / "CMakeCache.txt"
    return not cache.is_file() or "DPSIMS_TESTS:BOOL=ON" in cache.read_text(encoding="utf-8", errors="replace")


def programs_of(root, preset):
    return [*PROGRAMS, CONFORMANCE] if has_tests(root, preset) else [*PROGRAMS]


def tools_folder(root, options):
    """-> what makes the suite's files."""
    planner = ["dpsims-run", "dpsims-cuda"] if options.plans_for else []
    return options.bin or build(root, "release", ["dpsims-compile", "dpsims-kernel-sums", *planner])


def runtime_folder(root, options):
    """-> the programs that travel: without the CPU device and its libraries."""
    return options.bin or build(root, "gpu-suite", ["dpsims-cuda", *programs_of(root, "gpu-suite")])


def run_folder(root, options):
    """-> a plain build's programs, brought up to date."""
    return options.bin or build(root, "release", ["dpsims-compile", "dpsims-cuda", *programs_of(root, "release")])


def strip(path):
    subprocess.run(["strip", path], check=True)


def copy_programs(source, folder):
    for name in ("bin", "lib"):
        (folder / name).mkdir()
    library = source.parent / "lib" / LIBRARY
    if not library.is_file():
        raise SuiteError(f"{library}: is not there: the CUDA device was not built; it needs the CUDA toolkit and cuDNN")
    strip(shutil.copy(library, folder / "lib"))
    for name in (*PROGRAMS, CONFORMANCE):
        path = source / name
        if path.is_file():
            strip(shutil.copy(path, folder / "bin"))
        elif name != CONFORMANCE:
            raise SuiteError(f"{path}: is not there; build it, or leave --bin out")


def copy_scripts(root, folder, reference):
    scripts = root / "tools/scripts"
    for name in ("gpu-suite.sh", "gpu-results.py", "flags.py"):
        shutil.copy(scripts / name, folder)
    shutil.copytree(scripts / "gpu_suite", folder / "gpu_suite", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("networks.py", "compare-pytorch-gpu.py", "time-pytorch-training.py"):
        shutil.copy(root / "test/benchmarks" / name, folder)
    shutil.copytree(reference or root / REFERENCE, folder / "reference", ignore=shutil.ignore_patterns("__pycache__"))


def needed(folder):
    """-> what the programs ask of a machine: the newest version of glibc's and libstdc++'s symbols, libraries."""
    versions, libraries = {}, set()
    for path in sorted(folder.glob("bin/*")) + sorted(folder.glob("lib/*")):
        text = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
        libraries |= set(re.findall(r"NEEDED\s+(\S+)", text))
        for family, version in re.findall(r"\b(GLIBC|GLIBCXX)_([0-9.]+)", text):
            numbers = tuple(map(int, version.split(".")))
            versions[family] = max(versions.get(family, ()), numbers)
    return {
        **{family: ".".join(map(str, numbers)) for family, numbers in versions.items()},
        "libraries": sorted(libraries),
    }


def require_writable(path):
    if not path.parent.is_dir():
        raise SuiteError(f"-o {path}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SuiteError(f"-o {path}: cannot be written")


def pack(root, options):
    """-> the file, and what it needs."""
    require_writable(options.file)
    prepare.check(root, options)
    tools = tools_folder(root, options)
    source = runtime_folder(root, options)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / TOP
        prepare.prepare(root, folder, options, tools, "bin")
        copy_programs(source, folder)
        copy_scripts(root, folder, options.reference)
        needs = needed(folder)
        add_to_manifest(folder, needs=needs)
        with tarfile.open(options.file, "w:xz" if options.file.suffix == ".xz" else "w:gz") as archive:
            archive.add(folder, TOP)
    return options.file, needs
