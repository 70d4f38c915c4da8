"""Queries of Prometheus: what is put in cannot break out, and what is answered is read for what it is."""

from typing import Any

import promql_parser
import pytest

from agentrun_operator.reconcile.rollout.proof.queries import NOTHING, Names, Reading, read_answer, rendered

NAMES = Names("4", "3", "bot-endpoint", "support_bot", "25")


def vector(*values: object, **more: object) -> dict[str, Any]:
    result = [{"metric": {}, "value": [1700000000.1, value]} for value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}, **more}


def test_every_place_holder_gets_its_name_and_no_other_text_changes():
    query = 'x{v="$(version)",s="$(stable)",e="$(endpoint)",r="$(runtime)",w="$(weight)",n="$(name) $version"}'
    assert rendered(query, NAMES) == ('x{v="4",s="3",e="bot-endpoint",r="support_bot",w="25",n="$(name) $version"}')


@pytest.mark.parametrize(
    "name",
    [
        '"} or up{x="',
        "'} or up{x='",
        "`} or up{x=`",
        "a\\",
        "a\nb",
        "${}",
        "$(version)",
        "é\u2028",
        "\x00\x7f",
        "\ud800",
    ],
)
@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_no_name_breaks_out_of_its_string(name, quote):
    query = rendered(f"x{{r={quote}$(runtime){quote}}}", NAMES._replace(runtime=name))
    assert query.count(quote) == 2
    assert query.isascii()
    assert type(promql_parser.parse(query)).__name__ == "VectorSelector"


def test_a_name_that_is_put_in_is_not_looked_through_for_more():
    assert "25" not in rendered('x{r="$(runtime)"}', NAMES._replace(runtime="$(weight)"))


def test_a_name_of_any_length_is_put_in_cut():
    assert len(rendered("$(runtime)", NAMES._replace(runtime="x" * 10_000))) == 256


@pytest.mark.parametrize(
    ("document", "reading"),
    [
        pytest.param(vector("0.25"), Reading(0.25), id="one element"),
        pytest.param(vector("0.25", infos=["a hint"]), Reading(0.25), id="with a hint"),
        pytest.param(
            {"status": "success", "data": {"resultType": "scalar", "result": [1.0, "3"]}}, Reading(3.0), id="a scalar"
        ),
        pytest.param(vector(), NOTHING, id="an empty vector"),
        pytest.param(vector("NaN"), NOTHING, id="no number"),
        pytest.param(vector("+Inf"), NOTHING, id="an endless number, as of a division by nothing"),
        pytest.param(vector("0.25", warnings=["partial"]), NOTHING, id="a warning"),
    ],
)
def test_an_answer_is_read(document, reading):
    assert read_answer(document) == reading


@pytest.mark.parametrize(
    ("document", "word"),
    [
        (vector("1", "2"), "2 values"),
        ({"status": "success", "data": {"resultType": "matrix", "result": []}}, "no scalar"),
        ({"status": "success", "data": {"resultType": "string", "result": [1, "x"]}}, "no scalar"),
        ({"status": "success", "data": {"resultType": "vector", "result": {}}}, "no scalar"),
        ({"status": "success", "data": {"resultType": "vector", "result": [None]}}, "none"),
        ({"status": "success", "data": {"resultType": "vector", "result": [{"histogram": []}]}}, "none"),
        (vector(None), "none"),
        (vector("four"), "none"),
        (vector([]), "none"),
        (vector(10**400), "none"),
        (vector(4.0), "none"),
        (vector(*[True]), "none"),
        ({"status": "success", "data": []}, "without data"),
        ({"status": "error", "errorType": "bad_data", "error": "<b>secret</b>"}, "(bad_data)"),
        ({"status": "error", "errorType": "<b>secret</b>"}, "(unknown)"),
        ({"status": "error", "errorType": ["timeout"]}, "(unknown)"),
        ({"status": "error", "errorType": "timeout"}, "(timeout)"),
        ({"status": "x"}, "no Prometheus"),
        ({"status": ["x"]}, "no Prometheus"),
        ([], "no Prometheus"),
        (None, "no Prometheus"),
        ("success", "no Prometheus"),
    ],
)
def test_an_answer_that_gives_no_value_says_so_in_our_words(document, word):
    found = read_answer(document)
    assert found.value is None
    assert word in found.error
    assert "secret" not in found.error
