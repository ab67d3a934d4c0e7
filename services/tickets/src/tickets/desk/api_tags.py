"""HTTP: tags (TS-03)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from chassis.http import Tx
from chassis.inputs import Input
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, refusals
from chassis.routes import Routes
from tickets.desk import tags
from tickets.desk.api import Cursor, Reader
from tickets.properties.api import Admin
from tickets.properties.errors import NameTaken, TagInUse, TagNotFound
from tickets.properties.models import Tag
from tickets.properties.shapes import TagName

Typed = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="What the tag begins with.")]
Limit = Annotated[int, Query(ge=1, le=50)]

router = Routes(prefix="/api/v1", tags=["tags"])


class TagPatch(Input):
    """Another name for a tag."""

    name: TagName


class MergeIn(Input):
    """The tag that the other one becomes."""

    into: UUID


class TagRef(BaseModel):
    """A tag by name."""

    id: UUID
    name: str


class TagOut(BaseModel):
    """A tag, and how many tickets that the agent may see have it; ``capped_at`` means so many or more."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    tickets: int


class TagPage(BaseModel):
    """A page of tags; ``next`` is the cursor of the following page."""

    items: list[TagOut]
    next: str | None
    capped_at: int = tags.COUNT_UP_TO


class TagAdminOut(TagOut):
    """A tag, and how many tickets of the whole desk have it; ``merging``: some of them are still to get it."""

    merging: bool


class TagAdminPage(BaseModel):
    """A page of all tags; ``next`` is the cursor of the following page."""

    items: list[TagAdminOut]
    next: str | None
    capped_at: int = tags.COUNT_UP_TO


@router.get("/tags", operation_id="complete_tags", responses=refusals(InvalidCursor))
async def complete_tags(tx: Tx, who: Reader, q: Typed = "", cursor: Cursor = None, limit: Limit = 20) -> TagPage:
    """Tags on tickets that the agent may see, in alphabetical order."""
    rows, later = await tags.complete_tags(tx, who.agent_id, typed=q, cursor=cursor, limit=limit)
    return TagPage(items=[TagOut.model_validate(row) for row in rows], next=later)


@router.get("/tags/all", operation_id="list_all_tags", responses=refusals(InvalidCursor))
async def list_all_tags(tx: Tx, _who: Admin, q: Typed = "", cursor: Cursor = None, limit: Limit = 20) -> TagAdminPage:
    """Every tag of the desk, also those that no ticket has any more."""
    rows, later = await tags.all_tags(tx, typed=q, cursor=cursor, limit=limit)
    return TagAdminPage(items=[TagAdminOut.model_validate(row) for row in rows], next=later)


@router.patch("/tags/{tag_id:uuid}", operation_id="rename_tag", responses=refusals(TagNotFound, NameTaken, Invalid))
async def rename_tag(tx: Tx, _who: Admin, tag_id: UUID, patch: TagPatch) -> TagRef:
    """Rename a tag, on all tickets. Whoever writes the old name gets this tag."""
    return _ref(await tags.rename_tag(tx, tag_id, patch.name))


@router.post("/tags/{tag_id:uuid}/merge", operation_id="merge_tags", responses=refusals(TagNotFound, TagInUse, Invalid))
async def merge_tags(tx: Tx, _who: Admin, tag_id: UUID, wanted: MergeIn) -> TagRef:
    """Merge a tag into another one, on all tickets; they follow within seconds, many of them within minutes."""
    return _ref(await tags.merge_tags(tx, tag_id, into=wanted.into))


@router.delete(
    "/tags/{tag_id:uuid}",
    operation_id="delete_tag",
    status_code=204,
    responses=refusals(TagNotFound, TagInUse, Invalid),
)
async def delete_tag(tx: Tx, _who: Admin, tag_id: UUID) -> None:
    """Delete a tag that no ticket has."""
    await tags.delete_tag(tx, tag_id)


def _ref(tag: Tag) -> TagRef:
    return TagRef(id=tag.id, name=tag.name)
