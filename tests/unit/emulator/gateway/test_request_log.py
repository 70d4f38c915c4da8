from agentrun_operator.emulator.answers import Responder
from agentrun_operator.emulator.faults.injector import Subject
from agentrun_operator.emulator.gateway.request_log import MAX_ENTRIES, MAX_TEXT, Entry, RequestLog


def entry(action: str = "GetAgentRuntime", at: float = 0.0) -> Entry:
    return Entry(Subject(action, "ak", "1", "runtime", "endpoint", "chat"), "GET", "/path", at)


def test_requests_are_counted_by_action_and_logged():
    log = RequestLog()
    for action in ("A", "B", "A"):
        log.add(entry(action))
    shown = log.show()
    assert shown["counts"] == {"A": 2, "B": 1}
    assert [each["action"] for each in shown["log"]] == ["A", "B", "A"]


def test_an_entry_is_completed_when_its_call_is():
    log, pending = RequestLog(), entry()
    log.add(pending)
    assert log.show()["log"][0]["status"] is None
    pending.status, pending.effect = 201, True
    assert log.show()["log"] == [
        {
            "action": "GetAgentRuntime",
            "method": "GET",
            "path": "/path",
            "status": 201,
            "accessKeyId": "ak",
            "runtimeId": "runtime",
            "endpointId": "endpoint",
            "endpointName": "chat",
            "at": 0.0,
            "effect": True,
            "user": None,
            "sessionId": None,
            "version": None,
        }
    ]


def test_the_log_is_bounded_and_the_counts_go_on():
    log = RequestLog()
    for number in range(MAX_ENTRIES + 5):
        log.add(entry(at=number))
    shown = log.show(newest=2 * MAX_ENTRIES)
    assert shown["counts"] == {"GetAgentRuntime": MAX_ENTRIES + 5}
    assert (len(shown["log"]), shown["log"][0]["at"]) == (MAX_ENTRIES, 5)


def test_the_newest_entries_can_be_had_alone():
    log = RequestLog()
    for number in range(5):
        log.add(entry(at=number))
    assert [each["at"] for each in log.show(newest=2)["log"]] == [3, 4]
    assert log.show(newest=0)["log"] == []


def test_what_is_forgotten_is_not_shown():
    log = RequestLog()
    called = entry()
    log.add(called)
    log.invoked(called, Responder("runtime", "support-bot", "chat", "3"))
    log.clear()
    assert log.show() == {"counts": {}, "invocations": [], "log": []}


def test_calls_to_an_endpoint_are_counted_by_the_version_that_answered():
    log = RequestLog()
    for version in ("3", "4", "3"):
        called = entry("InvokeOpenAI")
        log.add(called)
        log.invoked(called, Responder("runtime", "support-bot", "chat", version))
    log.add(entry("InvokeOpenAI"))  # came to no version
    names = {"runtimeId": "runtime", "runtimeName": "support-bot", "endpointName": "chat"}
    assert log.show()["invocations"] == [{**names, "version": "3", "calls": 2}, {**names, "version": "4", "calls": 1}]
    assert [each["version"] for each in log.show()["log"]] == ["3", "4", "3", None]


def test_what_a_client_chose_is_cut():
    log = RequestLog()
    log.add(Entry(Subject("InvokeOpenAI"), "POST", "/path", 0.0, user="x" * 1000, session_id="y" * 1000))
    (shown,) = log.show()["log"]
    assert (shown["user"], shown["sessionId"]) == ("x" * MAX_TEXT, "y" * MAX_TEXT)
