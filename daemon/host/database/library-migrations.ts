/** The steps of the database of the library; the rules of `migrations.ts` hold. */
export const libraryMigrations: readonly string[] = [
  `
  -- What was read once. A file is known again by its stamp: device, inode, size and time of change.
  CREATE TABLE digests (
    id      INTEGER PRIMARY KEY,
    stamp   TEXT    NOT NULL UNIQUE,
    sha1    BLOB    NOT NULL,
    sha256  BLOB    NOT NULL,
    tth     BLOB    NOT NULL,
    ed2k    BLOB    NOT NULL,
    aich    BLOB    NOT NULL,
    btpr    BLOB,
    trees   BLOB,
    used_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX digests_sha1 ON digests (sha1);
  CREATE INDEX digests_tth ON digests (tth);
  CREATE INDEX digests_ed2k ON digests (ed2k);
  CREATE INDEX digests_used ON digests (used_at);

  -- Trees of spans of long files that are not complete yet.
  CREATE TABLE spans (
    stamp TEXT    NOT NULL,
    span  INTEGER NOT NULL,
    bytes BLOB    NOT NULL,
    PRIMARY KEY (stamp, span)
  ) STRICT, WITHOUT ROWID;

  -- Folders below a shared one, with slashes; the shared one itself is ''.
  CREATE TABLE dirs (
    id     INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL,
    path   TEXT    NOT NULL,
    UNIQUE (folder, path)
  ) STRICT;

  -- State: 0 waits to be hashed, 1 is known, 2 cannot be read. Times are milliseconds since the epoch.
  CREATE TABLE files (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    dir      INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    stamp    TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    absent   INTEGER NOT NULL DEFAULT 0,
    tries    INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER NOT NULL DEFAULT 0,
    fault    TEXT,
    digests  INTEGER,
    UNIQUE (dir, name)
  ) STRICT;
  CREATE INDEX files_waiting ON files (retry_at) WHERE state = 0 AND absent = 0;
  CREATE INDEX files_digests ON files (digests) WHERE digests IS NOT NULL;
  CREATE INDEX files_troubled ON files (state) WHERE state = 2;

  -- The row of a file under its own number. Nothing but the index is kept.
  CREATE VIRTUAL TABLE names USING fts5 (
    path, medium,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
  `,
  `
  -- How many bytes of it others were given.
  ALTER TABLE digests ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX digests_given ON digests (given) WHERE given > 0;
  `,
]
