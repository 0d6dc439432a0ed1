# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks and times dpsims on a GPU: results.json and a table, gpu.md.

gpu-suite.sh run                 all steps, in nine minutes
gpu-suite.sh run --short         versions, some golden cases, sampling: 100 s
gpu-suite.sh pack -o FILE        makes a file for a machine without compiler and network:
                                 copy it there, tar xf FILE, dpsims-gpu-suite/gpu-suite.sh run
"""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile

CONFIG = "ade20k-256"
SCRIPTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))

import driver  # noqa: E402
import flags  # noqa: E402
import libraries  # noqa: E402
import pack  # noqa: E402
import prepare  # noqa: E402
import process  # noqa: E402
from runner import Context, Results, left_out, run_steps, say  # noqa: E402
from steps import STEPS  # noqa: E402
from suite import MANIFEST, Suite, SuiteError  # noqa: E402


def root_of_clone():
    root = SCRIPTS.parents[1]
    return root if (root / "CMakePresets.json").is_file() else None


def names(text):
    return tuple(name for name in text.split(",") if name)


def positive(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def folder(text):
    path = pathlib.Path(text).resolve()
    if not path.is_dir():
        raise ValueError
    return path


def folder_with(name):
    """-> the type of a flag: a folder that has the file `name`."""

    def check(text):
        path = pathlib.Path(text).resolve()
        if not (path / name).is_file():
            raise argparse.ArgumentTypeError(f"{text}: has no {name}")
        return path

    return check


def program(text):
    if not shutil.which(text):
        raise argparse.ArgumentTypeError(f"{text}: there is no such program")
    return text


def file(text):
    path = pathlib.Path(text).resolve()
    if not path.is_file():
        raise ValueError
    return path


def step_names(text):
    chosen = names(text)
    unknown = set(chosen) - {step.name for step in STEPS}
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(
            f"no step {min(unknown, default=repr(text))}; there are " + ", ".join(step.name for step in STEPS)
        )
    return ("versions", *chosen)


def add_common(parser):
    parser.add_argument(
        "--config",
        default=CONFIG,
        metavar="NAME",
        help=f"what is timed: a name in models/configs, or a file ({CONFIG})",
    )
    parser.add_argument("--cases", type=names, metavar="A,B", help="only these golden cases")
    parser.add_argument("--bin", type=folder, metavar="DIR", help="take built programs from there, build nothing")
    parser.add_argument(
        "--reference",
        type=folder_with("dpsims_torch/__init__.py"),
        metavar="DIR",
        help="another folder with dpsims_torch, the method in PyTorch (test/reference)",
    )
    parser.add_argument(
        "--emulated",
        type=folder_with(pack.LIBRARY),
        metavar="DIR",
        help="where the emulated device's libdpsims-cuda.so is: pack records with it what kernels "
        "compute, run makes a dry run on it",
    )


def add_run(commands):
    run = commands.add_parser("run", description="Runs the suite on this machine's GPU.")
    add_common(run)
    run.add_argument("--short", action="store_true", help="versions, some golden cases, sampling of batch 1")
    run.add_argument(
        "--steps",
        type=step_names,
        default=(),
        metavar="A,B",
        help="only versions and these: " + ", ".join(step.name for step in STEPS[1:]),
    )
    run.add_argument(
        "--output",
        type=pathlib.Path,
        default=pathlib.Path("gpu-results"),
        metavar="DIR",
        help="for results.json, gpu.md and suite.log (gpu-results)",
    )
    run.add_argument(
        "--limit",
        type=positive,
        default=540,
        metavar="S",
        help="seconds for the steps (540); a clone builds and compiles before they begin",
    )
    run.add_argument(
        "--jobs",
        type=positive,
        default=min(4, os.cpu_count() or 1),
        metavar="N",
        help="golden cases, or parts of the conformance tests, at a time",
    )
    run.add_argument("--python", type=program, default=sys.executable, metavar="FILE", help="a Python that has PyTorch")


def add_pack(commands):
    make = commands.add_parser("pack", description="Packs programs, models and scripts into one file.")
    add_common(make)
    make.add_argument(
        "-o",
        "--output",
        dest="file",
        type=pathlib.Path,
        default=pathlib.Path("dpsims-gpu-suite.tar.xz"),
        metavar="FILE",
        help="dpsims-gpu-suite.tar.xz; .gz is larger",
    )
    make.add_argument(
        "--plans-for",
        type=file,
        action="append",
        default=[],
        metavar="DEVICE.json",
        help="a GPU, described as for dpsims-run plans: its plans for convolutions are packed too; takes minutes",
    )
    make.add_argument(
        "--plans",
        type=pathlib.Path,
        metavar="FILE",
        help="plan cache to pack, of an earlier run or pack; --plans-for adds what is missing to it",
    )


def parse_arguments():
    parser = flags.Parser(__doc__, prog="gpu-suite.sh")
    commands = parser.add_subparsers(dest="command", required=True, metavar="run|pack", parser_class=flags.Parser)
    add_run(commands)
    add_pack(commands)
    return parser.parse_args()


def open_suite(options):
    """-> the packed suite that this script is part of, or one made of the clone."""
    if (SCRIPTS / MANIFEST).is_file():
        if options.bin or options.config != CONFIG:
            raise SuiteError(
                "--bin and --config: a packed suite has programs and models of its own; use them in a clone"
            )
        return Suite(SCRIPTS)
    root = root_of_clone()
    if not root:
        raise SuiteError(f"{SCRIPTS}: neither a clone nor a packed suite: {MANIFEST} is missing; unpack it again")
    options.plans, options.plans_for = None, ()
    prepare.check(root, options)
    say(f"building and compiling the suite's models; then come the steps, {options.limit} s at most")
    programs = pack.run_folder(root, options)
    made = options.output / "suite"
    steps = {step.name for step in STEPS if not left_out(options, step)}
    prepare.prepare(root, made, options, programs, programs, record="kernels" in steps)
    return Suite(made)


def environment_of(options, suite):
    environment = dict(os.environ)
    needed = suite.data.get("needs", {}).get("libraries", ())
    environment["LD_LIBRARY_PATH"] = libraries.library_path(options.python, needed)
    if options.emulated:
        environment["DPSIMS_CUDA_LIBRARY_DIR"] = str(options.emulated)
    environment["PATH"] = os.pathsep.join([environment.get("PATH", os.defpath), "/usr/local/cuda/bin"])
    return environment


def write_table(options, environment):
    process.run_command(
        [sys.executable, SCRIPTS / "gpu-results.py", options.output / "results.json", "-o", options.output / "gpu.md"],
        60,
        environment,
    )


def run(options):
    """-> true if results are right."""
    if not options.emulated:
        driver.require_gpu()
    options.output.mkdir(parents=True, exist_ok=True)
    suite = open_suite(options)
    packed, root = suite.folder == SCRIPTS, root_of_clone()
    options.scripts = SCRIPTS if packed else root / "test/benchmarks"
    options.reference = options.reference or (SCRIPTS / "reference" if packed else root / pack.REFERENCE)
    suite.cases(options.cases)  # before the first step
    results = Results(options.output / "results.json")
    results.data.update(
        commit=suite.data["commit"],
        config=suite.data["config"],
        short=options.short,
        emulated=bool(options.emulated),
        limit=options.limit,
    )
    environment = environment_of(options, suite)
    with tempfile.TemporaryDirectory(prefix="dpsims-gpu-suite-") as work:
        environment["XDG_CACHE_HOME"] = work
        passed = run_steps(Context(suite, options, results, pathlib.Path(work), environment), STEPS)
    results.data["passed"] = passed
    results.write()
    write_table(options, environment)
    say(f"{'all checks passed' if passed else 'checks FAILED'}: {options.output / 'gpu.md'}")
    return passed


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        if options.command == "run":
            return 0 if run(options) else 1
        root = root_of_clone()
        if not root:
            raise SuiteError("pack: only a clone can be packed")
        path, needs = pack.pack(root, options)
        print(
            f"{path}: {path.stat().st_size / 1e6:.1f} MB; needs {', '.join(needs.pop('libraries'))}; "
            + ", ".join(f"{family} {version}" for family, version in needs.items())
        )
        return 0
    except (SuiteError, process.CommandError) as error:
        sys.exit(f"gpu-suite.sh: error: {error}")
    except OSError as error:
        sys.exit(f"gpu-suite.sh: error: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit("gpu-suite.sh: error: interrupted; results.json has the steps that are done")


if __name__ == "__main__":
    sys.exit(main())
