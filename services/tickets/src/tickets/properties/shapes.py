"""What the part of the staff API about properties takes and gives."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.inputs import Input
from tickets.properties.rules import fields, tags
from tickets.properties.rules.words import FieldType

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")]
Help = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True, pattern=r"^[^\x00]*$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
ChannelKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
Position = Annotated[int, Field(ge=0, le=100_000)]
TagName = Annotated[str, StringConstraints(max_length=200), AfterValidator(tags.shown)]
Language = Literal["en", "de"]

MAX_CHOICES = 500


class _Patch(Input):
    """Changes; a field that is left out stays as it is, and none can be null unless a shape says so."""

    @model_validator(mode="after")
    def _null_only_where_it_means_something(self) -> Self:
        for name in self.model_fields_set - self.nullable():
            if getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        return self

    @classmethod
    def nullable(cls) -> frozenset[str]:
        """The fields where null means something."""
        return frozenset()


class _Texts(Input):
    """A text in English and German; where one is missing the other stands for it."""

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError("give the text in 'en', in 'de' or in both")
        return self

    def by_language(self) -> dict[str, str]:
        """Both languages."""
        given = {language: text for language, text in self.model_dump().items() if text}
        first = next(iter(given.values()))
        return {"en": given.get("en", first), "de": given.get("de", first)}


class LabelIn(_Texts):
    """A name in English, in German, or in both."""

    en: Name | None = None
    de: Name | None = None


class HelpIn(_Texts):
    """A help text in English, in German, or in both."""

    en: Help | None = None
    de: Help | None = None


class LabelOut(BaseModel):
    """A text by language."""

    en: str
    de: str


class MarkerIn(Input):
    """A new colour marker (CF-03)."""

    name: Name
    colour: Colour = Field(description="Any colour, as #rrggbb.")
    position: Position = 0
    active: bool = True


class MarkerPatch(_Patch):
    """Changes of a colour marker."""

    name: Name | None = None
    colour: Colour | None = None
    position: Position | None = None
    active: bool | None = None


class MarkerOut(BaseModel):
    """A colour marker; one that is not active stays on tickets and cannot be given any more."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    colour: str
    position: int
    active: bool
    version: int


class MarkerList(BaseModel):
    """Every colour marker, in order."""

    items: list[MarkerOut]


class PriorityIn(Input):
    """A new priority. Its key is for ever: tickets carry it (CF-05)."""

    key: Key
    name: LabelIn
    position: Position = Field(description="Its place among the others; a higher one is more urgent.")
    active: bool = True
    is_default: bool = Field(default=False, description="New tickets get it; the default until now is none any more.")


class PriorityPatch(_Patch):
    """Changes of a priority. The default changes by making another one the default."""

    name: LabelIn | None = None
    position: Position | None = None
    active: bool | None = None
    is_default: Literal[True] | None = None


class PriorityOut(BaseModel):
    """A priority; one that is not active stays on tickets and cannot be given any more."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    name: LabelOut
    position: int
    active: bool
    is_default: bool
    version: int


class PriorityList(BaseModel):
    """Every priority, the least urgent first."""

    items: list[PriorityOut]


ValueIn = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-fields.LARGEST, le=fields.LARGEST)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-fields.LARGEST, le=fields.LARGEST)]
    | Annotated[str, StringConstraints(strict=True, max_length=fields.LONGEST_LONG_TEXT, pattern=r"^[^\x00]*$")]
    | Annotated[list[Key], Field(max_length=MAX_CHOICES)]
)
ValuesIn = Annotated[dict[Key, ValueIn], Field(max_length=fields.MOST)]
ValuesPatch = Annotated[dict[Key, ValueIn | None], Field(max_length=fields.MOST)]


class ChoiceIn(Input):
    """One answer of a choice."""

    key: Key
    label: LabelIn
    active: bool = True


Choices = Annotated[tuple[ChoiceIn, ...], Field(max_length=MAX_CHOICES)]
Channels = Annotated[tuple[ChannelKey, ...], Field(min_length=1, max_length=1000)]


class FieldIn(Input):
    """A new custom field. Its key and its type are for ever: tickets hold values of it (TS-04)."""

    key: Key
    label: LabelIn
    help: HelpIn | None = None
    type: FieldType
    channels: Channels | None = Field(default=None, description="The channels that have it; null: all.")
    required: bool = Field(default=False, description="An agent cannot open a ticket without it; a mail can.")
    default: ValueIn | None = Field(default=None, description="What a form begins with.")
    choices: Choices = Field(default=(), description="For the types choice and multi_choice.")
    position: Position = 0
    active: bool = True


class FieldPatch(_Patch):
    """Changes of a custom field. ``choices`` replace those that there are; tickets keep what they have."""

    label: LabelIn | None = None
    help: HelpIn | None = None
    channels: Channels | None = None
    required: bool | None = None
    default: ValueIn | None = None
    choices: Choices | None = None
    position: Position | None = None
    active: bool | None = None

    @classmethod
    def nullable(cls) -> frozenset[str]:
        """The fields where null means something."""
        return frozenset({"help", "channels", "default"})


class ChoiceOut(BaseModel):
    """One answer of a choice."""

    key: str
    label: LabelOut
    active: bool


class FieldOut(BaseModel):
    """A custom field; ``channels`` is null where all channels have it."""

    key: str
    label: LabelOut
    help: LabelOut | None
    type: FieldType
    channels: list[str] | None
    required: bool
    default: fields.Value | None
    choices: list[ChoiceOut]
    position: int
    active: bool
    version: int


class FieldList(BaseModel):
    """Custom fields, in order."""

    items: list[FieldOut]


class ChannelFields(BaseModel):
    """The custom fields of a channel, and the JSON Schema (2020-12) of their values, for forms."""

    items: list[FieldOut]
    json_schema: dict[str, Any]
