"""The comparison with the last release, and the proof that it finds what it is for."""

import json
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import create_model

from contracts.compatibility import REMEDY, baseline_breaks, breaks, changed_examples, digests
from contracts.generate import schemas
from contracts.messages import Shape
from contracts.schemas import JsonObject, Kind, Message, schema_of

BASELINE = Path(__file__).resolve().parents[1] / "baseline"
REQUIRED: Any = ...


class Place(Shape):
    """Where it was."""

    street: str
    town: str = ""


class PlaceWithCountry(Shape):
    """Where it was, and in which country."""

    street: str
    town: str = ""
    country: str | None = None


class PlaceWithoutStreet(Shape):
    """Where it was, more or less."""

    town: str = ""


class Old(Shape):
    """As it was released."""

    id: UUID
    size: int
    colour: Literal["red", "green"]
    note: str | None = None
    place: Place
    former: Place | None = None
    places: tuple[Place, ...] = ()
    limit: int = 50


def variant(*, without: str | None = None, **fields: tuple[Any, Any]) -> type[Shape]:
    """`Old` with these fields, each ``(type, default)``, in place of its own or beside them."""
    kept = {name: (info.annotation, info) for name, info in Old.model_fields.items() if name != without}
    definitions: Any = {**kept, **fields}
    return create_model("Old", __base__=Shape, __doc__="As it would be released.", **definitions)


def schema(model: type[Shape]) -> JsonObject:
    return schema_of(Message(name="shop.evt.sold.v1", kind=Kind.EVENT, model=model))


def found(new: type[Shape]) -> list[str]:
    return breaks("sold", old=schema(Old), new=schema(new))


def test_the_messages_of_today_go_together_with_the_last_release() -> None:
    since = baseline_breaks(BASELINE, schemas())
    assert not since, "\n".join([*since, REMEDY])


def test_the_last_release_is_there_to_compare_with() -> None:
    released = {path.stem for path in (BASELINE / "schemas").glob("*.json")}
    assert released
    assert released <= schemas().keys()


def test_the_same_is_compatible_and_so_are_new_optional_fields_however_deep() -> None:
    assert found(Old) == []
    grown = variant(
        place=(PlaceWithCountry, REQUIRED),
        former=(PlaceWithCountry | None, None),
        places=(tuple[PlaceWithCountry, ...], ()),
        weight=(int | None, None),
        title=(str, ""),
    )
    assert found(grown) == []


def test_what_people_read_may_change() -> None:
    new = schema(Old) | {"description": "Better words.", "title": "Renamed"}
    assert breaks("sold", old=schema(Old), new=new) == []


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (variant(without="note"), "sold.note: the field was removed"),
        (variant(size=(str, REQUIRED)), 'sold.size: the type changed from "integer" to "string"'),
        (variant(id=(str, REQUIRED)), 'sold.id: the format changed from "uuid" to none'),
        (variant(weight=(int, REQUIRED)), "sold.weight: the new field is required"),
        (variant(note=(str | None, REQUIRED)), "sold.note: was optional, is required now"),
        (variant(size=(int, 0)), "sold.size: was always there, may be missing now"),
        (variant(size=(int | None, REQUIRED)), "sold.size: retyped"),
        (variant(colour=(Literal["red"], REQUIRED)), "sold.colour: retyped, the list of its values came or went"),
        (variant(colour=(Literal["red", "blue"], REQUIRED)), "sold.colour: narrowed, green would be refused"),
        (variant(colour=(Literal["red", "green", "blue"], REQUIRED)), "sold.colour: widened, readers of the last"),
        (variant(place=(PlaceWithoutStreet, REQUIRED)), "sold.place.street: the field was removed"),
        (variant(places=(tuple[PlaceWithoutStreet, ...], ())), "sold.places[].street: the field was removed"),
        (variant(former=(PlaceWithoutStreet | None, None)), "sold.former.street: the field was removed"),
        (variant(limit=(int, 20)), "sold.limit: left out, it meant 50, and means 20 now"),
        (variant(places=(tuple[str, ...], ())), "sold.places[]: the type changed"),
    ],
)
def test_a_planted_break_is_found_and_named(new: type[Shape], message: str) -> None:
    assert [line for line in found(new) if line.startswith(message)], found(new)


def test_a_message_that_is_gone_is_a_break(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "shop.evt.sold.v1.json").write_text(json.dumps(schema(Old)))
    assert baseline_breaks(tmp_path, {"shop.evt.sold.v1": schema(variant(weight=(int | None, None)))}) == []
    assert baseline_breaks(tmp_path, {}) == ["shop.evt.sold.v1: the message is gone"]


def test_each_real_message_is_a_break_when_it_loses_any_of_its_fields() -> None:
    for name, today in schemas().items():
        for field in today["properties"]:
            less = {key: value for key, value in today["properties"].items() if key != field}
            required = [key for key in today.get("required", []) if key != field]
            new = {**today, "properties": less, "required": required}
            assert breaks(name, old=today, new=new) == [f"{name}.{field}: the field was removed"]


def test_a_changed_and_a_removed_example_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "shop.evt.sold.v1"
    folder.mkdir(parents=True)
    for name in ("001-kept", "002-changed", "003-removed"):
        (folder / f"{name}.json").write_text("{}")
    (tmp_path / "examples.json").write_text(json.dumps(digests(tmp_path / "examples")))
    (folder / "002-changed.json").write_text('{"more": 1}')
    (folder / "003-removed.json").unlink()
    (folder / "004-new.json").write_text("{}")
    assert changed_examples(tmp_path, tmp_path / "examples") == [
        "shop.evt.sold.v1/002-changed.json",
        "shop.evt.sold.v1/003-removed.json",
    ]
