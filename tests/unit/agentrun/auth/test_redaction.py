"""The secrets that were used are found wherever and however a text writes them, and nothing else is."""

import base64
import json
import re
from urllib.parse import quote

import pytest

from agentrun_operator.agentrun.auth.credentials import Credentials
from agentrun_operator.agentrun.auth.redaction import KEPT, KEPT_FOR, Redactor
from agentrun_operator.agentrun.auth.secret import Secret

KEY = "Xq7RtB2mVn8LpK4wZs9YcD1fHj3GaE"  # made up, as all of them
TOKEN = "CAIS/made+Up0Token/WithManyCharacters+1234567890abcdefXYZ=="


def used(*secrets: str, others: bool = False, token: str = "") -> Redactor:
    redactor = Redactor(others=others, clock=lambda: 0.0)
    for secret in secrets:
        redactor.note(Credentials("made-up-id", Secret(secret), Secret(token) if token else None))
    return redactor


def embedded(secret: str, before: str) -> str:
    return base64.b64encode(f"{before}{secret}&and more".encode()).decode()


WRITTEN = {
    "plain": lambda secret: secret,
    "percent-encoded": lambda secret: quote(secret, safe=""),
    "in lower letters": lambda secret: re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
    "percent-encoded but for slashes": quote,
    "percent-encoded twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "in JSON that escapes the slash": lambda secret: secret.replace("/", "\\/"),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "in the middle of base64": lambda secret: embedded(secret, "k="),
    "in the middle of base64, one further": lambda secret: embedded(secret, "ke="),
    "in the middle of base64, two further": lambda secret: embedded(secret, "key="),
}


@pytest.mark.parametrize("others", [False, True], ids=["its own answers", "others' answers"])
@pytest.mark.parametrize("secret", [KEY, TOKEN], ids=["key", "token"])
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("before", ["", "the token is ", "é" * 13])
def test_a_secret_is_found_however_it_is_written(write, secret, others, before):
    text = f"{before}{write(secret)} is wrong"
    found = used(KEY, token=TOKEN, others=others).found_in(text)
    assert found
    for form in found:
        text = text.replace(form, "*")
    assert secret[4:12] not in text
    assert json.dumps(text)


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param("READY", id="a short word"),
        pytest.param("endpoint does not exist", id="several words"),
        pytest.param("RemoteUnavailable", id="a reason"),
        pytest.param("9f1c2b7e-1111-4222-8333-444455556666", id="an id"),
        pytest.param("agentrun.cn-hangzhou.aliyuncs.com", id="a host"),
        pytest.param("acs:agentrun:cn-hangzhou:1000000000000001:runtimes/9f1c", id="a resource name"),
        pytest.param("Support-Bot-Of-Team-A-2026", id="a name"),
        pytest.param("aaaaaaaaaaaaaaaaaaaaAAAAAAAAAAAAA1111", id="nothing like a key"),
    ],
)
def test_nobody_can_have_others_words_taken_out_by_calling_them_a_secret(chosen):
    redactor = Redactor(others=True)
    if " " not in chosen:  # else it is no credential at all
        redactor.note(Credentials("made-up-id", Secret(chosen)))
    assert redactor.found_in(f"what is said of {chosen} stays") == []


def test_in_the_answers_to_its_own_calls_a_shorter_secret_counts_too():
    assert used("tenant-sk").found_in("wrong: tenant-sk") == ["tenant-sk"]


def test_a_very_short_one_never_does():
    assert used("READY").found_in("it is READY") == []


def test_a_secret_is_remembered_for_a_while_after_its_last_use_and_not_for_ever():
    now = 0.0
    redactor = Redactor(others=True, clock=lambda: now)
    redactor.note(Credentials("made-up-id", Secret(KEY)))
    now = KEPT_FOR - 1
    redactor.note(Credentials("made-up-id", Secret(KEY[::-1])))
    assert redactor.found_in(f"{KEY} {KEY[::-1]}")
    now = KEPT_FOR + 1
    redactor.note(Credentials("made-up-id", Secret(KEY[::-1])))
    assert redactor.found_in(KEY) == []
    assert redactor.found_in(KEY[::-1])


def test_many_secrets_do_not_fill_the_memory_and_one_in_use_stays():
    redactor = used(*(f"{KEY}{number:06}" for number in range(KEPT + 50)), f"{KEY}000007", others=True)
    assert redactor.found_in(f"{KEY}000007")
    assert redactor.found_in(f"-{KEY}000055-")
    assert not redactor.found_in(f"{KEY}000001"[10:])
    assert len(redactor._used) == KEPT
