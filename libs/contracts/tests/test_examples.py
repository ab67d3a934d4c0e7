"""Every example is valid for ever: for the class, for the JSON Schema, and in both directions."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # has no stubs

from contracts.compatibility import changed_examples
from contracts.schemas import Message, messages, schema_of

PACKAGE = Path(__file__).resolve().parents[1]
EXAMPLES = PACKAGE / "examples"
BY_NAME = {message.name: message for message in messages()}
FILES = sorted(EXAMPLES.glob("*/*.json"))


def validator(message: Message) -> Draft202012Validator:
    """The schema of a message, with formats checked."""
    schema = schema_of(message)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.mark.parametrize("name", BY_NAME)
def test_every_message_has_an_example(name: str) -> None:
    assert list((EXAMPLES / name).glob("*.json")), f"write {EXAMPLES.name}/{name}/001-what-it-shows.json"


def test_every_example_belongs_to_a_message_and_is_numbered_without_a_gap() -> None:
    for folder in EXAMPLES.iterdir():
        assert folder.name in BY_NAME
        names = sorted(path.name for path in folder.iterdir())
        assert all(re.fullmatch(r"\d{3}-[a-z0-9-]+\.json", name) for name in names), names
        assert [int(name[:3]) for name in names] == list(range(1, len(names) + 1)), names


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_read_by_its_class_and_by_its_schema(path: Path) -> None:
    message = BY_NAME[path.parent.name]
    validator(message).validate(json.loads(path.read_text()))
    model = message.model.model_validate_json(path.read_text())
    validator(message).validate(model.model_dump(mode="json"))
    assert message.model.model_validate_json(model.model_dump_json()) == model


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_required_field_is_really_required_by_class_and_schema(path: Path) -> None:
    message = BY_NAME[path.parent.name]
    whole = json.loads(path.read_text())
    required = schema_of(message).get("required", [])
    assert required
    for field in required:
        without = {key: value for key, value in whole.items() if key != field}
        assert not validator(message).is_valid(without)
        with pytest.raises(ValueError, match=field):
            message.model.model_validate(without)


def test_a_released_example_is_never_changed_or_removed() -> None:
    changed = changed_examples(PACKAGE / "baseline", EXAMPLES)
    assert not changed, f"put {changed} back as they were, and add new examples beside them"
