"""HTTP: custom fields and the JSON Schema of a channel's forms."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from tickets.channels.operations import find_channel
from tickets.errors import ChannelNotFound, UnknownReference
from tickets.properties import operations, queries
from tickets.properties.api import Admin, Reader
from tickets.properties.errors import FieldNotFound, InvalidFields, NameTaken
from tickets.properties.models import FieldDefinition
from tickets.properties.rules.fields import schema_of
from tickets.properties.shapes import ChannelFields, FieldIn, FieldList, FieldOut, FieldPatch, Language

FieldKey = Annotated[str, Path(max_length=40, description="The field's key.")]
ChannelKey = Annotated[str, Path(max_length=40, description="The channel's key.")]

router = Routes(prefix="/api/v1", tags=["properties"])


@router.get("/channels/{key}/fields", operation_id="get_channel_fields", responses=refusals(ChannelNotFound))
async def get_channel_fields(
    tx: Tx,
    _who: Reader,
    key: ChannelKey,
    language: Annotated[Language, Query(description="The language of the schema's titles.")] = "en",
) -> ChannelFields:
    """The active custom fields of a channel, with the JSON Schema of every form and of our own check (TS-04)."""
    await find_channel(tx, key)
    known = [definition for definition in await queries.definitions(tx, key) if definition.active]
    return ChannelFields(
        items=[field_out(definition) for definition in known],
        json_schema=schema_of(map(queries.field_of, known), language=language),
    )


@router.get("/custom-fields", operation_id="list_custom_fields")
async def list_custom_fields(tx: Tx, _who: Reader) -> FieldList:
    """Every custom field, in order."""
    return FieldList(items=[field_out(definition) for definition in await queries.definitions(tx)])


@router.post(
    "/custom-fields",
    operation_id="create_custom_field",
    status_code=201,
    response_model=FieldOut,
    responses=refusals(NameTaken, UnknownReference, InvalidFields, Invalid),
)
async def create_custom_field(
    request: Request, tx: Tx, who: Admin, new: FieldIn, key: IdempotencyKey = None
) -> Response:
    """Add a custom field."""

    async def work() -> FieldOut:
        return field_out(await operations.create_field(tx, new))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(field: FieldOut) -> str:
    return f"/api/v1/custom-fields/{field.key}"


@router.get("/custom-fields/{key}", operation_id="get_custom_field", responses=refusals(FieldNotFound))
async def get_custom_field(tx: Tx, _who: Reader, key: FieldKey, response: Response) -> FieldOut:
    """One custom field."""
    definition = await operations.find_field(tx, key)
    response.headers["ETag"] = etag(definition.version)
    return field_out(definition)


@router.patch(
    "/custom-fields/{key}",
    operation_id="change_custom_field",
    responses=refusals(FieldNotFound, StaleVersion, UnknownReference, InvalidFields, Invalid, PreconditionRequired),
)
async def change_custom_field(
    tx: Tx, _who: Admin, key: FieldKey, patch: FieldPatch, version: IfMatch, response: Response
) -> FieldOut:
    """Change a custom field; tickets keep the values that they have."""
    definition = await operations.change_field(tx, key, patch, expected=version)
    response.headers["ETag"] = etag(definition.version)
    return field_out(definition)


def field_out(definition: FieldDefinition) -> FieldOut:
    """A custom field as the API shows it."""
    return FieldOut.model_validate(
        {
            "key": definition.key,
            "label": definition.label,
            "help": definition.help,
            "type": definition.type,
            "channels": definition.channels,
            "required": definition.required,
            "default": definition.preset,
            "choices": definition.choices,
            "position": definition.position,
            "active": definition.active,
            "version": definition.version,
        }
    )
