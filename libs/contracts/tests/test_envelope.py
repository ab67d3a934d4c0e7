"""The headers of an event, compared with the CloudEvents binding."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.crm_match import ContactChanged, SenderMatched
from contracts.envelope import headers_for, meta_from
from contracts.messages import EventMeta

ID = UUID("0198c1a0-0000-7000-8000-000000000001")
EVENT = ContactChanged(contact_id=ID)
META = EventMeta(
    id=ID,
    time=datetime(2026, 3, 2, 8, 15, tzinfo=UTC),
    source="crm_match",
    correlation_id="c-1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_an_event_travels_with_the_cloudevents_attributes_and_the_deduplication_id() -> None:
    assert headers_for(EVENT, META) == {
        "Nats-Msg-Id": str(ID),
        "ce-specversion": "1.0",
        "ce-id": str(ID),
        "ce-source": "crm_match",
        "ce-type": "crm_match.evt.contact_changed.v1",
        "ce-time": "2026-03-02T08:15:00+00:00",
        "ce-datacontenttype": "application/json",
        "ce-correlationid": "c-1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }


def test_an_event_without_a_trace_has_no_trace_header() -> None:
    assert "traceparent" not in headers_for(EVENT, META.model_copy(update={"traceparent": None}))


def test_the_headers_give_the_same_meta_back_and_the_delivery_comes_from_the_consumer() -> None:
    assert meta_from(headers_for(EVENT, META), delivery=3) == META.model_copy(update={"delivery": 3})


def test_a_time_without_a_zone_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        headers_for(EVENT, META.model_copy(update={"time": META.time.replace(tzinfo=None)}))


def test_the_binding_s_own_example_is_percent_encoded_as_it_says() -> None:
    meta = META.model_copy(update={"correlation_id": "Euro € 😀"})
    assert headers_for(EVENT, meta)["ce-correlationid"] == "Euro%20%E2%82%AC%20%F0%9F%98%80"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_survives_the_headers_in_printable_ascii(text: str) -> None:
    headers = headers_for(EVENT, META.model_copy(update={"correlation_id": text, "source": text}))
    assert all("\x21" <= char <= "\x7e" for value in headers.values() for char in value)
    assert meta_from(headers).correlation_id == text
    assert meta_from(headers).source == text


def test_a_quoted_header_value_of_an_older_sender_is_understood() -> None:
    headers = headers_for(EVENT, META) | {"ce-correlationid": r'"a \"quoted\" one"'}
    assert meta_from(headers).correlation_id == 'a "quoted" one'


def test_header_names_are_compared_without_regard_to_case() -> None:
    assert meta_from({name.upper(): value for name, value in headers_for(EVENT, META).items()}) == META


def test_without_a_correlation_id_the_event_s_own_id_takes_its_place() -> None:
    headers = headers_for(EVENT, META)
    del headers["ce-correlationid"]
    assert meta_from(headers).correlation_id == str(ID)


@pytest.mark.parametrize("name", ["ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time"])
def test_a_message_without_a_required_attribute_is_refused_and_the_attribute_is_named(name: str) -> None:
    headers = headers_for(EVENT, META)
    del headers[name]
    with pytest.raises(ValueError, match=name):
        meta_from(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce-specversion", "2.0"),
        ("ce-id", "not-a-uuid"),
        ("ce-time", "yesterday"),
        ("ce-correlationid", "%C0%A0"),
    ],
)
def test_an_attribute_that_cannot_be_read_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        meta_from(headers_for(EVENT, META) | {name: value})


def test_an_event_that_was_delivered_on_the_subject_of_another_is_refused() -> None:
    headers = headers_for(EVENT, META)
    assert meta_from(headers, expected=ContactChanged) == META
    with pytest.raises(ValueError, match=r"this is crm_match\.evt\.contact_changed\.v1, not .*sender_matched"):
        meta_from(headers, expected=SenderMatched)
