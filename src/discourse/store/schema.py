"""The tables of a map and how an older map becomes a current one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from discourse.errors import MapError

APPLICATION_ID = 0x64697363
"""Marks an SQLite file as a map ("disc")."""

LEADS = 0.7
"""A side leads with at least this share of the evidence, weighed by confidence; else the position is mixed."""

TALLY = f"""
  SELECT holder, topic,
    CASE WHEN max(for_, against_) < share * (for_ + against_) THEN 'mixed'
      WHEN for_ > against_ THEN 'favour' ELSE 'against' END AS stance,
    CASE WHEN max(for_, against_) < share * (for_ + against_) THEN min(surest_for, surest_against)
      WHEN for_ > against_ THEN surest_for ELSE surest_against END AS confidence,
    said, favour, against, sources, events, first, last
  FROM (
    SELECT h.holder, h.topic, CAST({LEADS} AS DOUBLE PRECISION) AS share, count(*) AS said,
      count(CASE WHEN h.stance = 'favour' THEN 1 END) AS favour,
      count(CASE WHEN h.stance = 'against' THEN 1 END) AS against,
      sum(CASE WHEN h.stance = 'favour' THEN CAST(round(h.confidence * 10000) AS INTEGER) ELSE 0 END) AS for_,
      sum(CASE WHEN h.stance = 'against' THEN CAST(round(h.confidence * 10000) AS INTEGER) ELSE 0 END) AS against_,
      max(CASE WHEN h.stance = 'favour' THEN h.confidence END) AS surest_for,
      max(CASE WHEN h.stance = 'against' THEN h.confidence END) AS surest_against,
      count(DISTINCT h.document_id) AS sources, count(DISTINCT h.event) AS events,
      min(h.published) AS first, max(h.published) AS last
    FROM ({{}}) h GROUP BY 1, 2
  ) summed
"""
"""What a position is: an SQL query over stances h that each have a holder; sums are of whole numbers, so that they
come out alike in any order."""

SHOWABLE = """
  SELECT s.n, v.statement_id, v.topic, v.stance, v.confidence, 0 AS corrected, s.whose,
    substr(d.published, 1, 10) AS published, s.document_id, s.event
  FROM stance v CROSS JOIN statement s ON s.id = v.statement_id CROSS JOIN document d ON d.id = s.document_id
  WHERE {of} AND s.hidden = 0
    AND v.confidence >= (SELECT CAST(value AS DOUBLE PRECISION) FROM meta WHERE key = 'threshold')
    AND NOT EXISTS (SELECT 1 FROM verdict w WHERE w.statement_id = v.statement_id AND w.topic = v.topic)
  UNION ALL
  SELECT s.n, v.statement_id, v.topic, v.stance, 1.0, 1, s.whose, substr(d.published, 1, 10), s.document_id, s.event
  FROM verdict v CROSS JOIN statement s ON s.id = v.statement_id CROSS JOIN document d ON d.id = s.document_id
  WHERE {of} AND s.hidden = 0 AND v.stance != 'none'
"""
"""Which stances are shown: an SQL query over stances v and verdicts v, for all of them or `of` one statement."""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE page (
  canonical TEXT PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, fingerprint TEXT NOT NULL,
  outcome TEXT NOT NULL, reason TEXT, captured TEXT
) WITHOUT ROWID;

CREATE TABLE document (
  id TEXT PRIMARY KEY, page TEXT NOT NULL REFERENCES page (canonical) ON DELETE CASCADE,
  version TEXT NOT NULL, source TEXT NOT NULL, url TEXT, title TEXT, authors TEXT NOT NULL, author_role TEXT,
  published TEXT, publisher TEXT, kind TEXT NOT NULL, kind_reason TEXT, language TEXT, event TEXT NOT NULL,
  sketch BLOB, text TEXT NOT NULL, blocks TEXT NOT NULL, turns TEXT NOT NULL, facts TEXT NOT NULL
);
CREATE INDEX document_page ON document (page);
CREATE INDEX document_published ON document (published);

CREATE TABLE stakeholder (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, grp TEXT, aliases TEXT NOT NULL, roles TEXT NOT NULL,
  url TEXT, origin TEXT NOT NULL, label TEXT
) WITHOUT ROWID;

CREATE TABLE statement (
  n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
  start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL,
  speaker TEXT, speaker_id TEXT, speaker_kind TEXT, speaker_text TEXT, role TEXT, organisation TEXT,
  cue TEXT, quoted_by TEXT, reason TEXT, context TEXT NOT NULL,
  whose TEXT, hidden INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL
);
CREATE INDEX statement_document ON statement (document_id);
CREATE INDEX statement_whose ON statement (whose);
CREATE INDEX statement_speaker ON statement (speaker_id);

CREATE TABLE vector (
  n INTEGER PRIMARY KEY REFERENCES statement (n) ON DELETE CASCADE, data BLOB NOT NULL
);

CREATE TABLE stance (
  statement_id TEXT NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  topic TEXT NOT NULL, stance TEXT NOT NULL, confidence REAL NOT NULL,
  PRIMARY KEY (statement_id, topic)
) WITHOUT ROWID;
CREATE INDEX stance_topic ON stance (topic, stance, confidence);

CREATE TABLE correction (
  id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, field TEXT NOT NULL, target TEXT NOT NULL, value TEXT NOT NULL,
  was TEXT, document_id TEXT, quotation TEXT, prefix TEXT, suffix TEXT, anchor TEXT,
  who TEXT NOT NULL, at TEXT NOT NULL, why TEXT, undone TEXT, undone_by TEXT
);
CREATE INDEX correction_anchor ON correction (anchor);

CREATE TABLE verdict (
  statement_id TEXT NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  topic TEXT NOT NULL, stance TEXT NOT NULL, correction INTEGER NOT NULL,
  PRIMARY KEY (statement_id, topic)
) WITHOUT ROWID;

CREATE VIEW showable AS @SHOWABLE;

CREATE TABLE shown (
  n INTEGER NOT NULL REFERENCES statement (n) ON DELETE CASCADE, statement_id TEXT NOT NULL,
  topic TEXT NOT NULL, stance TEXT NOT NULL, confidence REAL NOT NULL, corrected INTEGER NOT NULL,
  whose TEXT, published TEXT, document_id TEXT NOT NULL, event TEXT NOT NULL
);
CREATE UNIQUE INDEX shown_n ON shown (n, topic);
CREATE INDEX shown_statement ON shown (statement_id);
CREATE INDEX shown_topic ON shown (topic, published);
CREATE INDEX shown_whose ON shown (whose, topic, published);
CREATE TRIGGER threshold_set AFTER INSERT ON meta WHEN new.key = 'threshold' BEGIN
  DELETE FROM shown;
  INSERT INTO shown SELECT * FROM showable;
END;

CREATE VIEW tally AS @TALLY;
CREATE TABLE position (
  holder TEXT NOT NULL, topic TEXT NOT NULL, stance TEXT NOT NULL, confidence REAL NOT NULL, said INTEGER NOT NULL,
  favour INTEGER NOT NULL, against INTEGER NOT NULL, sources INTEGER NOT NULL, events INTEGER NOT NULL,
  first TEXT, last TEXT, PRIMARY KEY (holder, topic)
) WITHOUT ROWID;
CREATE INDEX position_order ON position (said DESC, confidence DESC, holder, topic);
CREATE INDEX position_topic ON position (topic, said DESC, confidence DESC, holder);
CREATE TABLE stale (whose TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (whose, topic)) WITHOUT ROWID;
CREATE TRIGGER shown_inserted AFTER INSERT ON shown WHEN new.whose IS NOT NULL BEGIN
  INSERT OR IGNORE INTO stale VALUES (new.whose, new.topic);
END;
CREATE TRIGGER shown_changed AFTER UPDATE ON shown WHEN new.whose IS NOT NULL BEGIN
  INSERT OR IGNORE INTO stale VALUES (new.whose, new.topic);
END;
CREATE TRIGGER shown_deleted AFTER DELETE ON shown WHEN old.whose IS NOT NULL BEGIN
  INSERT OR IGNORE INTO stale VALUES (old.whose, old.topic);
END;

CREATE TABLE argument (
  id TEXT PRIMARY KEY, topic TEXT NOT NULL, stance TEXT NOT NULL, key_point TEXT NOT NULL,
  key_statement TEXT NOT NULL, terms TEXT NOT NULL, stability REAL, centroid BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE member (
  argument_id TEXT NOT NULL REFERENCES argument (id) ON DELETE CASCADE,
  statement_id TEXT NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  PRIMARY KEY (statement_id, argument_id)
) WITHOUT ROWID;
CREATE INDEX member_argument ON member (argument_id);
CREATE TABLE bereft (argument_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER member_deleted AFTER DELETE ON member BEGIN
  INSERT OR IGNORE INTO bereft VALUES (old.argument_id);
END;

CREATE TABLE run (id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, made_with TEXT NOT NULL, counts TEXT);

CREATE VIRTUAL TABLE words USING fts5(
  text, speaker, content='statement', content_rowid='n', tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER statement_inserted AFTER INSERT ON statement BEGIN
  INSERT INTO words (rowid, text, speaker) VALUES (new.n, new.text, new.speaker);
END;
CREATE TRIGGER statement_deleted AFTER DELETE ON statement BEGIN
  INSERT INTO words (words, rowid, text, speaker) VALUES ('delete', old.n, old.text, old.speaker);
END;
CREATE TRIGGER statement_changed AFTER UPDATE OF text, speaker ON statement BEGIN
  INSERT INTO words (words, rowid, text, speaker) VALUES ('delete', old.n, old.text, old.speaker);
  INSERT INTO words (rowid, text, speaker) VALUES (new.n, new.text, new.speaker);
END;
"""

_FORMER = """
CREATE TABLE former (
  document_id TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, title TEXT, text TEXT NOT NULL,
  captured TEXT, replaced TEXT NOT NULL, PRIMARY KEY (document_id, version)
);
CREATE TABLE gone (
  statement_id TEXT NOT NULL, document_id TEXT NOT NULL, version TEXT NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL,
  speaker TEXT, speaker_id TEXT, cue TEXT, stances TEXT NOT NULL, prefix TEXT NOT NULL, suffix TEXT NOT NULL,
  found INTEGER, returned TEXT, PRIMARY KEY (document_id, version, start, end),
  FOREIGN KEY (document_id, version) REFERENCES former (document_id, version) ON DELETE CASCADE
);
"""

_LINKS = """
CREATE TABLE link (
  source TEXT NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  target TEXT NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  kind TEXT NOT NULL, rule TEXT NOT NULL, cue TEXT NOT NULL, confidence REAL NOT NULL, evidence TEXT,
  PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX link_target ON link (target);
CREATE TABLE unlinked (document_id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO unlinked SELECT id FROM document;
CREATE TRIGGER unlinked_statement AFTER INSERT ON statement BEGIN
  INSERT OR IGNORE INTO unlinked VALUES (new.document_id);
END;
CREATE TRIGGER unlinked_speaker AFTER UPDATE OF whose, hidden ON statement BEGIN
  INSERT OR IGNORE INTO unlinked VALUES (new.document_id);
END;
CREATE TRIGGER unlinked_shown AFTER INSERT ON shown BEGIN
  INSERT OR IGNORE INTO unlinked VALUES (new.document_id);
END;
CREATE TRIGGER unlinked_not_shown AFTER DELETE ON shown BEGIN
  INSERT OR IGNORE INTO unlinked VALUES (old.document_id);
END;
"""

_BRIEF = "CREATE INDEX statement_brief ON statement (id, n, whose, hidden);"

MIGRATIONS: tuple[str, ...] = (
    _FIRST.replace("@TALLY", TALLY.format("SELECT *, whose AS holder FROM shown WHERE whose IS NOT NULL")).replace(
        "@SHOWABLE", SHOWABLE.format(of="TRUE")
    ),
    _FORMER,
    _LINKS,
    _BRIEF,
)
"""One script per schema version, in order; a map says with `user_version` how many it has had."""


def migrate(connection: sqlite3.Connection, place: str) -> None:
    """Brings a map to the current schema, each step in one transaction, and once where two begin it together."""
    had = version_of(connection, place)
    while had < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            had = version_of(connection, place)
            if had < len(MIGRATIONS):
                # `executescript` would end the transaction that the version was read in.
                for statement in statements(MIGRATIONS[had]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {had + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        had += 1


def statements(script: str) -> Iterator[str]:
    """The statements of a migration one by one."""
    said = ""
    for part in script.splitlines(keepends=True):
        said += part
        if sqlite3.complete_statement(said):
            yield said
            said = ""
    if said.strip():
        yield said


def version_of(connection: sqlite3.Connection, place: str) -> int:
    """The schema version of a map, 0 for an empty file; MapError when it is no map or too new."""
    try:
        # Else a map that another makes meanwhile could be seen half before and half after.
        connection.execute("SAVEPOINT look")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute("RELEASE look")
    except sqlite3.DatabaseError as error:
        raise MapError(f"{place}: not a map ({error}): name another file, or move this one away") from None
    if application != APPLICATION_ID and tables:
        raise MapError(f"{place}: an SQLite file, but not a map: name another file with --map")
    if version > len(MIGRATIONS):
        raise MapError(
            f"{place}: written by a newer version (schema {version}; this one knows {len(MIGRATIONS)}): "
            "upgrade sector-discourse, or build the map anew under another name"
        )
    return version
