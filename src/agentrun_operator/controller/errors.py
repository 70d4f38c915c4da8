"""The errors that end the operator, each with one line for the person who started it."""

from __future__ import annotations


class StartError(Exception):
    """The operator cannot start; the message says what to do."""


class LeaseLostError(Exception):
    """Another replica may work from now on, so this process has to end at once."""


class NotLeadingError(Exception):
    """A write to AgentRun was stopped, because the Lease may be another's by now."""
