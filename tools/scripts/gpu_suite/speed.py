# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The device's ceilings, sampling, training."""

import json

import process
from runner import Skip
from suite import PRECISIONS

SLOWEST = 40  # steps of a program that results.json keeps
TRAINING_BATCH = 8
MODES = {"graph": (), "stream": ("--no-graph",)}


def generator_weights(context):
    """-> the generator's first weights, made once."""
    path = context.work / "generator.safetensors"
    if not path.exists():
        context.dpsims("init", "--model", context.suite.model("sample-1"), "--seed", "1", "-o", path)
    return path


def by_kind(steps):
    kinds = {}
    for step in steps:
        kind = kinds.setdefault(step["kind"], {"steps": 0, "seconds": 0.0, "flops": 0.0, "bytes": 0.0})
        kind["steps"] += 1
        for figure in ("seconds", "flops", "bytes"):
            kind[figure] += step[figure]
    return kinds


def bench(context, name, precision, mode, *flags, runs):
    """Times a model; -> its figures, without the fast ones of its steps."""
    path = context.work / f"{name}-{precision}-{mode}.json"
    context.dpsims(
        "bench",
        "--model",
        context.suite.model(name, precision),
        *flags,
        *MODES[mode],
        "--runs",
        runs,
        "--json",
        path,
    )
    figures = json.loads(path.read_text(encoding="utf-8"))
    context.results.data.setdefault("device", {})["description"] = figures["device"]
    context.results.data["machine"] = figures.pop("machine")
    steps = figures.pop("steps")
    return {
        **figures,
        "model": name,
        "precision": precision,
        "mode": mode,
        "launches": len(steps),
        "kinds": by_kind(steps),
        "steps": sorted(steps, key=lambda step: -step["seconds"])[:SLOWEST],
    }


def benches(context, section, work):
    """Times each (model, precision, mode, flags, runs); a failure costs the others nothing."""
    failures = []
    for name, precision, mode, flags, runs in work:
        try:
            context.record(section, bench(context, name, precision, mode, *flags, runs=runs))
        except process.OutOfTime:
            raise
        except process.CommandError as error:
            context.record(section, {"model": name, "precision": precision, "mode": mode, "reason": str(error)})
            failures.append(error)
    if failures:
        raise failures[0]


def sampling(context):
    weights = ("--weights", generator_weights(context))
    work = [("sample-1", precision, mode, weights, 50) for precision in PRECISIONS for mode in MODES]
    if not context.options.short:
        work += [("sample-32", precision, "graph", weights, 4) for precision in PRECISIONS]
    benches(context, "bench", work)


def training(context):
    flags = ("--entry", "train")
    name = f"training-{TRAINING_BATCH}"
    benches(context, "training", [(name, precision, "graph", flags, 4) for precision in PRECISIONS])


# Independent of dpsims: what PyTorch reaches with a large copy and large products.
CEILINGS = """
import json, statistics, torch
def seconds(run, repetitions=10):
    for _ in range(3):
        run()
    events = [torch.cuda.Event(enable_timing=True) for _ in range(repetitions + 1)]
    events[0].record()
    for event in events[1:]:
        run()
        event.record()
    torch.cuda.synchronize()
    return statistics.median(a.elapsed_time(b) for a, b in zip(events, events[1:])) / 1e3
source = torch.randn(1 << 29, device="cuda")
target = torch.empty_like(source)
found = {"copy_bytes_per_second": 2 * 4 * source.numel() / seconds(lambda: target.copy_(source))}
del source, target
def product(dtype, tf32):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    a, b = (torch.randn(8192, 8192, device="cuda").to(dtype) for _ in range(2))
    return 2 * 8192**3 / seconds(lambda: a @ b)
found["bf16_flops"] = product(torch.bfloat16, False)
found["tf32_flops"] = product(torch.float32, True)
found["f32_flops"] = product(torch.float32, False)
found["device"] = torch.cuda.get_device_name()
found["torch"] = torch.__version__
print(json.dumps(found))
"""


def require_torch(context):
    ask = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    if context.command([context.options.python, "-c", ask], allowed=(0, 1))[0]:
        raise Skip(f"{context.options.python} has no PyTorch; --python names one that has")


def ceilings(context):
    """A large copy and large products on random data, by PyTorch where it is."""
    require_torch(context)
    text = context.command([context.options.python, "-c", CEILINGS])[1]
    found = json.loads(text.strip().splitlines()[-1])
    context.results.data["ceilings"] = {"by": "PyTorch " + found.pop("torch"), **found}
