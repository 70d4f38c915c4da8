"""The client where no extra is installed, in a process of its own."""

from agentrun_operator.emulator import EmulatorServer
from support.emulator import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Emulator
from support.plain_installation import run_plainly

PROGRAM = """
    from agentrun_operator.agentrun import AgentRuntimeEndpoint
    for endpoint in AgentRuntimeEndpoint.list_by_id(sys.argv[1]):
        print(endpoint.agent_runtime_endpoint_name, endpoint.status)
"""


def test_endpoints_are_listed(server: EmulatorServer, emulator: Emulator, runtime_id: str):
    emulator.add_endpoint(runtime_id, "chat")
    account = {"AGENTRUN_ACCESS_KEY_ID": ACCESS_KEY_ID, "AGENTRUN_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET}

    ended = run_plainly(PROGRAM, runtime_id, environ={**account, "AGENTRUN_CONTROL_ENDPOINT": server.url})

    assert ended == (0, "chat READY\n", "")
    assert emulator.counts() == {"ListAgentRuntimeEndpoints": 1}
