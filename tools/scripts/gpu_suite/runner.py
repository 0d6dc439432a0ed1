# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The steps one after the other, each with its own limit and its own entry in results.json."""

import dataclasses
import datetime
import json
import os
import sys
import threading
import time
import traceback

import process

SCHEMA = 1
EMULATED = 12  # times as long may a step take on the emulated device


class Skip(Exception):
    """A step that cannot be done here, and why."""


class NoDevice(Exception):
    """There is no GPU: no step after this one has a point."""


@dataclasses.dataclass(frozen=True)
class Step:
    """One entry of the suite. Limits in seconds; the suite passes if every step of `correctness` does."""

    name: str
    title: str
    limit: int
    run: object
    correctness: bool = False
    on_emulator: bool = True
    short: int = 0  # the limit with --short, 0: no part of it


class Results:
    """results.json: written after each step, so that what is there is whole whenever the suite is stopped."""

    def __init__(self, path):
        self.path = path
        now = datetime.datetime.now(datetime.timezone.utc)
        self.data = {"schema": SCHEMA, "date": now.isoformat(timespec="seconds")}

    def write(self):
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.data, indent=1) + "\n", encoding="utf-8")
        os.replace(part, self.path)


class Context:
    """What the steps share: the suite's files, where results go, commands with the step's deadline."""

    def __init__(self, suite, options, results, work, environment):
        self.suite, self.options, self.results, self.work = suite, options, results, work
        self.environment = environment
        self.deadline = 0.0
        self.log = open(options.output / "suite.log", "w", encoding="utf-8")
        self.lock = threading.Lock()

    def seconds_left(self):
        return self.deadline - time.monotonic()

    def record(self, section, value):
        """`value` is one more element of results.json's `section`."""
        with self.lock:
            self.results.data.setdefault(section, []).append(value)

    def command(self, words, environment=None, seconds=None, allowed=(0,)):
        """As process.run_command, within the step's limit; the log gets command, output and seconds."""
        wait = self.seconds_left() if seconds is None else min(seconds, self.seconds_left())
        text, start = "", time.monotonic()
        try:
            status, text = process.run_command(words, wait, {**self.environment, **(environment or {})}, allowed)
            return status, text
        except process.CommandError as error:
            text = "\n".join([*error.tail, f"-> {error}"])
            raise
        finally:
            with self.lock:
                print("$", *words, file=self.log)
                print(text.rstrip(), file=self.log)
                print(f"({time.monotonic() - start:.2f} s)", file=self.log, flush=True)

    def dpsims(self, *words, **keywords):
        return self.command([self.suite.program("dpsims-run"), *words], **keywords)[1]


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_step(context, step, seconds):
    """-> the step's entry."""
    start = time.monotonic()
    context.deadline = start + seconds
    entry = {"name": step.name, "title": step.title, "limit": round(seconds, 1), "correctness": step.correctness}
    try:
        step.run(context)
        entry["status"] = "passed"
    except Skip as reason:
        entry.update(status="skipped", reason=str(reason))
    except process.CommandError as error:
        late = isinstance(error, process.OutOfTime)
        entry.update(status="timed out" if late else "failed", reason=str(error), tail=error.tail)
    except NoDevice as error:
        entry.update(status="failed", reason=str(error))
        raise
    except Exception as error:  # a fault of the suite's own must not cost the steps that follow
        entry.update(
            status="failed",
            reason=f"{type(error).__name__}: {error}",
            tail=traceback.format_exc().splitlines()[-process.TAIL_LINES :],
        )
    finally:
        entry["seconds"] = round(time.monotonic() - start, 2)
        context.results.data.setdefault("steps", []).append(entry)
        context.results.write()
    return entry


def limit_of(context, step):
    """-> seconds; 0: the step is left out."""
    return (step.short if context.options.short else step.limit) * (EMULATED if context.options.emulated else 1)


def left_out(options, step):
    """-> why the flags leave a step out, or None."""
    if options.steps and step.name not in options.steps:
        return "not among --steps"
    if options.short and not step.short:
        return "not part of --short"
    return None


def why_not(context, step, limit, left):
    """-> why a step is left out, or None."""
    chosen = context.options.steps
    if reason := left_out(context.options, step):
        return reason
    if context.options.emulated and not step.on_emulator and not chosen:
        return "says nothing on the emulated device"
    if left < min(limit, 5):
        return f"--limit {context.options.limit}: {max(0, left):.0f} s are left"
    return None


def run_steps(context, steps):
    """-> true if no step of correctness failed, and some passed unless --steps named others."""
    end = time.monotonic() + context.options.limit
    no_device, entries = None, []
    for number, step in enumerate(steps):
        left = end - time.monotonic()
        limit = limit_of(context, step)
        reason = no_device or why_not(context, step, limit, left)
        if reason:
            entry = {
                "name": step.name,
                "title": step.title,
                "limit": limit,
                "correctness": step.correctness,
                "status": "skipped",
                "reason": reason,
                "seconds": 0,
            }
            context.results.data.setdefault("steps", []).append(entry)
            context.results.write()
        else:
            say(f"{number}. {step.title}")
            try:
                entry = run_step(context, step, min(limit, left))
            except NoDevice:
                no_device = "no device"
                entry = context.results.data["steps"][-1]
        entries.append(entry)
        detail = f": {entry['reason']}" if entry.get("reason") else ""
        say(f"{number}. {step.title}: {entry['status']}, {entry['seconds']:.1f} s{detail}")
    checked = [entry["status"] for entry in entries if entry["correctness"]]
    return ("passed" in checked or bool(context.options.steps)) and not {"failed", "timed out"} & set(checked)
