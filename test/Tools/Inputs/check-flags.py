# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-flags.py TOOL SOURCE: README.md or docs/*.md name every flag of the tool's commands, and a test uses it."""

import pathlib
import re
import subprocess
import sys

tool, source = sys.argv[1], pathlib.Path(sys.argv[2])


def flags_of(text):
    return set(re.findall(r"--[a-z][a-z0-9-]*", text))


def help_of(*command):
    return subprocess.run([tool, *command, "--help"], capture_output=True, text=True, check=True).stdout


commands = re.findall(r"^  ([a-z]+) ", help_of(), re.MULTILINE)
wanted = set().union(*(flags_of(help_of(command)) for command in commands)) - {"--help", "--help-all", "--version"}
pages = [source / "README.md", *(source / "docs").glob("*.md")]
tests = [file for file in (source / "test").rglob("*") if file.suffix in {".test", ".sh", ".py", ".cpp", ".json"}]
if len(commands) < 5 or len(wanted) < 30:
    sys.exit(f"{tool} --help lists only {commands} with {sorted(wanted)}")
for kind, files in (("the documentation", pages), ("a test", tests)):
    known = set().union(*(flags_of(file.read_text(errors="replace")) for file in files))
    if missing := wanted - known:
        sys.exit(f"no word in {kind} about: {', '.join(sorted(missing))}")
