"""What the part of the staff API about workflows takes and gives."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from chassis.inputs import Input
from tickets.channels.rules.words import Ball, Category
from tickets.channels.rules.workflow import Place
from tickets.channels.shapes import Name, StatusOut, WorkflowKey

MOST_STATUSES = 50

StatusKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Moves = Annotated[
    tuple[StatusKey, ...],
    Field(max_length=MOST_STATUSES, description="Keys of the statuses that an agent may choose next; none means any."),
]


class StatusIn(Input):
    """A new status. Key, category and ball are for ever; whoever wants another one makes it and deletes this one."""

    key: StatusKey
    name: Name
    customer_name: Name | None = Field(default=None, description="What customers read; the name, if left out.")
    category: Category
    ball: Ball
    moves: Moves = ()

    def as_place(self) -> Place:
        """The same as the rules see it."""
        return Place(
            key=self.key,
            name=self.name,
            customer_name=self.customer_name or self.name,
            category=self.category,
            ball=self.ball,
            moves=self.moves,
        )


class AddedStatusIn(StatusIn):
    """A new status and its place in the order; without one it is the last."""

    position: int | None = Field(default=None, ge=0, le=MOST_STATUSES)


class StatusPatch(Input):
    """Changes of a status; a field that is left out stays as it is."""

    name: Name | None = None
    customer_name: Name | None = None
    moves: Moves | None = None
    position: int | None = Field(default=None, ge=0, le=MOST_STATUSES)

    @model_validator(mode="after")
    def _nothing_is_null(self) -> Self:
        for name in self.model_fields_set:
            if getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        return self


class WorkflowIn(Input):
    """A new workflow with its statuses in their order: the first one is open, and at least one is closed."""

    key: WorkflowKey
    name: Name
    statuses: tuple[StatusIn, ...] = Field(min_length=2, max_length=MOST_STATUSES)


class WorkflowPatch(Input):
    """Changes of a workflow."""

    name: Name


class WorkflowOut(BaseModel):
    """A workflow with its statuses, and the keys of the channels that use it."""

    key: str
    name: str
    version: int
    statuses: list[StatusOut]
    channels: list[str]


class WorkflowList(BaseModel):
    """Every workflow, by key."""

    items: list[WorkflowOut]
