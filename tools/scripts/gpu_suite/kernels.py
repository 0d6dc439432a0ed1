# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether single steps and kernels are right, and keep to their memory."""

import concurrent.futures
import re
import shutil

import process
from checks import case_words
from runner import Skip

REFUSED = "Device not supported"  # as on some virtual machines
SANITIZED_CASES = ("generator-attention", "train-fast")
CONFORMANCE = {"f32": (), "tf32": ("--tf32",)}


# ===---------------------------------------------------------------------------------------------------------------===#
# Every kind of step against plain loops
# ===---------------------------------------------------------------------------------------------------------------===#


def shard(context, flags, index):
    """Runs one of --jobs parts of the tests; -> (tests that passed, names of those that failed)."""
    environment = {"GTEST_TOTAL_SHARDS": str(context.options.jobs), "GTEST_SHARD_INDEX": str(index)}
    _, text = context.command(
        [
            context.suite.program("dpsims-conformance"),
            "--device",
            "cuda",
            "--models",
            context.suite.folder / "models",
            "--gtest_brief=1",
            *flags,
        ],
        environment,
        allowed=(0, 1),
    )
    passed = re.search(r"PASSED  \] (\d+) test", text)
    if not passed:
        raise process.unexpected(text)
    return int(passed[1]), re.findall(r"^\[  FAILED  \] (\w[^ ,]*\.[^ ,\n]*)", text, re.M)


def conformance(context):
    if not context.suite.program("dpsims-conformance").exists():
        raise Skip("dpsims-conformance is not there: configure with -DDPSIMS_TESTS=ON")
    failures = []
    with concurrent.futures.ThreadPoolExecutor(context.options.jobs) as pool:
        parts = {
            precision: [pool.submit(shard, context, flags, index) for index in range(context.options.jobs)]
            for precision, flags in CONFORMANCE.items()
        }
        for precision, work in parts.items():
            done = [part.result() for part in work]
            failed = sorted({name for _, names in done for name in names})
            context.record(
                "conformance", {"precision": precision, "passed": sum(passed for passed, _ in done), "failed": failed}
            )
            failures += failed
    if failures:
        raise process.CommandError(f"{len(failures)} tests failed: {failures[0]}", failures[: process.TAIL_LINES])


# ===---------------------------------------------------------------------------------------------------------------===#
# Every kernel against what it computed on the emulated device
# ===---------------------------------------------------------------------------------------------------------------===#


def recorded_sums(context):
    """Compares each kernel's results with the sums that the emulated device left."""
    recorded = sorted((context.suite.folder / "kernels").glob("*.safetensors"))
    if not recorded:
        raise Skip("the suite was made without the emulated device, which records what kernels compute")
    bad = []
    for sums in recorded:
        words = [context.suite.program("dpsims-kernel-sums"), context.suite.model(sums.stem), "--expected", sums]
        _, text = context.command(words, allowed=(0, 1))
        found = re.search(r"(\d+) of (\d+) arguments agree, largest difference (\S+)", text)
        if not found:
            raise process.unexpected(text)
        differing = re.findall(r"^(?:differs by|is written).*", text, re.M)
        context.record(
            "kernels",
            {
                "model": sums.stem,
                "agree": int(found[1]),
                "arguments": int(found[2]),
                "worst": float(found[3]),
                "failures": differing,
            },
        )
        bad += differing
    if bad:
        raise process.CommandError(f"{len(bad)} results differ: {bad[0]}", bad[: process.TAIL_LINES])


# ===---------------------------------------------------------------------------------------------------------------===#
# compute-sanitizer
# ===---------------------------------------------------------------------------------------------------------------===#


def sanitizer(context):
    if not shutil.which("compute-sanitizer", path=context.environment["PATH"]):
        raise Skip("compute-sanitizer is not in the PATH")
    cases = [case for case in context.suite.cases() if case["name"] in SANITIZED_CASES]
    if not cases:
        raise Skip(f"the suite has none of {', '.join(SANITIZED_CASES)}")
    failures = []
    for case in cases:
        for tool in ("memcheck", "racecheck"):
            entry = {"tool": tool, "case": case["name"]}
            try:
                text = sanitized(context, tool, case)
                entry.update(status="passed", summary=process.tail_of(text)[-1])
            except process.CommandError as error:
                if any(REFUSED in line for line in error.tail):
                    raise Skip(f"compute-sanitizer: {REFUSED}") from None
                late = isinstance(error, process.OutOfTime)
                entry.update(status="timed out" if late else "failed", summary=str(error))
                failures += [] if late else [error]
            context.record("sanitizer", entry)
    if failures:
        raise failures[0]


def sanitized(context, tool, case):
    words = ["compute-sanitizer", "--tool", tool, "--error-exitcode", "9", *case_words(context, case)]
    return context.command(words)[1]
