"""The tests' Lua has no more than Argo CD's, so that a script that runs here runs there."""

import pytest
from lupa.lua51 import LuaError

from support.argocd import compiled


@pytest.mark.parametrize(
    "source",
    [
        'return ("x"):upper()',
        'return string.format("%s", 1)',
        "return math.floor(1.5)",
        "return os.date()",
        'return require("os").getenv("HOME")',
        'return require("io")',
        "return coroutine.create(print)",
        "return debug.getinfo(1)",
        "return 7 // 2",
        "return python",
    ],
)
def test_what_argo_cd_leaves_out_is_not_there(source: str):
    try:
        found = compiled(source, "script")({})
    except LuaError:
        return
    assert found is None


def test_what_argo_cd_has_is_there():
    source = 'table.sort({}); return type(require("os").time()) .. #tostring(7) .. tostring(pcall(error))'
    assert compiled(source, "script")({}) == "number1false"
