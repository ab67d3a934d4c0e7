"""Saved views (LF-06); search with one lexeme for channel and time, and indexes of two orders of open tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Where and when: each channel by itself, the time at four scales by itself, and both together.
SCOPE = """
CREATE FUNCTION desk_scope(channel text, at timestamptz) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    hour bigint := floor(extract(epoch FROM at) / 3600);
    times text[] := ARRAY['=3:' || (hour >> 3), '=6:' || (hour >> 6), '=9:' || (hour >> 9), '=12:' || (hour >> 12)];
BEGIN
    RETURN times || ARRAY[
        '=c:' || channel, times[1] || ':' || channel, times[2] || ':' || channel, times[3] || ':' || channel,
        times[4] || ':' || channel
    ];
END $$
"""

DOCUMENT = """
CREATE OR REPLACE FUNCTION desk_document(
    subject text, people text, files text, body text, channel text, at timestamptz
) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN setweight(desk_words(desk_plain(subject)), 'A')
        || setweight(to_tsvector('desk_german', desk_fold(desk_plain(people))), 'B')
        || setweight(desk_words(desk_plain(files)), 'C')
        || desk_words(desk_plain(left(body, 20000)))
        || array_to_tsvector(desk_scope(channel, at));
END $$
"""

TICKET_MOVED = """
CREATE OR REPLACE FUNCTION ticket_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE activity_entry
    SET channel = NEW.channel,
        words = ts_delete(words, desk_scope(OLD.channel, at)) || array_to_tsvector(desk_scope(NEW.channel, at))
    WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$
"""

# A beginning of common words stands for these alone: to collect every form of "rech*" from millions of activities would
# take longer than anybody waits, and the common forms fill any page. A rare beginning is looked up as it is.
BEGINNING = """
CREATE FUNCTION desk_beginning(one text) RETURNS tsquery LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    folded text := desk_fold(one);
    commonest real;
    forms text;
BEGIN
    SELECT max(share), string_agg(quote_literal(form), ' | ') INTO commonest, forms
    FROM pg_stats AS stats,
        unnest(stats.most_common_elems::text::text[], stats.most_common_elem_freqs[:1000]) AS common(form, share)
    WHERE stats.schemaname = current_schema() AND stats.tablename = 'activity_entry' AND stats.attname = 'words'
        AND starts_with(form, folded);
    RETURN CASE WHEN commonest > 0.01 THEN forms ELSE quote_literal(folded) || ':*' END;
END $$
"""

# The stems of a search: words that must all be there, phrases, words that may go on after what was typed, and words
# that must not be there. A stop word asks for nothing.
ASKED = """
CREATE OR REPLACE FUNCTION desk_asked(terms text[], phrases text[], beginnings text[], without text[])
RETURNS tsquery LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    asked tsquery := ''::tsquery;
    one text;
BEGIN
    FOREACH one IN ARRAY terms LOOP
        asked := asked && desk_word(one);
    END LOOP;
    FOREACH one IN ARRAY phrases LOOP
        asked := asked && phraseto_tsquery('desk_german', desk_fold(desk_plain(one)));
    END LOOP;
    FOREACH one IN ARRAY beginnings LOOP
        asked := asked && desk_beginning(one);
    END LOOP;
    FOREACH one IN ARRAY without LOOP
        IF numnode(desk_word(one)) > 0 THEN
            asked := asked && !! desk_word(one);
        END IF;
    END LOOP;
    RETURN asked;
END $$
"""

# Something that was written as one, like an address or a file name, is found as it was written. A word that both
# languages know by the same stem is looked up once.
WORD = """
CREATE OR REPLACE FUNCTION desk_word(one text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN numnode(plainto_tsquery('desk_german', desk_plain(one))) > 1
        THEN phraseto_tsquery('desk_german', desk_fold(desk_plain(one)))
        WHEN plainto_tsquery('desk_english', desk_plain(one))
            IN (plainto_tsquery('desk_german', desk_fold(desk_plain(one))), ''::tsquery)
        THEN plainto_tsquery('desk_german', desk_fold(desk_plain(one)))
        ELSE plainto_tsquery('desk_german', desk_fold(desk_plain(one)))
            || plainto_tsquery('desk_english', desk_plain(one))
    END
"""

# As migration 0009 has them.
DOCUMENT_BEFORE = """
CREATE OR REPLACE FUNCTION desk_document(
    subject text, people text, files text, body text, channel text, at timestamptz
) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    hour bigint := floor(extract(epoch FROM at) / 3600);
BEGIN
    RETURN setweight(desk_words(desk_plain(subject)), 'A')
        || setweight(to_tsvector('desk_german', desk_fold(desk_plain(people))), 'B')
        || setweight(desk_words(desk_plain(files)), 'C')
        || desk_words(desk_plain(left(body, 20000)))
        || array_to_tsvector(ARRAY[
            '=c:' || channel, '=3:' || (hour >> 3), '=6:' || (hour >> 6), '=9:' || (hour >> 9), '=12:' || (hour >> 12)
        ]);
END $$
"""

TICKET_MOVED_BEFORE = """
CREATE OR REPLACE FUNCTION ticket_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE activity_entry
    SET channel = NEW.channel,
        words = ts_delete(words, '=c:' || OLD.channel) || array_to_tsvector(ARRAY['=c:' || NEW.channel])
    WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$
"""

ASKED_BEFORE = ASKED.replace("STABLE", "IMMUTABLE").replace(
    "desk_beginning(one)", "(quote_literal(desk_fold(one)) || ':*')::tsquery"
)

WORD_BEFORE = """
CREATE OR REPLACE FUNCTION desk_word(one text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN numnode(plainto_tsquery('desk_german', desk_plain(one))) > 1
        THEN phraseto_tsquery('desk_german', desk_fold(desk_plain(one)))
        ELSE plainto_tsquery('desk_german', desk_fold(desk_plain(one)))
            || plainto_tsquery('desk_english', desk_plain(one))
    END
"""

OPEN_LISTS = {
    "opened": ("channel", "opened_at DESC", "number DESC"),
    "priority": ("channel", "priority", "changed_at DESC", "number DESC"),
}


def upgrade() -> None:
    """Bring the schema forward; entries that are there already learn where and when they belong."""
    # A document of a few kilobytes stays in its row: looking into another table for each of them costs more than disk.
    op.execute("ALTER TABLE activity_entry SET (toast_tuple_target = 8160)")
    for function in (SCOPE, DOCUMENT, TICKET_MOVED, BEGINNING, ASKED, WORD):
        _define(function)
    op.execute("UPDATE activity_entry SET words = words || array_to_tsvector(desk_scope(channel, at))")
    _views()
    for name, columns in OPEN_LISTS.items():
        op.create_index(
            f"ticket_open_{name}",
            "ticket",
            [*map(sa.literal_column, columns)],
            postgresql_where=sa.text("closed IS false"),
        )


def downgrade() -> None:
    """Bring the schema back."""
    for name in OPEN_LISTS:
        op.drop_index(f"ticket_open_{name}", table_name="ticket")
    op.drop_table("view")
    for function in (WORD_BEFORE, ASKED_BEFORE, TICKET_MOVED_BEFORE, DOCUMENT_BEFORE):
        _define(function)
    _define("UPDATE activity_entry SET words = ts_delete(words, (desk_scope(channel, at))[6:])")
    op.execute("DROP FUNCTION desk_beginning, desk_scope")
    op.execute("ALTER TABLE activity_entry RESET (toast_tuple_target)")


def _define(function: str) -> None:
    op.execute(sa.text(function.replace(":", "\\:")))


def _views() -> None:
    op.create_table(
        "view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "shared_with",
            sa.Enum("nobody", "channel", "everybody", name="sharedwith", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.key"], name=op.f("view_channel_fkey")),
        sa.ForeignKeyConstraint(["owner_id"], ["agent.id"], name=op.f("view_owner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("view_pkey")),
    )
    op.create_index("view_of_owner", "view", ["owner_id"])
    op.create_index("view_of_channel", "view", ["channel"], postgresql_where=sa.text("channel IS NOT NULL"))
    op.create_index(
        "view_of_everybody", "view", ["position", "id"], postgresql_where=sa.text("shared_with = 'everybody'")
    )
