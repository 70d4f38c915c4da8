"""The operator as people run it: a process of its own, with flags and an environment, told things by signals."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from support.cluster import eventually
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNT_ID, REGION
from support.operator_process import OperatorProcess, start
from support.patience import stretched

QUICK = {"poll-interval": "2", "fast-poll-interval": "0.2", "leader-elect": "false"}
"""Settings for tests: nobody waits a minute for a poll."""

PORT = re.compile(r"on port (\d+)")
WRITES = re.compile(r'agentrun_kubernetes_writes_total\{kind="(\w+)"\}')


def agentrun_environment(url: str, **more: str) -> dict[str, str]:
    """The environment of an operator that talks to an emulator, without anything of ours in it."""
    ours = ("AGENTRUN_", "ALIBABA_CLOUD_", "FC_", "KUBECONFIG")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return (
        inherited
        | {
            "AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET,
            "AGENTRUN_ACCOUNT_ID": ACCOUNT_ID,
            "AGENTRUN_REGION": REGION,
            "AGENTRUN_CONTROL_ENDPOINT": url,
        }
        | more
    )


class Operator:
    """One process of `agentrun-operator run`.

    Args:
        folder: Where its log goes.
        environment: All of its environment; may be changed between runs.
        settings: Flags by name, without the dashes.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], settings: Mapping[str, str]) -> None:
        self._folder = folder
        self.environment = dict(environment)
        self._settings = {"health-address": "127.0.0.1:0", "log-format": "json"} | dict(settings)
        self._runs = 0
        self._process: OperatorProcess | None = None

    def start(self, *, wait: bool = True, **settings: str) -> Self:
        """Start it, anew if it ran before; underscores in a setting's name stand for dashes."""
        self._runs += 1
        self._settings |= {name.replace("_", "-"): value for name, value in settings.items()}
        flags = [part for name, value in self._settings.items() for part in (f"--{name}", value)]
        self._process = start(flags, self.environment, self.log_file)
        if wait:
            self.wait_ready()
        return self

    @property
    def process(self) -> OperatorProcess:
        if self._process is None:
            raise AssertionError("the operator was not started")
        return self._process

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log_file(self) -> Path:
        return self._folder / f"operator-{self._runs}.log"

    def log(self) -> str:
        """What this run has logged."""
        return self.log_file.read_text(errors="replace")

    def all_logs(self) -> str:
        """What every run has logged."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._folder.glob("operator-*.log")))

    def records(self) -> Iterator[dict[str, Any]]:
        """What this run has logged, parsed; lines that are no JSON come as a message alone."""
        for line in self.log().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                yield {"message": line, "level": "?"}

    def wait_ready(self, within: float = 20.0) -> None:
        def ready() -> bool:
            if not self.running:
                raise RuntimeError(f"the operator ended: {self.log()}")
            return self.get("/readyz")[0] == 200

        eventually(ready, within, "the operator ready")

    def wait_leading(self, within: float = 20.0) -> None:
        eventually(lambda: self.metrics().get("agentrun_leader") == 1.0, within, "the operator leading")

    def get(self, path: str) -> tuple[int, str]:
        """A health address's status and text; 0 while nothing is served."""
        found = PORT.search(self.log())
        if not found:
            return 0, ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}{path}", timeout=stretched(5)) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self) -> dict[str, float]:
        """Every metric by its name and labels, as /metrics writes them."""
        _, text = self.get("/metrics")
        lines = (line for line in text.splitlines() if line and not line.startswith("#"))
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    def told(self, name: str) -> list[str]:
        """The actions that this run has logged of an object, in order. A line comes a moment after what it tells of."""
        return [record["action"] for record in self.records() if record.get("object") == name]

    def writes(self) -> Counter[str]:
        """The writes to the API server that this run has counted, by kind, events apart. One that an object shows
        already may not be among them yet: wait for the number that there has to be.
        """
        found = ((WRITES.fullmatch(name), count) for name, count in self.metrics().items())
        return Counter({kind[1]: int(count) for kind, count in found if kind and kind[1] != "event"})

    def terminate(self, within: float = 15.0) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(stretched(within))

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait(stretched(10))

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, however it is."""
        if self.running:
            self.resume()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(stretched(15))
            except subprocess.TimeoutExpired:
                self.kill()

    def defects(self) -> list[str]:
        """Lines that tell of a defect of the operator's own, in every run."""
        words = ("Traceback", "A defect stopped", "was never retrieved", "was never awaited", "Task was destroyed")
        return [line for line in self.all_logs().splitlines() if any(word in line for word in words)]
