/**
 * The steps from an empty database to the one of this version, in order. A step that was released is never changed:
 * what is new is one more at the end. `user_version` counts the steps that were taken.
 */
export const migrations: readonly string[] = [
  `
  -- Digests are JSON, an array of texts; priorities one byte a file; options a JSON object of what is small and rare.
  CREATE TABLE transfers (
    id             TEXT    PRIMARY KEY,
    added_at       INTEGER NOT NULL,
    completed_at   INTEGER,
    wanted         TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    disk_name      TEXT,
    size           INTEGER,
    digests        TEXT    NOT NULL,
    directory      TEXT    NOT NULL,
    label          TEXT,
    down           INTEGER NOT NULL,
    up             INTEGER NOT NULL,
    giving_seconds INTEGER NOT NULL,
    priorities     BLOB    NOT NULL,
    options        TEXT    NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE hints (
    transfer TEXT NOT NULL REFERENCES transfers (id) ON DELETE CASCADE,
    network  TEXT NOT NULL,
    hint     BLOB NOT NULL,
    PRIMARY KEY (transfer, network)
  ) STRICT;

  -- Rows are only added: each says of bytes [start, end) that they are had, or were lost, later rows winning.
  CREATE TABLE had (
    transfer TEXT    NOT NULL,
    start    INTEGER NOT NULL,
    "end"    INTEGER NOT NULL,
    lost     INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX had_transfer ON had (transfer);

  CREATE TABLE keep (
    network TEXT NOT NULL,
    key     TEXT NOT NULL,
    value   BLOB NOT NULL,
    PRIMARY KEY (network, key)
  ) STRICT, WITHOUT ROWID;

  -- Values made in the page, as JSON.
  CREATE TABLE settings (
    "group" TEXT NOT NULL,
    field   TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY ("group", field)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Of tokens and sessions only hashes are known here.
  CREATE TABLE tokens (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sessions (
    hash       BLOB    PRIMARY KEY,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    client     TEXT    NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What the user shares; what is in it is in a database of its own, which can be made anew. Both lists are JSON.
  CREATE TABLE shared_folders (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    path     TEXT    NOT NULL UNIQUE,
    audience TEXT    NOT NULL,
    networks TEXT,
    ignore   TEXT    NOT NULL
  ) STRICT;
  `,
]
