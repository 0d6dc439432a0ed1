# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""check-grammar.py SOURCE: the grammar of editors/vscode knows the language's words, and every op of the models."""

import json
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
for path in sorted((source / "editors" / "vscode").rglob("*.json")):
    if "node_modules" not in path.parts:
        json.loads(path.read_text())
rules = json.loads((source / "editors/vscode/syntaxes/dpsims.tmLanguage.json").read_text())["repository"]


def patterns(rule):
    return [re.compile(inner["match"]) for inner in rule.get("patterns", [rule]) if "match" in inner]


known = {name: patterns(rule) for name, rule in rules.items()}
wrong = []


def require(kind, text, word):
    """The rule takes just this word of the text."""
    found = [match for pattern in known[kind] for match in pattern.finditer(text)]
    if not any(word in (match[0].strip(), *match.groups()) for match in found):
        wrong.append(f"{kind}: {word!r} in {text!r}")


for spelling, notation in re.findall(
    r'OPERATOR\(\w+, *"(\S+)", *(\w+)', (source / "dialect/Operators.def").read_text()
):
    if notation == "Call":
        require("function", f"{spelling}(a)", spelling)
    elif spelling not in "<>":  # brackets of attributes, too
        require("operator", f"a {spelling} b", spelling)

structure = (source / "dialect/StructureOps.td").read_text()
for word in re.findall(r'Dpsims_(?:TopLevel|Callable)<"(\w+)"', structure):
    require("declaration", f"dpsims.{word} @A", word)
for word in re.findall(r'Dpsims_StructureOp<"(\w+)"', structure):
    require("keyword", f"%l = {word}(%a)" if word == "list" else f"  {word} %a", word)

for path in sorted((source / "models").glob("*.mlir")):
    for line in path.read_text().splitlines():
        op = re.match(r"\s*(?:%[\w, %]+ = )([a-z_0-9]+)", line)
        if op and not any(pattern.search(op[0][op.start(1) :] + line[op.end() :]) for pattern in known["keyword"]):
            require("op", line, op[1])
if wrong:
    sys.exit("the grammar does not know\n" + "\n".join(wrong))
