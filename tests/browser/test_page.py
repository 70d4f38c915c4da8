"""The page as somebody sees and uses it: a real browser, a real control plane, and the command as people run it."""

import re
import time
from typing import Any

import pytest

from browser.looks import COLOURS, CONTRASTS, SIGHTS, apart
from support import fleet
from support.cluster import Kubectl
from support.fleet import KIND, MARKUP
from support.measured import Measured
from support.page import Dashboard
from support.patience import stretched

ROWS = """() => [...document.querySelectorAll(".row:not([hidden])")].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
  .map((row) => [".c-name b", ".c-state .pill"].map((part) => row.querySelector(part).textContent).join(" "))"""
ALL = [
    "chat ✓Ready",
    "orders …Rolling",
    "search ?Waiting",
    "billing =Paused",
    "legal !Drifted",
    "refunds ✗Stalled",
    "sales ✗Stalled",
    "onboarding …Working",
    "pending …Pending",
    "stranger ✗Failing",
]


def visit(page: Any, dashboard: Dashboard, opened: str = "") -> None:
    """Open the page, at an endpoint if one is named."""
    page.goto(f"{dashboard.url}#{opened}" if opened else dashboard.url)
    page.wait_for_selector("#row-9")
    if opened:
        page.wait_for_selector(".conditions")


def rows(page: Any, *expected: str) -> None:
    """Wait until just these rows are shown."""
    page.wait_for_function(f"wanted => JSON.stringify(({ROWS})()) === JSON.stringify(wanted)", arg=list(expected))


def test_every_endpoint_is_shown_with_a_mark_beside_its_state(page: Any, dashboard: Dashboard):
    visit(page, dashboard)
    rows(page, *ALL)
    assert page.text_content("#scope") == "all namespaces · context admin"
    assert page.text_content("#link") == "● Live"
    assert page.locator("#row-0 .numbers").text_content() == "3:90%  4:10%"
    assert page.locator("#row-1 .track i").evaluate_all("all => all.map((each) => each.className)") == [
        "done",
        "here",
        "todo",
        "todo",
    ]


def test_a_change_shows_within_a_second_after_the_status_has_it(
    page: Any, dashboard: Dashboard, kubectl: Kubectl, measured: Measured
):
    visit(page, dashboard, "team-a/chat")
    figures = []
    for share in (11, 23, 37, 10):
        routing = {"versionWeights": [{"version": "4", "weight": share}]}
        kubectl.patch(KIND, "chat", {"status": {"routing": routing}}, subresource="status")
        began = time.monotonic()
        page.wait_for_function(
            f"""() => document.querySelector("#row-0 .numbers").textContent.endsWith("4:{share}%")
              && document.querySelector("#detail .split").textContent.includes("4 {share}%")""",
            polling="raf",
        )
        figures.append(time.monotonic() - began)
    measured("seconds from the status to the page, at most", max(figures))
    assert max(figures) < stretched(1)


def test_an_object_that_comes_and_goes_is_there_and_gone(page: Any, dashboard: Dashboard, kubectl: Kubectl):
    visit(page, dashboard)
    fleet.create(kubectl, fleet.Member("team-a", "guest", {"targetVersion": "1"}, {}))
    page.wait_for_selector("text=guest")
    page.click("text=guest")
    page.wait_for_selector("#detail .conditions", state="attached")
    kubectl("delete", KIND, "guest", "--wait=false")
    page.wait_for_selector("#detail >> text=object is gone")
    rows(page, *ALL)


@pytest.mark.parametrize("opened", ["", "team-c/stranger"])
def test_what_looks_like_markup_stays_text(page: Any, dashboard: Dashboard, opened: str):
    visit(page, dashboard, opened)
    page.wait_for_selector("#row-9")
    assert MARKUP in page.locator("#row-9 .c-name").text_content()
    if opened:
        text = page.locator("#detail").text_content()
        assert text.count(MARKUP) >= 4
        assert "\\u202eevil\\x1b[31m" in text
    assert page.locator("main img, main script").count() == 0
    assert "owned" not in page.title()


def test_the_panel_tells_what_to_do_and_what_is_proved(page: Any, dashboard: Dashboard):
    visit(page, dashboard, "team-b/refunds")
    panel = page.locator("#detail")
    assert panel.locator(".steps li").evaluate_all("all => all.map((each) => each.className)")[0] == "back"
    assert "✗ Fail" in panel.locator("table").text_content()
    assert "retry" in panel.locator(".callout").text_content()
    assert "kubectl agentrun rollout retry refunds -n team-b" in panel.text_content()
    panel.locator(".events, p:has-text('None are kept')").first.wait_for(state="attached")


def test_a_line_is_copied_as_it_is_shown(page: Any, dashboard: Dashboard):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, dashboard, "team-b/sales")
    page.click("button[data-line] >> nth=0")
    page.wait_for_selector("text=✓ Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "kubectl agentrun reconcile sales -n team-b"


def test_everything_is_done_by_keyboard(page: Any, dashboard: Dashboard):
    visit(page, dashboard)
    focused = "document.activeElement.id"
    page.keyboard.press("/")
    assert page.evaluate(focused) == "filter"
    page.keyboard.type("team-b stalled")
    rows(page, "refunds ✗Stalled", "sales ✗Stalled")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#row-1.cursor")
    assert page.get_attribute("#grid", "aria-activedescendant") == "row-1"
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail h2 >> text=sales")
    assert page.evaluate(focused) == "detail"
    assert page.get_attribute("#row-1", "aria-selected") == "true"
    page.keyboard.press("Escape")
    page.wait_for_selector("#detail", state="hidden")
    assert page.evaluate(focused) == "grid"
    page.keyboard.press("Escape")
    rows(page, *ALL)
    page.keyboard.press("End")
    page.wait_for_selector("#row-9.cursor")
    page.keyboard.press("Home")
    page.wait_for_selector("#row-0.cursor")
    outline = page.evaluate("getComputedStyle(document.querySelector('#row-0')).boxShadow")
    assert "3px" in outline  # the focus is seen


def test_every_control_is_reached_by_tab_and_has_a_name(page: Any, dashboard: Dashboard):
    visit(page, dashboard, "team-b/sales")
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(({ id, className, labels, ariaLabel, textContent }) => [id || className,"
                " ariaLabel || labels?.[0]?.textContent.trim() || textContent])(document.activeElement)"
            )
        )
    assert [name for name, _ in reached][:4] == ["filter", "namespace", "problems", "grid"]
    assert all(label for _, label in reached)
    assert page.locator("[role=grid] [role=row] [role=gridcell]").count() > 0
    assert page.get_attribute("#grid", "aria-rowcount") == "11"


def test_it_is_filtered_by_namespace_and_by_problem(page: Any, dashboard: Dashboard):
    visit(page, dashboard)
    page.select_option("#namespace", "team-b")
    rows(page, *ALL[3:7])
    page.click("#problems")
    rows(page, *ALL[4:7])
    assert page.get_attribute("#problems", "aria-pressed") == "true"
    page.select_option("#namespace", "")
    page.fill("#filter", "no such thing")
    rows(page)
    assert "No endpoint is like this" in page.text_content("#empty")


@pytest.mark.parametrize("width", [400, 1360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Any, dashboard: Dashboard, measured: Measured, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    worst = 21.0
    for opened in ("", "team-a/orders", "team-c/stranger", "team-b/refunds"):
        visit(page, dashboard, opened)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if opened:
            assert page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(detail)") == 0
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 30
        assert [each for each in contrasts if each[0] < 4.5] == []
        worst = min([worst, *(each[0] for each in contrasts)])
    measured(f"contrast at least, {scheme}, {width} px", worst)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_who_is_colour_blind_tells_versions_and_states_apart(page: Any, dashboard: Dashboard, sight: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    visit(page, dashboard)
    versions = page.evaluate(COLOURS, ["--share-0", "--share-1"])
    assert apart(versions[0], versions[1], sight) > 25
    states = page.evaluate(COLOURS, ["--green-ground", "--red-ground", "--green", "--red"])
    assert max(apart(states[0], states[1], sight), apart(states[2], states[3], sight)) > 8
    # And without any colour: a mark and a word, a hatch and numbers.
    assert all(re.fullmatch(r"\S+ \S[A-Z]\w+", each) for each in page.evaluate(ROWS))
    images = page.locator("#row-0 .bar i").evaluate_all(
        "all => all.map((each) => getComputedStyle(each).backgroundImage)"
    )
    assert images[0] == "none"
    assert "gradient" in images[1]


def test_light_and_dark_follow_the_reader(page: Any, dashboard: Dashboard):
    grounds = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        visit(page, dashboard)
        grounds.append(page.evaluate(COLOURS, ["--ground"])[0])
    assert min(grounds[0]) > 230
    assert max(grounds[1]) < 40


def test_nothing_moves_for_who_does_not_want_that(page: Any, dashboard: Dashboard):
    visit(page, dashboard, "team-a/orders")
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(reduced_motion="no-preference")
    page.wait_for_function("() => document.getAnimations().length > 0")


@pytest.mark.complains
def test_the_policy_lets_no_text_become_markup_or_code(page: Any, dashboard: Dashboard):
    visit(page, dashboard)
    assert (
        page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (e) { return e.name; } }")
        == "TypeError"
    )
    assert (
        page.evaluate(
            """async () => { try { await fetch("https://example.test/"); return ""; } catch (e) { return e.name; } }"""
        )
        == "TypeError"
    )


def test_the_address_is_in_no_request_to_anybody_else(page: Any, dashboard: Dashboard):
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - playwright marks what it is given
    visit(page, dashboard, "team-b/sales")
    assert {request.method for request in asked} == {"GET"}
    assert all(request.url.startswith(dashboard.url) for request in asked)
    assert not any(request.headers.get("referer") for request in asked)
