"""The tables of the collection ledger, and how its file is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from discourse.errors import DiscourseError

APPLICATION_ID = 0x6C656467
SCHEMA = """
CREATE TABLE crawl (id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, agent TEXT NOT NULL);
CREATE TABLE source (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, publisher TEXT, document_kind TEXT, terms TEXT
) WITHOUT ROWID;
CREATE TABLE task (
  id INTEGER PRIMARY KEY, crawl INTEGER NOT NULL REFERENCES crawl (id), source TEXT NOT NULL, role TEXT NOT NULL,
  url TEXT NOT NULL, canonical TEXT NOT NULL, depth INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0,
  UNIQUE (crawl, source, role, canonical)
);
CREATE TABLE capture (
  id INTEGER PRIMARY KEY, url TEXT NOT NULL, time TEXT NOT NULL, media_type TEXT, digest TEXT NOT NULL,
  size INTEGER NOT NULL, payload TEXT NOT NULL, etag TEXT, last_modified TEXT,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX capture_url ON capture (url);
CREATE INDEX capture_digest ON capture (digest);
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY, crawl INTEGER NOT NULL REFERENCES crawl (id), source TEXT NOT NULL, role TEXT NOT NULL,
  url TEXT NOT NULL, at TEXT NOT NULL, canonical TEXT NOT NULL, time TEXT NOT NULL, outcome TEXT NOT NULL,
  reason TEXT, status INTEGER, requests INTEGER NOT NULL, capture INTEGER REFERENCES capture (id), same_as TEXT
);
CREATE INDEX attempt_canonical ON attempt (canonical);
CREATE INDEX attempt_crawl ON attempt (crawl, source);
CREATE INDEX attempt_capture ON attempt (capture);
CREATE TABLE warc (file TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
"""
READINGS = """
CREATE TABLE IF NOT EXISTS reading (
  capture INTEGER PRIMARY KEY REFERENCES capture (id), canonical TEXT NOT NULL, text BLOB NOT NULL, title TEXT,
  published TEXT, sketch BLOB, outcome TEXT, reason TEXT, copy_of TEXT, score REAL, topic TEXT, scored_with TEXT
);
CREATE INDEX IF NOT EXISTS reading_canonical ON reading (canonical);
CREATE VIEW IF NOT EXISTS told AS
  SELECT a.id, a.crawl, a.source, a.role, a.url, a.at, a.canonical, a.time,
    CASE WHEN a.role = 'page' AND r.outcome IS NOT NULL THEN r.outcome ELSE a.outcome END AS outcome,
    coalesce(a.reason, CASE WHEN a.role = 'page' THEN r.reason END) AS reason,
    a.status, a.requests, a.capture, coalesce(a.same_as, CASE WHEN a.role = 'page' THEN r.copy_of END) AS same_as,
    CASE WHEN a.role = 'page' THEN r.score END AS score, CASE WHEN a.role = 'page' THEN r.topic END AS topic
  FROM attempt a LEFT JOIN reading r ON r.capture = a.capture;
"""
"""Came after the first ledgers: added to one when it is next written to."""
READ_AS_BEFORE = """
INSERT INTO reading
  SELECT ?, canonical, text, title, published, sketch, outcome, reason, copy_of, score, topic, scored_with FROM reading
  WHERE capture = (
    SELECT max(c.id) FROM capture c JOIN attempt a ON a.capture = c.id JOIN reading r ON r.capture = c.id
    WHERE a.canonical = ? AND a.role = 'page' AND c.digest = ?
  )
"""
"""Gives a capture the reading of the page's latest one with the same bytes, if that was read."""


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection to a ledger ("ro" or "rwc"); DiscourseError if the file is something else."""
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.resolve()))}?mode={mode}",
            uri=True,
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
        )
        held = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.Error as error:
        raise DiscourseError(f"{path}: not a ledger, or not to be opened ({error})") from None
    if tables and held != APPLICATION_ID:
        connection.close()
        raise DiscourseError(f"{path}: not a ledger: name another archive folder")
    return connection
