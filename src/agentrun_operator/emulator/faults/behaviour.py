"""How the emulated service behaves: the settings of `PUT /_emulator/behaviour`, read from JSON and shown again. Pure.

Each setting has its unit and its default here; `gateway`, `actions` and `state` do what it says.
"""

from __future__ import annotations

from typing import Annotated

from agentrun_operator.emulator.checks import integer, number, one_of
from agentrun_operator.emulator.faults.model import Flag, Model, Seconds, Status, Text, checked
from agentrun_operator.emulator.faults.rules import Distortion, Selection
from agentrun_operator.emulator.state.documents import NORMALISATIONS


class Transitions(Model):
    """Seconds that a change takes; 0: it is done when it is answered."""

    create: Seconds = 1.5
    update: Seconds = 1.0
    delete: Seconds = 1.0


class Throttling(Model):
    """A token bucket for each account."""

    qps: Annotated[float, checked(number(0, exclusive=True))]
    """Requests per second."""

    burst: Annotated[float, checked(number(1))] | None = None
    """Requests at once; None: a second's worth."""

    status: Status = 429
    """HTTP status of the error."""

    retry_after: Flag = True
    """Whether `x-acs-retry-after` (milliseconds) says when to come back."""


class Fault(Selection, Distortion):
    """Something that goes wrong, for some calls. The first fault that hits a call is the one it gets."""

    action: Text = "*"
    """Hit calls of this action, by the API's name for it; `*`: of any action."""

    account_id: Text | None = None
    """Hit only calls of this account; None: of any. The four restrictions that follow work the same way."""

    access_key_id: Text | None = None
    runtime_id: Text | None = None
    endpoint_id: Text | None = None
    endpoint_name: Text | None = None

    delay: Seconds = 0.0
    """Seconds before anything else happens."""

    drop: Annotated[str, checked(one_of("before", "after", "midway"))] | None = None
    """Close the connection without an answer, `before` or `after` the call has its effect; or `midway`: after its
    effect and half of its answer. None: do not."""

    hang: Seconds | None = None
    """Hold the call for this many seconds, then close the connection; the client may go before. None: do not."""

    after_effect: Flag = False
    """Whether `status`, `answer` and `hang` come after the call had its effect, instead of before."""

    ends_in: Text | None = None
    """Status, any word, in which the change that the call begins ends; None: the usual one."""

    status_reason: Text | None = None
    """Shown with that status; None: nothing is."""

    takes: Seconds | None = None
    """Seconds that the change takes; None: as in `Transitions`."""

    @property
    def lets_through(self) -> bool:
        """Whether the call has its effect in spite of the fault."""
        if self.drop is not None:
            return self.drop != "before"
        obstructs = self.status is not None or self.answer is not None or self.hang is not None
        return self.after_effect or not obstructs


class Behaviour(Model):
    """Every setting; the defaults are those of a playground."""

    latency: Seconds = 0.0
    """Seconds that each call waits before anything else."""

    transitions: Transitions = Transitions()
    """Seconds that changes take."""

    page_limit: Annotated[int, checked(integer(minimum=1))] = 100
    """Most items on a page, whatever size is asked for."""

    throttling: Throttling | None = None
    """The limit of each account's calls; None: there is none."""

    session_idle: Seconds = 1800.0
    """Seconds without a call after which a session is over. Until then one version answers all its calls, whatever
    becomes of the split; 0: each call has its own turn."""

    list_lag: Seconds = 0.0
    """Seconds that lists are behind. A list never goes back before what it has shown."""

    list_drift: Annotated[int, checked(integer())] = 0
    """Items by which the order of a runtime's list moves on each time it is read: above 0 pages overlap, below 0 they
    leave gaps."""

    conflict_status: Status = 409
    """HTTP status of "already exists"."""

    refuse_delete_while_creating: Flag = False
    """Whether an endpoint in CREATING cannot be deleted (400), instead of being deleted at once."""

    refuse_update_while_busy: Flag = False
    """Whether an endpoint in CREATING or UPDATING cannot be updated (400), instead of starting over."""

    normalise: tuple[Annotated[str, checked(one_of(*NORMALISATIONS))], ...] = ()
    """Alterations of what is stored, by their names in `documents.NORMALISATIONS`."""

    seed: Annotated[int, checked(integer())] = 0
    """Of the generator that fractions are drawn from."""

    faults: tuple[Fault, ...] = ()
    """What goes wrong, in the order in which faults are tried."""

    def changed(self, changes: object) -> Behaviour:
        """This behaviour after a PUT: a setting that is not named stays, null sets it back to its default.

        Of `transitions` each time is a setting of its own; other settings are replaced as a whole.

        Raises:
            InvalidError: a setting is unknown or has a value it cannot have.
        """
        if isinstance(changes, dict):
            defaults = Behaviour().show()
            changes = {name: defaults.get(name) if value is None else value for name, value in changes.items()}
        named = Behaviour.read(changes)
        update = {name: getattr(named, name) for name in named.model_fields_set}
        times = named.transitions.model_dump(exclude_unset=True)
        return self.model_copy(update={**update, "transitions": self.transitions.model_copy(update=times)})
