"""Every route of this service with what it needs: a new route gets a row here, and a generated test walks them all.

A row says which permission the route declares, and, where its path names a ticket by ``{number}``, what it does with
that ticket (`Verb`); ``path``, ``query`` and ``body`` are a sample call that works for whoever may make it. In them
``{number}`` and ``{ticket_id}`` are a fresh ticket at version 1 in a channel of the caller's kind, ``{other_number}``
and ``{other_id}`` a second one beside it, ``{agent}`` an agent who subscribes to its channel, ``{me}`` the caller,
``{channel}`` its channel, ``{unique}`` a word that is new in each call and ``{uuid}`` an id of nothing.
``python -m tickets.permissions`` (``make permissions``) prints it all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts import tickets
from tickets.channels.rules.visibility import Verb

PUBLIC, SIGNED_IN, OWN_SESSION = "public", "signed in", "own session"
"""What routes without a permission declare: anybody, anybody signed in, and not by an API token."""

P = tickets.Permission

Sample = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one route needs.

    ``content`` is a body that is not JSON. ``streams``: the answer has no end, so its beginning is enough.
    ``version``: the sample sends ``If-Match: "1"``. ``sessions_only``: an API token is refused whatever its scopes.
    ``in_channel``: there is no ticket yet, so ``verb`` is about the channel, whose existence is no secret.
    ``answers`` are statuses that show, like any 2xx, that the caller got through: a 404 of something else than the
    ticket for example, because the sample names nothing that is there.
    """

    permission: str
    verb: Verb | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Sample | None = None
    content: bytes | None = None
    streams: bool = False
    version: bool = False
    sessions_only: bool = False
    in_channel: bool = False
    answers: frozenset[int] = frozenset()


NOT_THERE = frozenset({404})
CONFLICT = frozenset({409})
WRONG = frozenset({422})
GOT_THROUGH = NOT_THERE | CONFLICT | WRONG | {428}
"""Where the sample names nothing that is there, or is no whole body: the permission alone decides who gets this far."""

WORKFLOW: Sample = {
    "key": "w-{unique}",
    "name": "Repair",
    "statuses": [
        {"key": "new", "name": "New", "category": "open", "ball": "us"},
        {"key": "done", "name": "Done", "category": "closed", "ball": "nobody"},
    ],
}

_STAFF: dict[str, Row] = {
    "sign_in": Row(
        permission=PUBLIC, body={"email": "{unique}@desk.example", "password": "wrong"}, answers=frozenset({401})
    ),
    "get_session": Row(permission=SIGNED_IN),
    "sign_out": Row(permission=OWN_SESSION),
    "change_my_password": Row(
        permission=OWN_SESSION,
        body={"current_password": "wrong", "new_password": "correct horse battery"},
        answers=WRONG,
    ),
    "list_my_sessions": Row(permission=OWN_SESSION),
    "end_session": Row(permission=OWN_SESSION, path={"session_id": "{uuid}"}, answers=NOT_THERE),
    "list_my_tokens": Row(permission=OWN_SESSION),
    "create_token": Row(permission=OWN_SESSION, body={"name": "Reports", "scopes": [P.TICKETS_READ]}),
    "delete_token": Row(permission=OWN_SESSION, path={"token_id": "{uuid}"}, answers=NOT_THERE),
    "list_agents": Row(permission=P.STAFF_READ),
    "create_agent": Row(permission=P.STAFF_MANAGE, body={"name": "New", "email": "{unique}@desk.example"}),
    "get_agent": Row(permission=P.STAFF_READ, path={"agent_id": "{agent}"}),
    "change_agent": Row(
        permission=P.STAFF_MANAGE,
        path={"agent_id": "{agent}"},
        body={"language": "de"},
        version=True,
        answers=CONFLICT,
    ),
    "list_audit_entries": Row(permission=P.AUDIT_READ),
    "list_dead_letters_tickets": Row(permission=P.OPERATIONS_MANAGE),
    "retry_dead_letter_tickets": Row(permission=P.OPERATIONS_MANAGE, path={"letter_id": "{uuid}"}, answers=NOT_THERE),
}

ABSENCE: Sample = {"starts_at": "2026-12-24T00:00:00Z", "ends_at": "2026-12-31T00:00:00Z"}

_MORE_STAFF: dict[str, Row] = {
    "list_sessions_of_agent": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}),
    "end_sessions_of_agent": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}),
    "end_session_of_agent": Row(
        permission=P.STAFF_MANAGE, path={"agent_id": "{agent}", "session_id": "{uuid}"}, answers=NOT_THERE
    ),
    "list_tokens_of_agent": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}),
    "delete_token_of_agent": Row(
        permission=P.STAFF_MANAGE, path={"agent_id": "{agent}", "token_id": "{uuid}"}, answers=NOT_THERE
    ),
    "ask_for_password_reset": Row(permission=PUBLIC, body={"email": "{unique}@desk.example"}),
    "redeem_password_link": Row(
        permission=PUBLIC, body={"token": "wrong", "new_password": "correct horse battery"}, answers=WRONG
    ),
    "set_up": Row(
        permission=PUBLIC,
        body={
            "token": "wrong",
            "name": "Ada",
            "email": "{unique}@desk.example",
            "password": "correct horse battery",
        },
        answers=NOT_THERE,
    ),
    "invite_agent": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}),
    "get_my_absence": Row(permission=SIGNED_IN, answers=NOT_THERE),
    "set_my_absence": Row(permission=OWN_SESSION, body=ABSENCE),
    "end_my_absence": Row(permission=OWN_SESSION, answers=NOT_THERE),
    "get_absence": Row(permission=P.STAFF_READ, path={"agent_id": "{agent}"}, answers=NOT_THERE),
    "set_absence": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}, body=ABSENCE),
    "end_absence": Row(permission=P.STAFF_MANAGE, path={"agent_id": "{agent}"}, answers=NOT_THERE),
    "list_groups": Row(permission=P.STAFF_READ),
    "create_group": Row(permission=P.STAFF_MANAGE, body={"name": "Group {unique}"}),
    "get_group": Row(permission=P.STAFF_READ, path={"group_id": "{uuid}"}, answers=NOT_THERE),
    "change_group": Row(
        permission=P.STAFF_MANAGE, path={"group_id": "{uuid}"}, body={"name": "x"}, version=True, answers=NOT_THERE
    ),
    "delete_group": Row(permission=P.STAFF_MANAGE, path={"group_id": "{uuid}"}, version=True, answers=NOT_THERE),
}

_CHANNELS: dict[str, Row] = {
    "list_channels": Row(permission=P.TICKETS_READ),
    "create_channel": Row(permission=P.STAFF_MANAGE, body={"key": "c-{unique}", "name": "Board"}),
    "get_channel": Row(permission=P.TICKETS_READ, path={"key": "{channel}"}),
    "change_channel": Row(
        permission=P.STAFF_MANAGE,
        path={"key": "scratch"},
        body={"name": "Scratch"},
        version=True,
        answers=CONFLICT,
    ),
    "list_subscriptions": Row(permission=P.STAFF_MANAGE, path={"key": "scratch"}),
    "replace_subscriptions": Row(permission=P.STAFF_MANAGE, path={"key": "scratch"}, body={"items": []}),
    "list_statuses": Row(permission=P.TICKETS_READ),
    "list_workflows": Row(permission=P.TICKETS_READ),
    "create_workflow": Row(permission=P.STAFF_MANAGE, body=WORKFLOW),
    "get_workflow": Row(permission=P.TICKETS_READ, path={"key": "standard"}),
    "change_workflow": Row(
        permission=P.STAFF_MANAGE,
        path={"key": "standard"},
        body={"name": "Standard"},
        version=True,
        answers=CONFLICT,
    ),
    "delete_workflow": Row(permission=P.STAFF_MANAGE, path={"key": "standard"}, version=True, answers=CONFLICT),
    "add_status": Row(
        permission=P.STAFF_MANAGE,
        path={"key": "standard"},
        body={"key": "s-{unique}", "name": "Parts ordered", "category": "open", "ball": "third_party"},
    ),
    "change_status": Row(
        permission=P.STAFF_MANAGE,
        path={"key": "standard", "status": "new"},
        body={"name": "New"},
        version=True,
        answers=CONFLICT,
    ),
    "delete_status": Row(
        permission=P.STAFF_MANAGE,
        path={"key": "standard", "status": "s-{unique}"},
        query={"successor": "new"},
        version=True,
        answers=NOT_THERE | CONFLICT,
    ),
}

_DESK: dict[str, Row] = {
    "open_ticket": Row(
        permission=P.TICKETS_WRITE,
        verb=Verb.CHANGE,
        in_channel=True,
        body={"kind": "internal", "channel": "{channel}", "subject": "x", "text": "x"},
    ),
    "get_new_options": Row(permission=P.TICKETS_READ),
    "get_ticket": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "change_ticket": Row(permission=P.TICKETS_WRITE, verb=Verb.CHANGE, body={"status": "in_progress"}, version=True),
    "list_activities": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "take_ownership": Row(permission=P.TICKETS_WRITE, verb=Verb.CHANGE, version=True),
    "reply_to_ticket": Row(permission=P.TICKETS_WRITE, verb=Verb.MAIL, body={"text": "An answer"}),
    "add_note": Row(permission=P.NOTES_WRITE, verb=Verb.CHANGE, body={"text": "A note"}),
    "add_call": Row(permission=P.TICKETS_WRITE, verb=Verb.CHANGE, body={"text": "A call"}),
    "watch_ticket": Row(permission=P.TICKETS_READ, verb=Verb.READ, path={"agent_id": "me"}, answers=WRONG),
    "unwatch_ticket": Row(permission=P.TICKETS_READ, verb=Verb.READ, path={"agent_id": "me"}),
    "get_attachment": Row(permission=P.TICKETS_READ, verb=Verb.READ, path={"sha256": "0" * 64}, answers=NOT_THERE),
    "preview_move": Row(permission=P.TICKETS_READ, verb=Verb.READ, query={"channel": "scratch"}),
    "break_glass": Row(
        permission=P.STAFF_MANAGE,
        body={"reason": "The police ask for this one."},
        sessions_only=True,
        answers=CONFLICT,  # who subscribes needs none
    ),
    "end_break_glass": Row(permission=P.STAFF_MANAGE),
    "list_ticket_break_glass": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "list_break_glass": Row(permission=P.STAFF_MANAGE),
    "list_tickets": Row(permission=P.TICKETS_READ),
    "count_tickets": Row(permission=P.TICKETS_READ),
}

_DESK_TOO: dict[str, Row] = {
    "get_settings": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "change_settings": Row(permission=P.STAFF_MANAGE, body={}, answers=GOT_THROUGH),
    "list_colour_markers": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "create_colour_marker": Row(permission=P.STAFF_MANAGE, body={}, answers=GOT_THROUGH),
    "get_colour_marker": Row(permission=P.TICKETS_READ, path={"marker_id": "{uuid}"}, answers=GOT_THROUGH),
    "change_colour_marker": Row(permission=P.STAFF_MANAGE, path={"marker_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "list_priorities": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "create_priority": Row(permission=P.STAFF_MANAGE, body={}, answers=GOT_THROUGH),
    "get_priority": Row(permission=P.TICKETS_READ, path={"key": "u-{unique}"}, answers=GOT_THROUGH),
    "change_priority": Row(permission=P.STAFF_MANAGE, path={"key": "u-{unique}"}, body={}, answers=GOT_THROUGH),
    "get_channel_fields": Row(permission=P.TICKETS_READ, path={"key": "u-{unique}"}, answers=GOT_THROUGH),
    "list_custom_fields": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "create_custom_field": Row(permission=P.STAFF_MANAGE, body={}, answers=GOT_THROUGH),
    "get_custom_field": Row(permission=P.TICKETS_READ, path={"key": "u-{unique}"}, answers=GOT_THROUGH),
    "change_custom_field": Row(permission=P.STAFF_MANAGE, path={"key": "u-{unique}"}, body={}, answers=GOT_THROUGH),
    "list_reminders": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "get_reminder": Row(permission=P.TICKETS_READ, verb=Verb.READ, answers=NOT_THERE),
    "set_reminder": Row(permission=P.TICKETS_READ, verb=Verb.READ, body={"at": "2027-03-01T08:00:00Z"}),
    "remove_reminder": Row(permission=P.TICKETS_READ, verb=Verb.READ, answers=NOT_THERE),
    "complete_tags": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "list_all_tags": Row(permission=P.STAFF_MANAGE, answers=GOT_THROUGH),
    "rename_tag": Row(permission=P.STAFF_MANAGE, path={"tag_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "delete_tag": Row(permission=P.STAFF_MANAGE, path={"tag_id": "{uuid}"}, answers=GOT_THROUGH),
    "merge_tags": Row(permission=P.STAFF_MANAGE, path={"tag_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "preview_merge": Row(permission=P.TICKETS_READ, verb=Verb.READ, query={"into": "{other_number}"}),
    "merge_ticket": Row(
        permission=P.TICKETS_WRITE, verb=Verb.CHANGE, body={"into": "{other_number}", "into_version": 1}, version=True
    ),
    "split_activity": Row(
        permission=P.TICKETS_WRITE,
        verb=Verb.CHANGE,
        path={"activity_id": "{uuid}"},
        body={},
        version=True,
        answers=NOT_THERE,
    ),
    "undo_structural_change": Row(
        permission=P.TICKETS_WRITE, verb=Verb.CHANGE, body={"change_id": "{uuid}"}, version=True, answers=NOT_THERE
    ),
    "list_links": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "link_ticket": Row(
        permission=P.TICKETS_WRITE, verb=Verb.CHANGE, body={"relation": "relates_to", "number": "{other_number}"}
    ),
    "unlink_ticket": Row(permission=P.TICKETS_WRITE, verb=Verb.CHANGE, path={"link_id": "{uuid}"}, answers=NOT_THERE),
    "list_presence": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "set_presence": Row(permission=P.TICKETS_READ, verb=Verb.READ, body={"state": "viewing"}),
    "mark_ticket_read": Row(permission=P.TICKETS_READ, verb=Verb.READ, body={}),
    "mark_ticket_unread": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "end_presence": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "withdraw_mail": Row(
        permission=P.TICKETS_WRITE,
        verb=Verb.READ,  # which activity it is comes first; the sample names none
        path={"activity_id": "{uuid}"},
        answers=NOT_THERE,
    ),
    "change_activity_visibility": Row(
        permission=P.TICKETS_WRITE,
        verb=Verb.CHANGE,
        path={"activity_id": "{uuid}"},
        body={"visibility": "inside"},
        version=True,
        answers=NOT_THERE,
    ),
    "get_solution": Row(permission=P.TICKETS_READ, verb=Verb.READ, answers=NOT_THERE),
    "write_solution": Row(permission=P.NOTES_WRITE, verb=Verb.CHANGE, body={"text": "It was the fuse."}, version=True),
    "print_ticket": Row(permission=P.TICKETS_READ, verb=Verb.READ),
    "get_activity_body": Row(
        permission=P.TICKETS_READ, verb=Verb.READ, path={"activity_id": "{uuid}"}, answers=NOT_THERE
    ),
    "create_draft": Row(permission=P.NOTES_WRITE, body={}, answers=GOT_THROUGH),
    "list_drafts": Row(permission=P.NOTES_WRITE, answers=GOT_THROUGH),
    "get_draft": Row(permission=P.NOTES_WRITE, path={"draft_id": "{uuid}"}, answers=GOT_THROUGH),
    "save_draft": Row(permission=P.NOTES_WRITE, path={"draft_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "discard_draft": Row(permission=P.NOTES_WRITE, path={"draft_id": "{uuid}"}, answers=GOT_THROUGH),
    "send_draft": Row(permission=P.NOTES_WRITE, path={"draft_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "get_writing_preferences": Row(permission=P.NOTES_WRITE, answers=GOT_THROUGH),
    "set_writing_preferences": Row(permission=P.NOTES_WRITE, body={}, answers=GOT_THROUGH),
    "write_letter": Row(
        permission=P.TICKETS_WRITE,
        verb=Verb.MAIL,
        body={"text": "Dear customer", "subject": "Invoice", "recipient": "Sabine Schulz"},
    ),
    "create_template": Row(permission=P.TICKETS_WRITE, body={}, answers=GOT_THROUGH),
    "list_templates": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "get_template": Row(permission=P.TICKETS_READ, path={"template_id": "{uuid}"}, answers=GOT_THROUGH),
    "change_template": Row(permission=P.TICKETS_WRITE, path={"template_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "delete_template": Row(permission=P.TICKETS_WRITE, path={"template_id": "{uuid}"}, answers=GOT_THROUGH),
    "render_template": Row(permission=P.TICKETS_READ, path={"template_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "get_signature": Row(permission=P.TICKETS_READ, path={"key": "u-{unique}"}, answers=GOT_THROUGH),
    "set_signature": Row(permission=P.STAFF_MANAGE, path={"key": "u-{unique}"}, body={}, answers=GOT_THROUGH),
    "get_reply_template": Row(permission=P.TICKETS_WRITE, verb=Verb.MAIL),
    "upload_file": Row(permission=P.NOTES_WRITE, body={}, answers=GOT_THROUGH),
    "get_upload": Row(permission=P.NOTES_WRITE, path={"upload_id": "{uuid}"}, answers=GOT_THROUGH),
    "discard_upload": Row(permission=P.NOTES_WRITE, path={"upload_id": "{uuid}"}, answers=GOT_THROUGH),
    "get_upload_content": Row(permission=P.NOTES_WRITE, path={"upload_id": "{uuid}"}, answers=GOT_THROUGH),
    "search_tickets": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "list_all_activities": Row(permission=P.TICKETS_READ, answers=GOT_THROUGH),
    "start_bulk_action": Row(permission=P.TICKETS_WRITE, body={}, answers=GOT_THROUGH),
    "get_bulk_action": Row(permission=P.TICKETS_READ, path={"bulk_id": "{uuid}"}, answers=GOT_THROUGH),
    "undo_bulk_action": Row(permission=P.TICKETS_WRITE, path={"bulk_id": "{uuid}"}, body={}, answers=GOT_THROUGH),
    "follow_live": Row(permission=P.TICKETS_READ, answers=frozenset({503})),  # it has no end; here nothing runs
}

_VIEW: Mapping[str, str] = {"view_id": "{uuid}"}

_VIEWS: dict[str, Row] = {
    "list_views": Row(permission=P.TICKETS_READ),
    "create_view": Row(permission=P.TICKETS_READ, body={"name": "Printers", "filters": {"priority": ["high"]}}),
    "get_view": Row(permission=P.TICKETS_READ, path=_VIEW, answers=NOT_THERE),
    "change_view": Row(permission=P.TICKETS_READ, path=_VIEW, body={"name": "Mine"}, version=True, answers=NOT_THERE),
    "delete_view": Row(permission=P.TICKETS_READ, path=_VIEW, version=True, answers=NOT_THERE),
    "list_tickets_of_view": Row(permission=P.TICKETS_READ, path=_VIEW, answers=NOT_THERE),
    "count_tickets_of_view": Row(permission=P.TICKETS_READ, path=_VIEW, answers=NOT_THERE),
}

ROUTES: dict[str, Row] = _STAFF | _MORE_STAFF | _CHANNELS | _DESK | _DESK_TOO | _VIEWS
"""By ``operation_id``."""
