"""From manifests to changes: the one place where the cluster, AgentRun and the prediction meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from agentrun_operator.plugin.cluster.kubectl.refusals import ForbiddenError, RefusedError
from agentrun_operator.plugin.commands.diff import offline
from agentrun_operator.plugin.commands.diff.change import Action, Change
from agentrun_operator.plugin.commands.diff.dry_run import Cluster
from agentrun_operator.plugin.commands.diff.gather import look_for
from agentrun_operator.plugin.commands.diff.ownership import OwnershipIndex
from agentrun_operator.plugin.commands.diff.predict import predicted, pruned
from agentrun_operator.plugin.remote.account_pool import AccountPool
from agentrun_operator.reconcile.conditions import timestamp
from agentrun_operator.reconcile.rollout.plan import block_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from agentrun_operator.plugin.cluster.kubectl.rights import Right
    from agentrun_operator.plugin.commands.diff.predict import Look
    from agentrun_operator.plugin.commands.diff.reading import Manifests
    from agentrun_operator.plugin.session import Session

Body = dict[str, Any]
Key = tuple[str, str]

OFFLINE = (
    "Offline: what only the cluster knows is not known: whether an endpoint belongs to its object (it is taken to),"
    " what is immutable, other objects, webhooks, policies, and how a rollout stands"
)

OTHER_KEYS = (
    "Objects with credentialsSecretRef are looked at with your own credentials; --secret-from-cluster takes theirs"
)


class Asked(NamedTuple):
    """The flags."""

    server_side: bool
    secret_from_cluster: bool
    offline: bool
    prune: bool
    selector: str


def preview(session: Session, manifests: Manifests, asked: Asked) -> list[Change]:
    """What would become of every object, in the order of the files; then of those that would be pruned.

    Args:
        session: the cluster and the terminal.
        manifests: what the files hold.
        asked: the flags.

    Raises:
        PluginError: nothing could be found out at all.
    """
    cluster = None if asked.offline else Cluster(session.kubectl, server_side=asked.server_side)
    own = any((each.get("spec") or {}).get("credentialsSecretRef") for each in manifests.objects.values())
    if own and not asked.secret_from_cluster:
        session.screen.hint(OTHER_KEYS)
    with AccountPool(cluster.secret if cluster and asked.secret_from_cluster else None) as accounts:
        return _Preview(session, accounts, cluster).of(manifests, asked.selector)


class _Preview:
    """One preview.

    Args:
        session: the cluster and the terminal.
        accounts: the way to AgentRun.
        cluster: what is asked of the cluster; None: nothing is.
    """

    def __init__(self, session: Session, accounts: AccountPool, cluster: Cluster | None) -> None:
        self._screen = session.screen
        self._kubectl = session.kubectl
        self._accounts = accounts
        self._cluster = cluster
        self._now: datetime = session.now().replace(microsecond=0)
        self._told: set[tuple[str, Right | None]] = set()
        self._assumed: set[Key] = set()

    def of(self, manifests: Manifests, selector: str) -> list[Change]:
        """All changes; `selector` says what would be pruned, empty for nothing."""
        wanted = self._wanted(manifests.objects)
        bodies = {key: each for key, each in wanted.items() if not isinstance(each, str)}
        ownership = self._ownership(bodies)
        changes = [
            self._refused(key, each) if isinstance(each, str) else self._change(key, each, ownership, predicted)
            for key, each in wanted.items()
        ]
        changes += [self._nameless()] * manifests.nameless
        return changes + (self._pruned(manifests.objects, selector, ownership) if selector else [])

    def _wanted(self, manifests: dict[Key, Body]) -> dict[Key, Body | str]:
        """The objects as they would be, or why the API server would refuse them."""
        if self._cluster is None:
            self._screen.warn(OFFLINE)
            return {key: self._alone(key, each) for key, each in manifests.items()}
        found: dict[Key, Body | str] = {}
        for key, told in self._cluster.applied(manifests).items() if manifests else ():
            if isinstance(told, ForbiddenError):
                found[key] = self._untried(key, manifests[key], told)
            else:
                found[key] = str(told) if isinstance(told, RefusedError) else self._read(told)
        return found

    def _read(self, body: Body) -> Body:
        """An object as decisions read it. Those that are made at once are as old as each other."""
        metadata = body["metadata"]
        if not (body.get("status") or metadata.get("finalizers")):
            metadata = metadata | {"creationTimestamp": timestamp(self._now)}
        spec = body["spec"]
        plan = {"plan": block_digest(spec["rollout"])} if isinstance(spec.get("rollout"), dict) else {}
        return {"metadata": metadata, "spec": spec, "status": body.get("status") or {}} | plan

    def _alone(self, key: Key, manifest: Body) -> Body | str:
        """The object by itself, as if its endpoint were its own."""
        if refused := offline.refused(manifest):
            return refused
        self._assumed.add(key)
        return self._read(offline.body_of(manifest, self._now))

    def _untried(self, key: Key, manifest: Body, lacking: ForbiddenError) -> Body | str:
        """The object as it would be, as far as that can be known without the right to try."""
        self._tell("Without the right to try an apply, only the rules of the CRD are known", lacking)
        if refused := offline.refused(manifest):
            return refused
        try:
            live = self._cluster.live(key) if self._cluster else None
        except ForbiddenError as unread:
            self._tell("Whether the objects exist is not known, and their endpoints are taken for theirs", unread)
            return self._alone(key, manifest)
        return self._read(offline.merged(live, manifest) if live else offline.body_of(manifest, self._now))

    def _ownership(self, bodies: dict[Key, Body]) -> OwnershipIndex:
        live: list[Body] = []
        if self._cluster and bodies:
            live, lacking = self._cluster.objects(namespace for namespace, _ in bodies)
            if lacking:
                self._tell("Objects of other namespaces that manage the same endpoint are not known", lacking)
        return OwnershipIndex(live, bodies, self._accounts.own.region_id)

    def _change(
        self, key: Key, body: Body, ownership: OwnershipIndex, foresee: Callable[[Body, Look, datetime], Change]
    ) -> Change:
        name = "/".join(key)
        try:
            look = look_for(body, self._accounts, ownership.of)
            if key in self._assumed and not look.observed.problem:
                body = offline.as_its_own(body, look.observed, self._now)
            return foresee(body, look, self._now)._replace(name=name)
        except (ValidationError, KeyError, TypeError, AttributeError) as error:
            told = f"{name} is not what this version can read ({type(error).__name__}): is the CRD newer or loosened?"
            return Change(Action.BLOCKED, message=told, untold=True, name=name)

    def _refused(self, key: Key, why: str) -> Change:
        return Change(Action.REFUSED, message=why, name="/".join(key))

    def _nameless(self) -> Change:
        return Change(Action.REFUSED, message="An object in the files has no metadata.name, without which none applies")

    def _pruned(self, files: Iterable[Key], selector: str, ownership: OwnershipIndex) -> list[Change]:
        """What would become of the objects that no file has."""
        kept = set(files)
        if self._cluster is None:
            return []
        namespaces = {key[0] for key in kept} or {self._kubectl.namespace}
        labelled = {_key(each): each for each in self._cluster.labelled(selector, namespaces)}
        return [
            self._change(key, self._read(each), ownership, pruned) for key, each in labelled.items() if key not in kept
        ]

    def _tell(self, unknown: str, lacking: ForbiddenError) -> None:
        """Say once what is not known for the want of a right, of however many objects."""
        if (unknown, lacking.right) not in self._told:
            self._told.add((unknown, lacking.right))
            self._screen.warn(f"{unknown}: {lacking}")


def _key(body: Body) -> Key:
    return body["metadata"]["namespace"], body["metadata"]["name"]
