# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Commands with a deadline."""

import contextlib
import os
import signal
import subprocess

TAIL_LINES = 12


class CommandError(Exception):
    """A command that failed; `tail` has the last lines that it printed."""

    def __init__(self, message, tail=()):
        super().__init__(message)
        self.tail = list(tail)


class OutOfTime(CommandError):
    """A command that was stopped at its deadline."""


def tail_of(text):
    return [line[:400] for line in text.splitlines() if line.strip()][-TAIL_LINES:]


def unexpected(text):
    """-> the error of a command that printed nothing of what it should."""
    tail = tail_of(text)
    return CommandError((tail or ["no output"])[-1], tail)


def exit_words(status):
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


def kill_group(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def run_command(words, seconds, environment=None, allowed=(0,)):
    """Runs a command in a process group of its own; -> (exit status, what it printed).

    CommandError: it is not there, or its status is none of `allowed`. OutOfTime: it took more than `seconds`."""
    words = [str(word) for word in words]
    name = os.path.basename(words[0])
    if seconds <= 0:
        raise OutOfTime(f"no time is left for {name}")
    try:
        process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(f"{words[0]}: {error.strerror}") from None
    try:
        text, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        text, _ = process.communicate()
        raise OutOfTime(f"{name} was stopped after {seconds:.0f} s", tail_of(text)) from None
    except BaseException:
        kill_group(process)
        raise
    if process.returncode not in allowed:
        tail = tail_of(text)
        raise CommandError(tail[-1] if tail else f"{name}: {exit_words(process.returncode)}", tail)
    return process.returncode, text
