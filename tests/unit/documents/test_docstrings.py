"""One hand: a function's docstring begins with what to do, or with what it is; never with "Makes" or "Returns"."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NO_VERBS = frozenset(
    [
        "Always",
        "As",
        "Bars",
        "Bytes",
        "Calls",
        "Commands",
        "Credentials",
        "Endpoints",
        "Events",
        "Groups",
        "Headers",
        "Its",
        "Keys",
        "Lines",
        "Names",
        "Objects",
        "Seconds",
        "This",
        "Values",
        "Versions",
        "Whose",
        "Writes",
    ]
)
"""First words that end in s and are no verbs."""


def test_a_function_is_described_by_what_to_do_or_what_it_is():
    told = []
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (text := ast.get_docstring(node)):
                first = text.split()[0]
                if re.fullmatch(r"[A-Z][a-z]*[^s'\W]s", first) and first not in NO_VERBS:
                    told.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {text.splitlines()[0]}")
    assert told == []
