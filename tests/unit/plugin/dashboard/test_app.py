"""Who is let in, what they may ask for, and what the browser is told that the page may do."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agentrun_operator.plugin.cluster.kubectl.kubectl import Connection, Kubectl
from agentrun_operator.plugin.dashboard.app import App
from agentrun_operator.plugin.dashboard.fleet import Fleet
from agentrun_operator.plugin.dashboard.guard import Guard, new_token
from agentrun_operator.plugin.screen.screen import Colour, Screen
from agentrun_operator.plugin.session import Session
from support.objects import NOW, an_object

TOKEN = new_token()
HERE = "http://127.0.0.1:4711"
SITE = Path(__file__).parents[4] / "src" / "agentrun_operator" / "plugin" / "dashboard" / "site"
PATHS = ["", "main.js", "style.css", "scope", "object?of=team-a/chat", "object?of=nobody", "nonsense"]


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    fleet = Fleet(lambda: NOW)
    fleet.put([an_object()])
    session = Session(Kubectl(Connection()), Screen.of(Colour.NEVER, quiet=True), now=lambda: NOW)
    app = App(session, fleet, scope="namespace team-a")
    transport = httpx.ASGITransport(Guard(app.routes(), TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url=f"{HERE}/{TOKEN}/") as client:
        yield client


async def test_who_has_the_address_sees_the_page_and_what_it_asks_for(browser: httpx.AsyncClient):
    page = await browser.get("")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await browser.get("scope")).json() == {"scope": "namespace team-a"}
    assert (await browser.get("object?of=team-a/chat")).json()["facts"]["word"] == "Ready"
    assert (await browser.get("object?of=team-a/nobody")).json() is None
    assert (await browser.get("events?of=team-a/nobody")).json() is None
    assert (await browser.get("object")).json() is None
    assert (await browser.get("nonsense")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="no path"),
        pytest.param("/", id="the root"),
        pytest.param("/wrong/", id="another"),
        pytest.param(f"/{TOKEN[:-1]}/", id="a character less"),
        pytest.param(f"/{TOKEN}x/", id="a character more"),
        pytest.param(f"//{TOKEN}/", id="one level below"),
        pytest.param("/\u00fc/", id="not ASCII"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_the_token_nothing_is_told(browser: httpx.AsyncClient, path: str, method: str):
    answer = await browser.request(method, HERE + path)
    assert (answer.status_code, answer.text) == (
        403,
        "Open the whole address that `kubectl agentrun dashboard` printed\n",
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("127.0.0.1:4711", 200, id="the address"),
        pytest.param("localhost:4711", 200, id="its name"),
        pytest.param("LOCALHOST:9000", 200, id="through a tunnel"),
        pytest.param("127.0.0.1", 200, id="without a port"),
        pytest.param("evil.example", 403, id="a name that leads here"),
        pytest.param("evil.example:4711", 403, id="with the port"),
        pytest.param("127.0.0.1.evil.example:4711", 403, id="a name that begins alike"),
        pytest.param("127.0.0.1:evil.example", 403, id="no port"),
        pytest.param("", 403, id="none"),
    ],
)
async def test_only_by_this_machines_own_names(browser: httpx.AsyncClient, host: str, status: int):
    assert (await browser.get("", headers={"Host": host})).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "NONSENSE"])
@pytest.mark.parametrize("path", PATHS)
async def test_it_is_only_read(browser: httpx.AsyncClient, method: str, path: str):
    answer = await browser.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", [*PATHS, f"{HERE}/wrong/"])
async def test_every_answer_says_what_a_page_may_do(browser: httpx.AsyncClient, path: str):
    headers = (await browser.get(path)).headers

    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        **dict.fromkeys(["script-src", "style-src", "img-src", "connect-src"], "'self'"),
        **dict.fromkeys(["base-uri", "form-action", "frame-ancestors", "trusted-types"], "'none'"),
        "require-trusted-types-for": "'script'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in headers if name.startswith("access-control")]


def test_the_pages_own_files_have_nothing_inline_and_make_no_markup_of_text():
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", (SITE / "index.html").read_text())
    scripts = "\n".join(path.read_text() for path in SITE.glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", scripts)
    assert "method:" not in scripts


async def test_each_file_that_the_page_names_is_there(browser: httpx.AsyncClient):
    scripts = [re.findall(r'from "\./([^"]+)"', path.read_text()) for path in SITE.glob("*.js")]
    named = {each for some in scripts for each in some}
    named |= set(re.findall(r'(?:href|src)="([^"]+)"', (SITE / "index.html").read_text()))

    assert {(await browser.get(each)).status_code for each in named} == {200}
    assert named >= {path.name for path in SITE.iterdir()} - {"index.html"}


def test_no_two_pages_have_one_address():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) > 40
