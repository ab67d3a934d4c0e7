"""What changes workflows and their statuses (TC-12, CF-02).

A status that tickets may have is never without a row: it is *deleted* by naming its successor, and a job of the desk
gives its tickets the successor, a batch at a time. A channel that gets another workflow goes the same way: the statuses
that are unknown there are added to it as deleted ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated
from tickets.audit.operations import record
from tickets.channels.models import Channel, Status, Workflow
from tickets.channels.queries import channels_of_workflow, flow_of, place
from tickets.channels.rules.workflow import Place, workflow_fault
from tickets.channels.workflow_shapes import MOST_STATUSES, AddedStatusIn, StatusPatch, WorkflowIn
from tickets.database import table_of
from tickets.errors import (
    InvalidWorkflow,
    StatusExists,
    StatusNotFound,
    UnknownReference,
    WorkflowExists,
    WorkflowInUse,
    WorkflowNotFound,
)

SETTLE_STATUSES = "settle-statuses"
"""The job that gives the tickets of a deleted status its successor."""

STANDARD = "standard"


@dataclass(frozen=True)
class _Draft:
    """A workflow under change: locked, with all its statuses as they are."""

    workflow: Workflow
    rows: dict[str, Status]

    @property
    def places(self) -> list[Place]:
        """The statuses that can be chosen, in order."""
        return [place(status) for status in self.rows.values() if not status.deleted]

    def find(self, key: str) -> Status:
        """A status that can be chosen. Raises `StatusNotFound`."""
        status = self.rows.get(key)
        if status is None or status.deleted:
            raise StatusNotFound(f"The workflow '{self.workflow.key}' has no status '{key}'.")
        return status

    def write(self, places: Sequence[Place]) -> None:
        """These are the statuses now, in this order; deleted ones come behind. Raises `InvalidWorkflow`."""
        if fault := workflow_fault(places):
            raise InvalidWorkflow(fault)
        if len(places) > MOST_STATUSES:
            raise InvalidWorkflow(f"A workflow has at most {MOST_STATUSES} statuses.")
        for found in places:
            row = self.rows[found.key]
            row.name, row.customer_name, row.moves = found.name, found.customer_name, list(found.moves)
        order = [found.key for found in places]
        for position, key in enumerate([*order, *(key for key in self.rows if key not in order)]):
            self.rows[key].position = position
        self.workflow.version += 1


async def create_workflow(tx: Transaction, who: Authenticated, new: WorkflowIn) -> Workflow:
    """Add a workflow; no channel uses it yet. Raises `WorkflowExists`, `InvalidWorkflow`."""
    places = [status.as_place() for status in new.statuses]
    if fault := workflow_fault(places):
        raise InvalidWorkflow(fault)
    made = insert(table_of(Workflow)).values(key=new.key, name=new.name, version=1).on_conflict_do_nothing()
    if (await tx.session.execute(made.returning(table_of(Workflow).c.key))).first() is None:
        raise WorkflowExists(f"There is a workflow '{new.key}' already. Choose another key.")
    rows = [_row(new.key, found, position) for position, found in enumerate(places)]
    await tx.session.execute(sa.insert(table_of(Status)), rows)
    await _recorded(tx, who, "workflow.created", new.key, new.model_dump(mode="json"))
    return await find_workflow(tx, new.key)


async def change_workflow(tx: Transaction, who: Authenticated, key: str, *, name: str, expected: int) -> Workflow:
    """Give a workflow another name. Raises `WorkflowNotFound`, `StaleVersion`."""
    draft = await _draft(tx, key, expected)
    await _recorded(tx, who, "workflow.changed", key, {"from": draft.workflow.name, "to": name})
    draft.workflow.name = name
    draft.workflow.version += 1
    return draft.workflow


async def delete_workflow(tx: Transaction, who: Authenticated, key: str, *, expected: int) -> None:
    """Delete a workflow that no channel uses. Raises `WorkflowNotFound`, `StaleVersion`, `WorkflowInUse`."""
    draft = await _draft(tx, key, expected)
    if key == STANDARD:
        raise WorkflowInUse("The standard workflow stays: a new channel has it unless it names another one.")
    if users := await channels_of_workflow(tx, key):
        raise WorkflowInUse(f"These channels use it: {', '.join(users[:5])}. Give them another workflow first.")
    await tx.session.execute(sa.delete(table_of(Status)).where(Status.workflow == key))
    await tx.session.delete(draft.workflow)
    await _recorded(tx, who, "workflow.deleted", key, {})


async def add_status(tx: Transaction, who: Authenticated, key: str, new: AddedStatusIn) -> Workflow:
    """Add a status. Raises `WorkflowNotFound`, `StatusExists`, `InvalidWorkflow`."""
    draft = await _draft(tx, key)
    places, fresh = draft.places, new.as_place()
    there = draft.rows.get(new.key)
    if there is not None and not there.deleted:
        raise StatusExists(f"There is a status '{new.key}' already. Choose another key.")
    if there is not None and (there.category, there.ball) != (new.category, new.ball):
        raise StatusExists(
            f"There was a status '{new.key}' of the category '{there.category}' with the ball '{there.ball}', and keys"
            " are for ever. Choose another key, or the same category and ball."
        )
    if there is None:
        there = Status(**_row(key, fresh, len(draft.rows)))
        tx.session.add(there)
        draft.rows[new.key] = there
    there.successor = None
    places.insert(len(places) if new.position is None else new.position, fresh)
    draft.write(places)
    await _recorded(tx, who, "status.added", key, new.model_dump(mode="json"))
    return draft.workflow


async def change_status(
    tx: Transaction, who: Authenticated, key: str, status: str, patch: StatusPatch, *, expected: int
) -> Workflow:
    """Change a status. Raises `WorkflowNotFound`, `StatusNotFound`, `StaleVersion`, `InvalidWorkflow`."""
    draft = await _draft(tx, key, expected)
    now = place(draft.find(status))
    changed = replace(now, **patch.model_dump(exclude_unset=True, exclude={"position"}))
    places = [changed if found.key == status else found for found in draft.places]
    if patch.position is not None:
        places.remove(changed)
        places.insert(patch.position, changed)
    draft.write(places)
    details = {"status": status, **patch.model_dump(mode="json", exclude_unset=True)}
    await _recorded(tx, who, "status.changed", key, details)
    return draft.workflow


async def delete_status(
    tx: Transaction, who: Authenticated, key: str, status: str, *, successor: str, expected: int
) -> Workflow:
    """Delete a status: its tickets get the successor. Raises what `change_status` does, and `UnknownReference`."""
    draft = await _draft(tx, key, expected)
    gone = draft.find(status)
    heir = draft.rows.get(successor)
    if heir is None or heir.deleted or successor == status:
        raise UnknownReference(f"The workflow '{key}' has no other status '{successor}' that could be the successor.")
    if heir.category is not gone.category:
        raise InvalidWorkflow(f"'{status}' is {gone.category}, so its successor must be, too: '{successor}' is not.")
    draft.write([_moves_to(found, status, successor) for found in draft.places if found.key != status])
    gone.successor = successor
    for other in draft.rows.values():
        if other.successor == status:
            other.successor = successor
    await _recorded(tx, who, "status.deleted", key, {"status": status, "successor": successor})
    tx.wake(SETTLE_STATUSES)
    return draft.workflow


def _moves_to(found: Place, status: str, successor: str) -> Place:
    moves = dict.fromkeys(successor if key == status else key for key in found.moves)
    return replace(found, moves=tuple(moves))


async def adopt_workflow(tx: Transaction, channel: Channel, wanted: str) -> None:
    """Give a channel another workflow. Raises `UnknownReference`.

    What its tickets have and the new workflow does not know is added there as deleted, with a successor of the same
    category: no ticket is without a status for a moment, whoever changes it meanwhile.
    """
    order = sa.select(Workflow.key).where(Workflow.key.in_([channel.workflow, wanted])).order_by(Workflow.key)
    if wanted not in (await tx.session.scalars(order.with_for_update())).all():
        raise UnknownReference(f"There is no workflow '{wanted}'.")
    old, new = await _statuses(tx, channel.workflow), await _statuses(tx, wanted)
    flow = flow_of(new.values())
    rows = [
        _row(wanted, place(status), len(new) + index) | {"successor": flow.same_or_like(place(status)).key, "moves": []}
        for index, status in enumerate(status for key, status in old.items() if key not in new)
    ]
    if rows:
        await tx.session.execute(sa.insert(table_of(Status)), rows)
    channel.workflow = wanted
    tx.wake(SETTLE_STATUSES)


async def find_workflow(tx: Transaction, key: str) -> Workflow:
    """The workflow with this key. Raises `WorkflowNotFound`."""
    workflow = await tx.session.get(Workflow, key)
    if workflow is None:
        raise WorkflowNotFound(f"There is no workflow '{key}'.")
    return workflow


async def _recorded(tx: Transaction, who: Authenticated, action: str, key: str, details: Mapping[str, object]) -> None:
    await record(tx, actor=who, action=action, subject=f"workflow:{key}", details=details)


async def _draft(tx: Transaction, key: str, expected: int | None = None) -> _Draft:
    workflow = await tx.session.get(Workflow, key, with_for_update=True)
    if workflow is None:
        raise WorkflowNotFound(f"There is no workflow '{key}'.")
    if expected is not None and workflow.version != expected:
        raise StaleVersion(
            f"The workflow is at version {workflow.version} by now. Read it again, then repeat your change.",
            current={"key": workflow.key, "version": workflow.version},
        )
    return _Draft(workflow, await _statuses(tx, key))


async def _statuses(tx: Transaction, workflow: str) -> dict[str, Status]:
    rows = await tx.session.scalars(sa.select(Status).where(Status.workflow == workflow).order_by(Status.position))
    return {status.key: status for status in rows}


def _row(workflow: str, found: Place, position: int) -> dict[str, object]:
    return {
        "workflow": workflow,
        "key": found.key,
        "name": found.name,
        "customer_name": found.customer_name,
        "category": found.category,
        "ball": found.ball,
        "moves": list(found.moves),
        "position": position,
        "successor": None,
    }
