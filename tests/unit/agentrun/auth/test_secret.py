"""A secret shows itself to nobody by accident."""

import copy
import json
import pickle
import traceback
from string import Template

import pytest

from agentrun_operator.agentrun.auth.secret import Secret

VALUE = "wJalrXUtnFEMI"


@pytest.mark.parametrize(
    "show",
    [repr, str, "{}".format, "{!r}".format, lambda secret: f"{secret}", lambda secret: str([secret]), ascii],
    ids=["repr", "str", "format", "format as repr", "f-string", "in a list", "ascii"],
)
def test_no_way_of_showing_shows_it(show):
    assert VALUE not in show(Secret(VALUE))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol):
    with pytest.raises(TypeError, match="not pickled") as caught:
        pickle.dumps(Secret(VALUE), protocol)
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_it_is_not_json():
    with pytest.raises(TypeError):
        json.dumps(Secret(VALUE))


def test_it_has_no_attributes_to_dump():
    assert not hasattr(Secret(VALUE), "__dict__")


def test_templates_do_not_show_it():
    assert VALUE not in Template("$secret").substitute(secret=Secret(VALUE))


def test_it_is_revealed_on_request():
    assert Secret(VALUE).reveal() == VALUE


def test_the_white_space_of_a_mounted_file_is_dropped():
    assert Secret(f" {VALUE}\n").reveal() == VALUE


def test_copies_are_itself():
    secret = Secret(VALUE)
    assert copy.copy(secret) is copy.deepcopy(secret) is secret


def test_equal_secrets_are_equal():
    assert (Secret(VALUE), hash(Secret(VALUE))) == (Secret(VALUE), hash(Secret(VALUE)))


@pytest.mark.parametrize("other", [Secret("another"), VALUE, None])
def test_others_are_not(other):
    assert Secret(VALUE) != other


def test_an_empty_one_is_false():
    assert (bool(Secret("")), bool(Secret(VALUE))) == (False, True)
