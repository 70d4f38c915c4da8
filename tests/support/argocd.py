"""The scripts that Argo CD runs, in its own kind of Lua, what it makes of them, and the patch that installs them.

Run as a program it writes that patch (`make generate`); tests compare.
"""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lupa import lua51

from agentrun_operator.resources.names import GROUP, KIND
from support.objects import Object

ARGO_CD = Path(__file__).parents[2] / "deploy" / "argocd"
PATCH = ARGO_CD / "argocd-cm.yaml"

ACTIONS = ("reconcile", "pause", "resume", "orphan", "approve", "promote", "abort", "retry", "hold")

AS_ARGO_CD = """
debug.setmetatable("", nil)
local clock = { time = os.time, date = os.date }
function require(name)
  return name == "os" and clock or error("module " .. name .. " not found")
end
for _, library in ipairs({ "string", "io", "debug", "coroutine", "math", "os", "python" }) do
  _G[library] = nil
end
"""
"""Takes away what Argo CD leaves out: most libraries, the methods of strings, and of `os` all but the clock."""

Script = Callable[[Object], Any]


def script(name: str) -> Script:
    """A script of deploy/argocd, to be run with an object; it returns whatever the script does."""
    return compiled((ARGO_CD / name).read_text(), name)


def compiled(source: str, name: str) -> Script:
    """A script of this text; errors of it tell the name."""
    lua: Any = lua51.LuaRuntime(unpack_returned_tuples=True)
    load = lua.eval("function(source, name) return assert(loadstring(source, name)) end")
    lua.execute(AS_ARGO_CD)
    loaded = load(source, name)

    def run(body: Object) -> Any:
        lua.globals().obj = lua.table_from(body, recursive=True)
        return loaded()

    return run


def offered(body: Object) -> set[str]:
    """The actions that Argo CD offers for an object, which are those that are not disabled."""
    found = script("actions/discovery.lua")(body)
    assert set(found) == set(ACTIONS)
    return {name for name in found if not found[name].disabled}


def patch(action: str, body: Object) -> Object:
    """The merge patch that Argo CD sends for an action.

    Args:
        action: its name.
        body: the object as the API server gives it.

    Raises:
        lupa.lua51.LuaError: the action refuses the object.
    """
    returned = _document(script(f"actions/{action}/action.lua")(body), body)
    return _difference(body, returned)


def _document(value: Any, before: Any) -> Any:
    """What Lua returned, as JSON. An empty table is a list, unless the object has a mapping in its place."""
    if lua51.lua_type(value) != "table":
        return value
    keys = list(value)
    if keys == list(range(1, len(keys) + 1)) and (keys or not isinstance(before, dict)):
        old = before if isinstance(before, list) else []
        return [_document(value[key], old[key - 1] if key <= len(old) else None) for key in keys]
    known = before if isinstance(before, dict) else {}
    return {key: _document(value[key], known.get(key)) for key in keys}


def _difference(before: Object, after: Object) -> Object:
    """The merge patch between two documents."""
    found: Object = {key: None for key in before if before[key] is not None and key not in after}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            found |= {key: inner} if (inner := _difference(old, value)) else {}
        elif value != old:
            found[key] = value
    return found


def install_form() -> str:
    """deploy/argocd/argocd-cm.yaml as it must be."""
    definitions = "".join(
        f"  - name: {name}\n    action.lua: |\n{_indented(f'actions/{name}/action.lua', 6)}" for name in ACTIONS
    )
    actions = f"discovery.lua: |\n{_indented('actions/discovery.lua', 2)}definitions:\n{definitions}"
    return (
        "# A patch for Argo CD's own ConfigMap, made by `make generate` from health.lua and the scripts of actions/.\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: argocd-cm\n  namespace: argocd\ndata:\n"
        f"  resource.customizations.health.{GROUP}_{KIND}: |\n{_indented('health.lua', 4)}"
        f"  resource.customizations.actions.{GROUP}_{KIND}: |\n{textwrap.indent(actions, ' ' * 4)}"
    )


def _indented(name: str, by: int) -> str:
    return textwrap.indent((ARGO_CD / name).read_text(), " " * by)


def main() -> None:
    """Write the patch."""
    PATCH.write_text(install_form())


if __name__ == "__main__":
    main()
