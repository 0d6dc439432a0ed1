# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""grammar_test.py SOURCE: colors the models as VS Code does: by Oniguruma, and TextMate's rules (babi's).

check-grammar.py (test/Tools/Inputs) has each rule find its words by itself; here rules stand in each other's way.
"""

import json
import pathlib
import re
import sys
import tempfile

from babi.highlight import Grammars, highlight_line

source = pathlib.Path(sys.argv[1])
folder = tempfile.TemporaryDirectory()  # of grammars, named by their scopes
grammar = json.loads((source / "editors/vscode/syntaxes/dpsims.tmLanguage.json").read_text())
(pathlib.Path(folder.name) / f"{grammar['scopeName']}.json").write_text(json.dumps(grammar))
compiler = Grammars(folder.name).compiler_for_scope(grammar["scopeName"])


def tokens(lines):
    """Each line with its parts: (text, innermost scope)."""
    state = compiler.root_state
    for number, line in enumerate(lines):
        state, regions = highlight_line(compiler, state, line + "\n", first_line=number == 0)
        parts = [(line[region.start : region.end].strip(), region.scope[-1]) for region in regions]
        yield line, [(text, scope.removesuffix(".dpsims")) for text, scope in parts if text]


wrong = []
sample = {
    "dpsims.block @A<out: int = 3>(%x) {  // one": """dpsims entity.name.namespace . source block storage.type
        @A entity.name.function <out: source int storage.type.parameter = keyword.operator 3 constant.numeric
        >( source %x variable.other ){ source //one comment.line.double-slash""",
    "  %z = relu %y": "%z variable.other = keyword.operator relu support.function.builtin %y variable.other",
    '  %f = instance "c{i}" @Conv(%x)': """%f variable.other = keyword.operator instance keyword.control
        " string.quoted.double c string.quoted.double {i} variable.parameter " string.quoted.double
        @Conv entity.name.function ( source %x variable.other ) source""",
    "  return %z": "return keyword.control %z variable.other",
    "  let n = max(2, mod)": """let keyword.control n source = keyword.operator max support.function ( source
        2 constant.numeric , source mod keyword.operator.word ) source""",
    "  %s = shape %x": "%s variable.other = keyword.operator shape keyword.control %x variable.other",
    '  output "" %x': """output support.function.builtin " string.quoted.double " string.quoted.double
        %x variable.other""",
}
for (line, parts), expected in zip(tokens(sample), sample.values()):
    words = expected.split()
    got = [word.replace(" ", "") for part in parts for word in part]
    if got != words:
        wrong.append(f"{line}: {got} in place of {words}")

lines = 0
for path in sorted((source / "models").glob("*.mlir")):
    for line, parts in tokens(path.read_text().splitlines()):
        op = re.match(r"\s*(?:%[\w, %]+ = )([a-z_0-9]+)", line)
        if op:
            lines += 1
            if not {(op[1], "support.function.builtin"), (op[1], "keyword.control")} & set(parts):
                wrong.append(f"{path.name}: no color for {op[1]}: {line}")
        if line.startswith("//") and {scope for _, scope in parts} != {"comment.line.double-slash"}:
            wrong.append(f"{path.name}: no comment: {line}")
if lines < 500:
    wrong.append(f"models have {lines} ops only")
if wrong:
    sys.exit("\n".join(wrong))
