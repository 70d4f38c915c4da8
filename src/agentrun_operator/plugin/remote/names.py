"""The names of the account's runtimes, for somebody who is typing: soon, or none. Says nothing of what fails."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

from agentrun_operator.plugin.remote.account import environments_account


def runtime_names(within: float) -> list[str]:
    """The names of the runtimes of the environment's account; none where AgentRun does not tell in time.

    Args:
        within: seconds for all of it: the credentials, each page, each attempt.
    """
    found: list[str] = []
    reader = Thread(target=_read, args=(found,), daemon=True)  # whoever still waits then ends with the process
    reader.start()
    reader.join(within)
    return list(found)


def _read(found: list[str]) -> None:
    with suppress(Exception), environments_account() as account:
        found.extend(sorted({each.agent_runtime_name for each in account.runtimes() if each.agent_runtime_name}))
