# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-data-docs.py DOCS DATASETS MESSAGE: the page has a row for each data set and key that the message lists."""

import pathlib
import re
import sys

page = pathlib.Path(sys.argv[1]).read_text()
rows = {
    name
    for line in page.splitlines()
    for name in re.findall(r"`([^`]*)`", line.split("|")[1] if line[:1] == "|" else "")
}
datasets = {file.stem for file in pathlib.Path(sys.argv[2]).glob("*.json")}
keys = set(pathlib.Path(sys.argv[3]).read_text().strip().split("known are: ")[1].split(", "))
if not datasets or not keys:
    sys.exit("nothing to check")
if missing := (datasets | keys) - rows:
    sys.exit(f"{sys.argv[1]} has no row for: {', '.join(sorted(missing))}")
