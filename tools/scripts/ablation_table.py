# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What train-ablations.py reads of a variant's runs, and the table that it makes of them."""

import os
import statistics

from ablation_list import AblationError, shown

SCORES = ("frechet", "diversity")
HEADER = [
    "variant",
    "settings",
    "steps",
    "Frechet, first",
    "best",
    "at step",
    "last",
    "diversity",
    "loss g",
    "loss d",
    "s an iteration",
]


def numbers_of(line, columns):
    """-> a row as a dictionary, or None"""
    try:
        values = [float(value) for value in line.split(",")]
    except ValueError:
        return None
    row = dict(zip(columns, values))
    return row if len(values) == len(columns) and row["step"].is_integer() else None


def rows_of(path, required=(), torn=False):
    """-> the rows of a run's table as dictionaries of numbers; a last row without its end is none, as for dpsims-run.

    torn: what follows the first faulty row is left out; dpsims-run writes it again if the run goes on before it."""
    try:
        header, *lines = path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1] or [""]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AblationError(f"{path}: {error.strerror}") from None
    columns = header.split(",")
    for column in ("step", *required):
        if header and column not in columns:
            raise AblationError(f'{path}: row 1, the columns, has no "{column}"; move the folder away to train again')
    rows = [numbers_of(line, columns) for line in lines]
    if None in rows:
        i = rows.index(None)
        if torn:
            return rows[:i]
        wanted = f"a step and {len(columns) - 1} numbers"
        raise AblationError(f"{path}: row {i + 2} is {shown(lines[i])}, not {wanted}; remove it")
    return rows


def last_step(folder, torn=False):
    rows = rows_of(folder / "losses.csv", torn=torn)
    return int(rows[-1]["step"]) if rows else 0


def mean_of_end(rows, column):
    """The mean over the last tenth of the steps."""
    values = [row[column] for row in rows if column in row]
    tail = values[-max(1, len(values) // 10) :]
    return sum(tail) / len(tail) if tail else None


class Run:
    """One training of a variant: its folder, and what became of this call. seconds: of an iteration, or None."""

    def __init__(self, folder, seconds, diverged):
        self.folder, self.seconds, self.diverged = folder, seconds, diverged

    def numbers(self):
        """-> those of the columns from "Frechet, first" on"""
        losses = rows_of(self.folder / "losses.csv")
        scores = rows_of(self.folder / "validation.csv", SCORES)
        best = min(scores, key=lambda row: row["frechet"]) if scores else {}
        return [
            scores[0]["frechet"] if scores else None,
            best.get("frechet"),
            best.get("step"),
            scores[-1]["frechet"] if scores else None,
            scores[-1]["diversity"] if scores else None,
            mean_of_end(losses, "loss/g"),
            mean_of_end(losses, "loss/d"),
            self.seconds,
        ]


def cell(values, form):
    """A number, or the mean of several and their standard deviation."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    mean = form.format(statistics.mean(known))
    return f"{mean} ± {statistics.stdev(known):.2g}" if len(known) > 1 else mean


def steps_of(runs):
    """How far the runs came, and how many diverged."""
    ends = [last_step(run.folder) for run in runs]
    bad = [end for run, end in zip(runs, ends) if run.diverged]
    if not bad:
        return str(max(ends))
    if len(runs) == 1:
        return f"diverged after {bad[0]}"
    return f"{len(bad)} of {len(runs)} diverged, after {', '.join(map(str, bad))}"


def line_of(name, overrides, runs):
    """-> a variant's line of the table"""
    forms = ["{:.3g}", "{:.3g}", "{:.0f}", *["{:.3g}"] * 5]
    columns = zip(*(run.numbers() for run in runs))
    settings = ", ".join(f"`{override}`" for override in overrides)
    return [name, settings, steps_of(runs), *(cell(values, form) for values, form in zip(columns, forms))]


def write_table(path, title, lines):
    text = [f"# {title}", "", "| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    text += ["| " + " | ".join(line) + " |" for line in lines]
    text += [
        "",
        "Frechet: of the averaged generator, over one frozen backbone for all. Losses: means of the last tenth of the "
        "steps. s an iteration: this call's, everything included. ±: the standard deviation over the seeds.",
        "",
    ]
    aside = path.with_suffix(".part")
    try:
        aside.write_text("\n".join(text), encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        raise AblationError(f"{path}: cannot be written: {error.strerror}") from None
