"""The reasons: a closed set, and a document that says what they mean."""

import json
import re
from pathlib import Path

import pytest

from agentrun_operator.resources.reasons import Reason, reasons_table

DOCUMENT = Path(__file__).parents[3] / "docs" / "reasons.md"

PROMISED = """
    Available InSync Creating Updating Deleting Paused CredentialsNotFound CredentialsRejected CredentialsNotAllowed
    RegionNotServed RuntimeNotFound RuntimeAmbiguous RuntimeNotReady Conflict AlreadyExists NotFound DeletedOutside
    CreateFailed UpdateFailed DeleteFailed Rejected WriteRefused Throttled RemoteUnavailable UnknownState Stale
    NotConverging Drifted RolledOut RollingOut AwaitingApproval RolloutHeld RolledBack
    Exported ExportWaiting ExportConflict ExportForbidden
""".split()  # noqa: SIM905 - thirty-seven lines of literals are harder to compare

EVENTS = [
    "Created",
    "Adopted",
    "Updated",
    "DriftCorrected",
    "DriftDetected",
    "DeletedOutside",
    "Recreated",
    "Deleted",
    "Orphaned",
    "StatusOverwritten",
    "RolloutStarted",
    "RolloutStepped",
    "RolloutApproved",
    "RolloutReplaced",
    "RolloutPromoted",
    "RolloutDropped",
    "RequestIgnored",
]


def test_the_reasons_are_the_promised_ones():
    assert [reason.value for reason in Reason] == PROMISED


def test_a_reason_is_the_text_that_kubernetes_gets():
    assert f"{Reason.IN_SYNC}" == "InSync"
    assert json.dumps(Reason.IN_SYNC) == '"InSync"'


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_word_in_the_form_that_kubernetes_takes(reason):
    assert re.fullmatch("[A-Z][A-Za-z]*", reason.value)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_says_in_sentences_what_it_means_and_what_to_do(reason):
    assert reason.meaning.endswith(".")
    assert reason.remedy.endswith(".")


def test_the_table_has_a_row_for_each_reason():
    rows = reasons_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == PROMISED
    assert {row.count("|") for row in rows} == {4}


def test_the_document_holds_exactly_this_table():
    assert _table("Reasons") == reasons_table().splitlines()


def test_the_document_tells_of_every_event_and_of_no_other():
    assert [row.split("`")[1] for row in _table("Events")[2:]] == EVENTS


def _table(heading: str) -> list[str]:
    """The lines of the table under a heading of the document."""
    section = DOCUMENT.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")]
