#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a page of tables of the GPU suite's results.

gpu-results.py results.json -o docs/results/gpu.md
"""

import json
import pathlib
import sys

import flags

SCHEMA = 1
LONGEST_LABEL = 80
VERDICTS = {True: "all checks passed.", False: "**checks failed.**"}


class ResultsError(Exception):
    pass


def read(path):
    try:
        data = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ResultsError(
            f'{path}: has no "schema": {SCHEMA}; it must be a results.json of gpu-suite.sh of this version'
        )
    return data


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows] + [""]


def milliseconds(seconds):
    return "" if seconds is None else f"{seconds * 1e3:.2f} ms"


def rate(per_second, unit, scale):
    return "" if not per_second else f"{per_second / scale:.1f} {unit}"


def share(value, ceiling):
    return f"{100 * value / ceiling:.0f} %" if value and ceiling else ""


def heading(data):
    device = data.get("device", {})
    name = device.get("description") or device.get("name") or "no device"
    commit, date = data.get("commit", "unknown"), data.get("date", "")
    command = "tools/scripts/gpu-suite.sh run" + (" --short" if data.get("short") else "")
    verdict = VERDICTS.get(data.get("passed"), "stopped before the end.")
    lines = [
        "# Results on a GPU" + (", emulated: a dry run" if data.get("emulated") else ""),
        "",
        f"{name}; commit {commit}; {date[:10]}; `{command}`: {verdict}",
        "",
    ]
    versions = {
        **{key: value for key, value in device.items() if key not in ("name", "description")},
        **data.get("versions", {}),
    }
    lines += [", ".join(f"{key} {value}" for key, value in versions.items()) + ".", ""] if versions else []
    return lines + [*(f"    {line}" for line in data.get("devices", [])), ""]


def steps(data):
    rows = [
        (step["title"], step["status"], f"{step['seconds']:.1f} s", step.get("reason", ""))
        for step in data.get("steps", [])
    ]
    return ["## Steps", "", *table(("step", "status", "time", ""), rows)]


def golden(data):
    entries = data.get("golden", [])
    if not entries:
        return []
    rows = []
    for precision in sorted({entry["precision"] for entry in entries}):
        own = [entry for entry in entries if entry["precision"] == precision]
        good = [entry for entry in own if entry["status"] == "passed"]
        # Of training, errors are relative to a tolerance of their kind.
        plain = [entry for entry in good if not is_training(entry["case"])]
        trained = [entry for entry in good if is_training(entry["case"])]
        worst = max(plain, key=lambda entry: entry["error"], default=None)
        rows.append(
            (
                precision,
                f"{len(good)} of {len(own)}",
                f"{worst['error']:.1e} ({worst['case']})" if worst else "",
                f"{max(entry['error'] for entry in trained):.2f}" if trained else "",
            )
        )
    header = ("precision", "passed", "largest relative error", "training: largest share of the tolerance")
    lines = ["## Golden cases", "", *table(header, rows)]
    bad = [
        (entry["case"], entry["precision"], entry["status"], entry.get("reason", f"{entry.get('error', 0):.2g}"))
        for entry in entries
        if entry["status"] != "passed"
    ]
    return lines + (table(("case", "precision", "status", "error"), bad) if bad else [])


def is_training(case):
    return case.startswith("train-") or "-gradients-" in case


def conformance(data):
    rows = [
        (entry["precision"], entry["passed"], len(entry["failed"]), ", ".join(entry["failed"][:8]))
        for entry in data.get("conformance", [])
    ]
    header = ("precision", "passed", "failed", "")
    return ["## Every kind of step against plain loops", "", *table(header, rows)] if rows else []


def kernels(data):
    rows = [
        (
            entry["model"],
            f"{entry['agree']} of {entry['arguments']}",
            f"{entry['worst']:.1e}",
            "; ".join(entry["failures"][:4]),
        )
        for entry in data.get("kernels", [])
    ]
    header = ("kernels of", "results that agree", "largest difference", "")
    return ["## Kernels against recorded sums", "", *table(header, rows)] if rows else []


def sanitizer(data):
    rows = [
        (entry["tool"], entry["case"], entry["status"], entry.get("summary", "")) for entry in data.get("sanitizer", [])
    ]
    return ["## compute-sanitizer", "", *table(("tool", "case", "status", "summary"), rows)] if rows else []


# In results.json: "ceilings", by PyTorch; "machine", by dpsims-run bench.
CEILINGS = (
    ("copy_bytes_per_second", None, "copy, bytes read and written", "TB/s"),
    ("f32_flops", "f32", "f32", "TFLOP/s"),
    ("tf32_flops", "TF32", "TF32", "TFLOP/s"),
    ("bf16_flops", "bf16", "bf16", "TFLOP/s"),
)


def ceilings(data):
    by_torch, machine = data.get("ceilings", {}), data.get("machine", {})
    rows = []
    for key, name, title, unit in CEILINGS:
        own = machine.get("flops", {}).get(name) if name else machine.get("bandwidth")
        rows.append((title, rate(by_torch.get(key), unit, 1e12), rate(own, unit, 1e12)))
    header = ("what", by_torch.get("by", "PyTorch"), "dpsims-run bench")
    return ["## Ceilings", "", *table(header, rows)] if by_torch or machine else []


def ceiling(data, precision):
    """-> operations a second that are possible at best, or None."""
    name = {"tf32": "TF32"}.get(precision, precision)
    return data.get("ceilings", {}).get(f"{precision}_flops") or data.get("machine", {}).get("flops", {}).get(name)


def plans(data):
    rows = [
        (
            entry["model"],
            entry["precision"],
            f"{entry['engines']} of {entry['convolutions']}",
            f"{entry['seconds']:.1f} s",
        )
        for entry in data.get("plans", [])
    ]
    header = ("model", "precision", "different convolutions with an engine", "time")
    packed = f"{data.get('packed_plans', 0)} plans for this GPU came with the suite."
    return ["## Plans for convolutions", "", packed, "", *table(header, rows)] if rows else []


def bench_row(data, entry):
    if "reason" in entry:
        return (entry["model"], entry["precision"], entry["mode"], "", "", "", "", "", "", entry["reason"])
    seconds, device = entry["median_seconds"], entry["device_seconds"]
    flops = entry["flops"] / device if device else 0
    memory = sum(entry.get("memory", {}).get(key, 0) for key in ("arena", "constants", "variables", "workspace"))
    return (
        entry["model"],
        entry["precision"],
        entry["mode"],
        milliseconds(device),
        milliseconds(seconds),
        f"{entry['batch'] / seconds:.1f}" if seconds else "",
        rate(flops, "TFLOP/s", 1e12),
        share(flops, ceiling(data, entry["precision"])),
        f"{memory / 1e9:.2f} GB",
        "",
    )


def benches(data, section, title):
    entries = data.get(section, [])
    if not entries:
        return []
    header = (
        "model",
        "precision",
        "launched by",
        "on the device",
        "with copies",
        "images/s",
        "speed",
        "of the ceiling",
        "memory",
        "",
    )
    lines = [f"## {title}", "", *table(header, [bench_row(data, entry) for entry in entries])]
    for entry in entries:
        if entry.get("kinds"):
            lines += kinds(entry)
    return lines


def shortened(label):
    """Kernels of many parts have long names."""
    return label if len(label) <= LONGEST_LABEL else f"{label[:LONGEST_LABEL]}..."


def kinds(entry):
    total = sum(kind["seconds"] for kind in entry["kinds"].values()) or 1
    rows = [
        (
            name,
            kind["steps"],
            milliseconds(kind["seconds"]),
            share(kind["seconds"], total),
            rate(kind["flops"] / kind["seconds"] if kind["seconds"] else 0, "TFLOP/s", 1e12),
            rate(kind["bytes"] / kind["seconds"] if kind["seconds"] else 0, "GB/s", 1e9),
        )
        for name, kind in sorted(entry["kinds"].items(), key=lambda item: -item[1]["seconds"])
    ]
    slow = [
        (shortened(step["label"]), step["implementation"], milliseconds(step["seconds"]))
        for step in entry.get("steps", [])[:8]
    ]
    return [
        f"{entry['model']}, {entry['precision']}, {entry['mode']}, by kind, one step at a time:",
        "",
        *table(("kind", "steps", "time", "share", "speed", "memory"), rows),
        *table(("slowest steps", "implementation", "time"), slow),
    ]


def pytorch(data):
    return [*pytorch_generator(data), *pytorch_training(data)]


def pytorch_generator(data):
    found = data.get("pytorch", {})
    rows = [
        (
            entry["contender"],
            entry["precision"],
            milliseconds(entry.get("seconds")),
            f"{entry['error']:.1e}" if entry.get("error") is not None else "",
            entry.get("reason", ""),
        )
        for entry in found.get("contenders", [])
    ]
    if not rows:
        return []
    return [
        "## PyTorch on the same weights",
        "",
        f"The generator, batch {found.get('batch', 1)}, PyTorch {found.get('torch', '')}; errors are relative to "
        "PyTorch in f64.",
        "",
        *table(("contender", "precision", "time", "relative error", ""), rows),
    ]


def pytorch_training(data):
    rows = [
        (
            "PyTorch eager",
            entry["precision"],
            entry["batch"],
            milliseconds(entry.get("seconds")),
            f"{entry['memory'] / 1e9:.2f} GB" if entry.get("memory") else "",
            entry.get("reason", ""),
        )
        for entry in data.get("pytorch_training", [])
    ]
    if not rows:
        return []
    return ["An iteration of training:", "", *table(("contender", "precision", "batch", "time", "memory", ""), rows)]


def ratios(data):
    rows = [(entry["what"], f"{entry['ratio']:.2f}") for entry in data.get("ratios", [])]
    return table(("dpsims against the faster of PyTorch's", "times as fast"), rows) if rows else []


def page(data):
    lines = [
        *heading(data),
        *steps(data),
        *golden(data),
        *conformance(data),
        *kernels(data),
        *sanitizer(data),
        *ceilings(data),
        *plans(data),
        *benches(data, "bench", "Sampling"),
        *benches(data, "training", "Training"),
        *pytorch(data),
        *ratios(data),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = flags.Parser(__doc__)
    parser.add_argument("results", help="results.json")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the page, Markdown")
    arguments = parser.parse_args()
    try:
        text = page(read(arguments.results))
        pathlib.Path(arguments.output).write_text(text, encoding="utf-8")
    except ResultsError as error:
        sys.exit(f"gpu-results.py: error: {error}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        sys.exit(f"gpu-results.py: error: {arguments.results}: is damaged: {type(error).__name__} {error}")
    except OSError as error:
        sys.exit(f"gpu-results.py: error: {arguments.output}: {error.strerror}")


if __name__ == "__main__":
    main()
