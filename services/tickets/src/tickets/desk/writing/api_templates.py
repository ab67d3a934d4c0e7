"""HTTP: templates and signatures, and what an answer begins with."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor
from chassis.problems import Forbidden, Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.desk.api import Conf, Cursor, Limit, Number, Reader, Writer
from tickets.desk.mail_accounts import account_of_channel
from tickets.desk.rules.words import Mode
from tickets.desk.shapes import Html, Key
from tickets.desk.writing import templates
from tickets.desk.writing.beginnings import Beginning, begin_answer
from tickets.desk.writing.signatures import read_signature, write_signature
from tickets.desk.writing.templates import (
    Language,
    Rendered,
    RenderIn,
    TemplateIn,
    TemplateKind,
    TemplateOut,
    TemplatePage,
    TemplatePatch,
)
from tickets.errors import (
    ActivityNotFound,
    CannotBeAnswered,
    ChannelIsReadOnly,
    ChannelNotFound,
    InternalTicketCannotMail,
    TemplateNotFound,
    TicketNotFound,
    UnknownReference,
    UnknownVariable,
)

router = Routes(prefix="/api/v1", tags=["templates"])

Manager = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]
TemplateId = Annotated[UUID, Path(description="The template's id.")]
ChannelPath = Annotated[str, Path(max_length=40, description="The channel's key.")]


class SignatureIn(Input):
    """What stands below the mails of a channel, as HTML by language; nothing: no signature."""

    variants: dict[Language, Html] = Field(max_length=10)


class SignatureOut(BaseModel):
    """The signature of a channel."""

    variants: dict[str, str]
    version: int


@router.post(
    "/templates",
    operation_id="create_template",
    status_code=201,
    response_model=TemplateOut,
    responses=refusals(Forbidden, UnknownReference, UnknownVariable, Invalid),
)
async def create_template(
    request: Request, tx: Tx, who: Writer, new: TemplateIn, key: IdempotencyKey = None
) -> Response:
    """Add a template of one's own, or with `staff:manage` one for everybody."""

    async def work() -> TemplateOut:
        return await templates.create_template(tx, who, new)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(template: TemplateOut) -> str:
    return f"/api/v1/templates/{template.id}"


@router.get("/templates", operation_id="list_templates", responses=refusals(InvalidCursor))
async def list_templates(
    tx: Tx,
    who: Reader,
    kind: TemplateKind | None = None,
    channel: Annotated[Key | None, Query(description="Only those that fit this channel.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TemplatePage:
    """The templates that one may use, by name."""
    return await templates.template_page(tx, who.agent_id, kind=kind, channel=channel, cursor=cursor, limit=limit)


@router.get(
    "/templates/{template_id}",
    operation_id="get_template",
    response_model=TemplateOut,
    responses=refusals(TemplateNotFound),
)
async def get_template(tx: Tx, who: Reader, template_id: TemplateId) -> Response:
    """A template, not filled in."""
    return _answer(await templates.view_template(tx, who.agent_id, template_id))


@router.patch(
    "/templates/{template_id}",
    operation_id="change_template",
    response_model=TemplateOut,
    responses=refusals(
        TemplateNotFound, Forbidden, StaleVersion, UnknownReference, UnknownVariable, Invalid, PreconditionRequired
    ),
)
async def change_template(
    tx: Tx, who: Writer, template_id: TemplateId, patch: TemplatePatch, version: IfMatch
) -> Response:
    """Change a template of one's own, or with `staff:manage` one of everybody's."""
    return _answer(await templates.change_template(tx, who, template_id, patch, expected=version))


@router.delete(
    "/templates/{template_id}",
    operation_id="delete_template",
    status_code=204,
    responses=refusals(TemplateNotFound, Forbidden, StaleVersion, PreconditionRequired),
)
async def delete_template(tx: Tx, who: Writer, template_id: TemplateId, version: IfMatch) -> None:
    """Delete a template; what was written with it stays."""
    await templates.delete_template(tx, who, template_id, expected=version)


@router.post(
    "/templates/{template_id}/render",
    operation_id="render_template",
    responses=refusals(TemplateNotFound, TicketNotFound, Invalid),
)
async def render_template(tx: Tx, who: Reader, conf: Conf, template_id: TemplateId, asked: RenderIn) -> Rendered:
    """The template with the values of a ticket; nothing is stored."""
    return await templates.render_template(tx, who.agent_id, template_id, asked, settings=conf)


def _answer(template: TemplateOut) -> Response:
    body = orjson.dumps(template.model_dump(mode="json"))
    return Response(body, media_type="application/json", headers={"ETag": etag(template.version)})


@router.get(
    "/channels/{key}/signature",
    operation_id="get_signature",
    response_model=SignatureOut,
    responses=refusals(ChannelNotFound),
)
async def get_signature(tx: Tx, _who: Reader, key: ChannelPath) -> Response:
    """The signature of a channel; version 0 where it has none yet."""
    signature = await read_signature(tx, key)
    return _signature(signature.variants, signature.version)


@router.put(
    "/channels/{key}/signature",
    operation_id="set_signature",
    response_model=SignatureOut,
    responses=refusals(ChannelNotFound, StaleVersion, UnknownVariable, Invalid, PreconditionRequired),
)
async def set_signature(tx: Tx, _who: Manager, key: ChannelPath, signature: SignatureIn, version: IfMatch) -> Response:
    """Replace the signature of a channel. It knows ``{{agent.name}}``, ``{{agent.email}}`` and ``{{channel.name}}``."""
    written = await write_signature(tx, key, signature.variants, expected=version)
    return _signature(written.variants, written.version)


def _signature(variants: dict[str, str], version: int) -> Response:
    body = orjson.dumps({"variants": variants, "version": version})
    return Response(body, media_type="application/json", headers={"ETag": etag(version)})


@router.get(
    "/tickets/{number:int}/reply-template",
    operation_id="get_reply_template",
    responses=refusals(TicketNotFound, ActivityNotFound, ChannelIsReadOnly, InternalTicketCannotMail, CannotBeAnswered),
)
async def get_reply_template(
    request: Request,
    tx: Tx,
    who: Writer,
    conf: Conf,
    number: Number,
    activity: Annotated[UUID | None, Query(description="Which one is answered; default: the last mail.")] = None,
    mode: Mode = Mode.REPLY_ALL,
) -> Beginning:
    """What the dialog of an answer starts with (AT-02, AT-03, OD-02, OD-10)."""
    beginning = await begin_answer(tx, who.agent_id, number, activity_id=activity, mode=mode, settings=conf)
    account = await account_of_channel(request, beginning.sender.channel)
    return beginning.model_copy(update={"sender": beginning.sender.model_copy(update={"account": account})})
