"""What the playground tells people to try. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentrun_operator.cli.playground.samples.expected import ROLLED

if TYPE_CHECKING:
    from agentrun_operator.cli.playground.stage import Stage

TEXT = """
In another terminal:

  {reach}

  {status}
  kubectl describe are chat
  kubectl explain are.spec

`orders` gets its versions step by step: by itself version 2, which is good and promoted, and then 3, which is taken
back. See why, try it once more, or give it up:

  {evidence}
  {retry}
  kubectl patch are orders --type=merge -p '{{"spec": {{"targetVersion": "2"}}}}'

Give everybody version 4, and see it arrive:

  kubectl patch are chat --type=merge -p '{{"spec": {{"targetVersion": "4", "routing": null}}}}'

Change an endpoint behind the operator's back, and see it corrected (`kubectl get events`):

  curl -X PATCH {emulator}/_emulator/endpoints/$(kubectl get are chat -o jsonpath='{{.status.endpointId}}') \\
    -d '{{"description": "by hand"}}'

What AgentRun holds, what it was asked for, and how to make it fail:

  curl {emulator}/_emulator/endpoints
  curl {emulator}/_emulator/requests
  curl -X POST {emulator}/_emulator/behaviour/faults \\
    -d '{{"action": "UpdateAgentRuntimeEndpoint", "status": 500, "times": 3}}'

The operator's metrics are at {metrics}, all logs in {logs}.
Ctrl-C ends everything, and takes away what was made.
"""


def advice(stage: Stage) -> str:
    """Commands that work in this very playground."""
    return TEXT.format(
        reach=stage.cluster.how_to_reach,
        status=stage.cluster.plugin("status", "-w"),
        evidence=stage.cluster.plugin("rollout", "status", ROLLED),
        retry=stage.cluster.plugin("rollout", "retry", ROLLED),
        emulator=stage.control.url,
        metrics=stage.metrics,
        logs=stage.logs,
    )
