"""What lists and search know of activities and how many tickets there are of each sort, by triggers; saved views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Stop words of both languages are dropped, whichever language a text is in. English looks only at plain words; numbers
# and words with umlauts are in the German part already.
CONFIGURATIONS = """
CREATE TEXT SEARCH DICTIONARY desk_german_stop (TEMPLATE = simple, STOPWORDS = german, ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY desk_english_stop (TEMPLATE = simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION desk_german (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION desk_german ALTER MAPPING FOR asciiword, word WITH desk_english_stop, german_stem;
CREATE TEXT SEARCH CONFIGURATION desk_english (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION desk_english ADD MAPPING FOR asciiword WITH desk_german_stop, english_stem
"""

# Only words and numbers are left, so that the parser sees no addresses, file names, signs or tags.
PLAIN = """
CREATE FUNCTION desk_plain(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(written, '[-<>@._/&+:~=]', ' ', 'g')
"""

# "Müller", "Mueller" and "Muller" become one word, "Straße" and "Strasse" another. "ue" is no umlaut after a vowel or a
# q ("neue", "queue") nor at the end of a word ("issues", "blue"). Chains of replace() take a tenth of translate()'s
# time; letters with other accents are taken apart only where there are any.
FOLD = """
CREATE FUNCTION desk_fold(written text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    folded text := replace(replace(replace(replace(replace(
        lower(written), 'ä', 'a'), 'ö', 'o'), 'ü', 'u'), 'ß', 'ss'), 'ẞ', 'ss');
BEGIN
    IF folded ~ '[^\\u0001-\\u007f]' THEN
        folded := regexp_replace(normalize(folded, NFD), '[\\u0300-\\u036f]', '', 'g');
    END IF;
    RETURN regexp_replace(folded, '(?<![aeiouyq])([aou])e(?![sd]?\\M)', '\\1', 'g');
END $$
"""

# Positions are kept for the German stems alone; they are enough for phrases, and half as large.
WORDS = """
CREATE FUNCTION desk_words(written text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('desk_german', desk_fold(written)) || strip(to_tsvector('desk_english', written))
"""

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
CREATE FUNCTION desk_document(
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

ENTRY_WORDS = """desk_document(
    t.subject,
    concat_ws(' ', t.contact_name, t.contact_address, t.company_name, a.sender ->> 'name', a.sender ->> 'address'),
    coalesce((SELECT string_agg(file ->> 'filename', ' ') FROM jsonb_array_elements(a.attachments) AS file), ''),
    concat_ws(' ', a.subject, a.text),
    t.channel,
    a.at
)"""

BY_STAFF = "a.author_kind = 'agent' AND a.kind IN ('outgoing', 'note', 'call', 'status_change')"

ADD_ENTRIES = f"""
INSERT INTO activity_entry (activity_id, ticket_id, channel, kind, author_id, at, by_staff, words)
SELECT a.id, a.ticket_id, t.channel, a.kind, a.author_id, a.at, {BY_STAFF}, {ENTRY_WORDS}
"""

ENTER_ALL = f"{ADD_ENTRIES} FROM activity AS a JOIN ticket AS t ON t.id = a.ticket_id"

ACTIVITIES_ADDED = f"""
CREATE FUNCTION activities_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {ADD_ENTRIES} FROM added AS a JOIN ticket AS t ON t.id = a.ticket_id;
    RETURN NULL;
END $$;
CREATE TRIGGER enter AFTER INSERT ON activity REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION activities_added()
"""

# An activity goes to another ticket, or is no longer what it was.
ACTIVITY_CHANGED = f"""
CREATE FUNCTION activity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE activity_entry AS e
    SET ticket_id = a.ticket_id, channel = t.channel, kind = a.kind, author_id = a.author_id, at = a.at,
        by_staff = {BY_STAFF}, words = {ENTRY_WORDS}
    FROM activity AS a JOIN ticket AS t ON t.id = a.ticket_id
    WHERE a.id = NEW.id AND e.activity_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER enter_again AFTER UPDATE ON activity FOR EACH ROW
    WHEN ((OLD.ticket_id, OLD.kind, OLD.author_id, OLD.at, OLD.subject, OLD.text, OLD.attachments)
        IS DISTINCT FROM (NEW.ticket_id, NEW.kind, NEW.author_id, NEW.at, NEW.subject, NEW.text, NEW.attachments))
    EXECUTE FUNCTION activity_changed()
"""  # noqa: S608  # constants of this file

TICKET_MOVED = """
CREATE FUNCTION ticket_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE activity_entry
    SET channel = NEW.channel,
        words = ts_delete(words, desk_scope(OLD.channel, at)) || array_to_tsvector(desk_scope(NEW.channel, at))
    WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER move_entries AFTER UPDATE ON ticket FOR EACH ROW
    WHEN (OLD.channel <> NEW.channel) EXECUTE FUNCTION ticket_moved()
"""

# Most tickets get a contact whose name stood in the mail already: then the words stay the same, and so do the rows.
TICKET_RENAMED = f"""
CREATE FUNCTION ticket_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE activity_entry AS e SET words = renewed.words
    FROM (
        SELECT a.id, {ENTRY_WORDS} AS words FROM activity AS a JOIN ticket AS t ON t.id = a.ticket_id
        WHERE a.ticket_id = NEW.id
    ) AS renewed
    WHERE e.activity_id = renewed.id AND e.words <> renewed.words;
    RETURN NULL;
END $$;
CREATE TRIGGER rename_entries AFTER UPDATE ON ticket FOR EACH ROW
    WHEN ((OLD.subject, OLD.contact_name, OLD.contact_address, OLD.company_name)
        IS DISTINCT FROM (NEW.subject, NEW.contact_name, NEW.contact_address, NEW.company_name))
    EXECUTE FUNCTION ticket_renamed()
"""  # noqa: S608  # constants of this file

TALLY = """
CREATE FUNCTION tickets_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ticket_tally (channel, status, closed, ball, owned, tickets)
    SELECT channel, status, closed, ball, owner_id IS NOT NULL, count(*) FROM added GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;
CREATE TRIGGER count_added AFTER INSERT ON ticket REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tickets_added();
CREATE FUNCTION ticket_sort_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ticket_tally (channel, status, closed, ball, owned, tickets)
    VALUES (OLD.channel, OLD.status, OLD.closed, OLD.ball, OLD.owner_id IS NOT NULL, -1);
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO ticket_tally (channel, status, closed, ball, owned, tickets)
        VALUES (NEW.channel, NEW.status, NEW.closed, NEW.ball, NEW.owner_id IS NOT NULL, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_changed AFTER UPDATE ON ticket FOR EACH ROW
    WHEN ((OLD.channel, OLD.status, OLD.closed, OLD.ball, OLD.owner_id IS NULL)
        IS DISTINCT FROM (NEW.channel, NEW.status, NEW.closed, NEW.ball, NEW.owner_id IS NULL))
    EXECUTE FUNCTION ticket_sort_changed();
CREATE TRIGGER count_deleted AFTER DELETE ON ticket FOR EACH ROW EXECUTE FUNCTION ticket_sort_changed()
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
CREATE FUNCTION desk_asked(terms text[], phrases text[], beginnings text[], without text[])
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

# Something that was written as one, like an address or a file name, is found as it was written.
WORD = """
CREATE FUNCTION desk_word(one text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
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

TICKET_LISTS = {
    "opened": ("channel", "opened_at DESC", "number DESC"),
    "activity": ("channel", "last_activity_at DESC", "number DESC"),
}

OPEN_LISTS = {
    "opened": ("channel", "opened_at DESC", "number DESC"),
    "priority": ("channel", "priority", "changed_at DESC", "number DESC"),
}

FUNCTIONS = (PLAIN, FOLD, WORDS, SCOPE, DOCUMENT, WORD, BEGINNING, ASKED)
TRIGGERS = (ACTIVITIES_ADDED, ACTIVITY_CHANGED, TICKET_MOVED, TICKET_RENAMED, TALLY)

DROP = """
DROP TRIGGER count_deleted ON ticket;
DROP TRIGGER count_changed ON ticket;
DROP TRIGGER count_added ON ticket;
DROP TRIGGER rename_entries ON ticket;
DROP TRIGGER move_entries ON ticket;
DROP TRIGGER enter_again ON activity;
DROP TRIGGER enter ON activity;
DROP FUNCTION ticket_sort_changed, tickets_added, ticket_renamed, ticket_moved, activity_changed, activities_added;
DROP FUNCTION desk_asked, desk_beginning, desk_word, desk_document, desk_scope, desk_words, desk_fold, desk_plain;
DROP TEXT SEARCH CONFIGURATION desk_english;
DROP TEXT SEARCH CONFIGURATION desk_german;
DROP TEXT SEARCH DICTIONARY desk_english_stop;
DROP TEXT SEARCH DICTIONARY desk_german_stop
"""


def upgrade() -> None:
    """Bring the schema forward; what is there already is entered and counted before the triggers take over."""
    op.create_table(
        "activity_entry",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("incoming", "outgoing", "note", "call", "status_change", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("activity_entry_activity_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("activity_entry_pkey")),
    )
    # A document of a few kilobytes stays in its row: looking into another table for each of them costs more than disk.
    op.execute("ALTER TABLE activity_entry SET (toast_tuple_target = 8160)")
    op.create_table(
        "ticket_tally",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column(
            "ball",
            sa.Enum("us", "customer", "third_party", "nobody", name="ball", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("owned", sa.Boolean(), nullable=False),
        sa.Column("tickets", sa.BigInteger(), nullable=False),
    )
    _views()
    for statements in (CONFIGURATIONS, *FUNCTIONS):
        _run(statements)
    op.execute(ENTER_ALL)
    op.execute(
        "INSERT INTO ticket_tally SELECT channel, status, closed, ball, owner_id IS NOT NULL, count(*)"
        " FROM ticket GROUP BY 1, 2, 3, 4, 5"
    )
    _indexes()
    for statements in TRIGGERS:
        _run(statements)
    op.drop_index("ticket_subject_words", table_name="ticket")
    op.drop_column("ticket", "subject_words")


def _run(statements: str) -> None:
    """One after the other: the driver takes a single statement at a time."""
    inside = False
    kept: list[str] = []
    for line in statements.strip().splitlines():
        kept.append(line)
        inside ^= line.count("$$") == 1
        if not inside and line.endswith(";"):
            op.execute(sa.text("\n".join(kept).rstrip(";").replace(":", "\\:")))
            kept = []
    op.execute(sa.text("\n".join(kept).replace(":", "\\:")))


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


def _indexes() -> None:
    newest = [sa.literal_column("at DESC"), sa.literal_column("activity_id DESC")]
    for name, columns in {"of_ticket": ["ticket_id"], "list": ["channel"], "list_kind": ["channel", "kind"]}.items():
        op.create_index(f"activity_entry_{name}", "activity_entry", [*columns, *newest])
    op.create_index(
        "activity_entry_list_author",
        "activity_entry",
        ["author_id", *newest],
        postgresql_where=sa.text("author_id IS NOT NULL"),
    )
    op.create_index(
        "activity_entry_handled",
        "activity_entry",
        ["channel", sa.literal_column("at DESC"), "ticket_id"],
        postgresql_where=sa.text("by_staff"),
    )
    op.create_index("activity_entry_words", "activity_entry", ["words"], postgresql_using="gin")
    op.create_index("ticket_tally_channel", "ticket_tally", ["channel"])
    for name, columns in TICKET_LISTS.items():
        op.create_index(f"ticket_list_{name}", "ticket", [*map(sa.literal_column, columns)])
    for name, columns in OPEN_LISTS.items():
        op.create_index(
            f"ticket_open_{name}",
            "ticket",
            [*map(sa.literal_column, columns)],
            postgresql_where=sa.text("closed IS false"),
        )
    for name, column in {"company": "company_id", "customer": "contact_id"}.items():
        op.create_index(
            f"ticket_list_{name}",
            "ticket",
            [column, sa.literal_column("changed_at DESC"), sa.literal_column("number DESC")],
            postgresql_where=sa.column(column).is_not(None),
        )


def downgrade() -> None:
    """Take it back."""
    _run(DROP)
    for name in OPEN_LISTS:
        op.drop_index(f"ticket_open_{name}", table_name="ticket")
    for name in (*TICKET_LISTS, "company", "customer"):
        op.drop_index(f"ticket_list_{name}", table_name="ticket")
    op.drop_table("view")
    op.drop_table("ticket_tally")
    op.drop_table("activity_entry")
    op.add_column(
        "ticket",
        sa.Column(
            "subject_words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', subject)", persisted=True),
            nullable=False,
        ),
    )
    op.create_index("ticket_subject_words", "ticket", ["subject_words"], postgresql_using="gin")
