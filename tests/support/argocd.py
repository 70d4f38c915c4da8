"""The scripts that Argo CD runs, in its own kind of Lua."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lupa import lua51

from support.objects import Object

ARGO_CD = Path(__file__).parents[2] / "deploy" / "argocd"
WITHOUT = ("string", "io", "debug", "coroutine", "math")
"""Lua's libraries that Argo CD leaves out."""

Script = Callable[[Object], Any]


def script(name: str) -> Script:
    """A script of deploy/argocd, to be run with an object; it returns whatever the script does."""
    lua: Any = lua51.LuaRuntime(unpack_returned_tuples=True)
    for library in WITHOUT:
        lua.globals()[library] = None
    load = lua.eval("function(source, name) return assert(loadstring(source, name)) end")
    compiled = load((ARGO_CD / name).read_text(), name)

    def run(body: Object) -> Any:
        lua.globals().obj = lua.table_from(body, recursive=True)
        return compiled()

    return run
