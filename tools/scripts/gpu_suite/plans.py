# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plans for convolutions: made for GPUs elsewhere when the suite is made, finished on the GPU before it is timed."""

import concurrent.futures
import json
import os
import re
import shutil
import time

import process
from suite import PLANS, PRECISIONS, TIMED, SuiteError, file_name

PLAN_SECONDS = 3600


def make_plans(program, folder, devices, cache):
    """Adds to the plan cache `cache` what it lacks for the GPUs that the files `devices` describe."""

    def one(words):
        try:
            process.run_command([program, "plans", *words, "-o", cache], PLAN_SECONDS)
        except process.CommandError as error:
            raise SuiteError(str(error)) from None

    work = [
        (folder / "models" / file_name(name, precision), "--for", device)
        for device in devices
        for name in TIMED
        for precision in PRECISIONS
    ]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(one, work))


def take_plans(folder, device, cache):
    """Writes those plans of the suite that are for this device, as the user's own cache; -> how many.

    The rest stays out: each run of dpsims-run would read it."""
    try:
        packed = json.loads((folder / PLANS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0
    mine = {machine: plans for machine, plans in packed["machines"].items() if machine.startswith(f"{device}, ")}
    if mine:
        cache.parent.mkdir(exist_ok=True)
        cache.write_text(json.dumps({**packed, "machines": mine}), encoding="utf-8")
    return sum(map(len, mine.values()))


def device_name(context):
    """-> the first GPU's, as dpsims-run tells it: "cuda:0  NVIDIA H100 80GB HBM3, sm_90, ..."."""
    found = re.search(r"^\s*cuda:0\s+(.*?), sm_", "\n".join(context.results.data.get("devices", [])), re.M)
    return found[1] if found else ""


def plan(context, name, precision):
    start = time.monotonic()
    text = context.dpsims("plans", context.suite.model(name, precision))
    found = re.search(r"(\d+) of (\d+) different convolutions have an engine", text)
    context.record(
        "plans",
        {
            "model": name,
            "precision": precision,
            "engines": int(found[1]),
            "convolutions": int(found[2]),
            "seconds": round(time.monotonic() - start, 2),
        },
    )


def plans(context):
    """Measures cuDNN's engines for each convolution once; the steps after this one find them in the plan cache, and
    whoever packs the next suite in the results."""
    cache = context.work / "dpsims" / "plans.json"
    context.results.data["packed_plans"] = take_plans(context.suite.folder, device_name(context), cache)
    names = TIMED[:1] if context.options.short else TIMED
    for precision in PRECISIONS:
        for name in names:
            try:
                plan(context, name, precision)
            finally:
                if cache.exists():  # what a command that is stopped has saved counts too
                    shutil.copy(cache, context.options.output / PLANS)
