package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// FileName is the log's name inside a data folder.
const FileName = "ledger.db"

// migrations[n] brings schema version n to n+1. A released one never changes.
var migrations = []string{v1, v2, v3}

const v1 = `
CREATE TABLE events(
  position    INTEGER PRIMARY KEY, -- gap-free from 1, given by the one writer
  stream      TEXT    NOT NULL,
  version     INTEGER NOT NULL,    -- gap-free from 1 in its stream
  event_id    BLOB    NOT NULL,    -- UUIDv7, not indexed
  client      TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  data        BLOB    NOT NULL,    -- UTF-8 JSON, the exact bytes that are hashed
  meta        BLOB    NOT NULL,
  recorded_at INTEGER NOT NULL,    -- unix microseconds, never decreasing
  hash        BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_stream_version ON events(stream, version);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only: events are never changed'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the log is append-only: events are never deleted'); END;

CREATE TABLE idempotency(
  client       TEXT    NOT NULL,
  scope        TEXT    NOT NULL,
  key          TEXT    NOT NULL,
  request_hash BLOB    NOT NULL,
  first        INTEGER NOT NULL,   -- positions of the call that used it
  last         INTEGER NOT NULL,
  at           INTEGER NOT NULL,   -- unix microseconds
  PRIMARY KEY(client, scope, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE head(
  id       INTEGER PRIMARY KEY CHECK(id = 1),
  position INTEGER NOT NULL,
  hash     BLOB    NOT NULL
) STRICT;
INSERT INTO head VALUES(1, 0, zeroblob(32));

CREATE TABLE tokens(
  hash       BLOB    PRIMARY KEY,  -- SHA-256 of the token
  kind       TEXT    NOT NULL,     -- access or refresh
  credential TEXT    NOT NULL,
  client     TEXT    NOT NULL,
  scopes     TEXT    NOT NULL,     -- separated by spaces
  expires_at INTEGER NOT NULL      -- unix microseconds
) WITHOUT ROWID, STRICT;
CREATE INDEX tokens_credential ON tokens(credential);
CREATE INDEX tokens_expires_at ON tokens(expires_at);
`

// v2 is the tables for the login of people.
const v2 = `
CREATE TABLE people(
  kind       TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  person     TEXT    NOT NULL,
  value      BLOB    NOT NULL,         -- hashed or sealed
  expires_at INTEGER NOT NULL,         -- unix microseconds; 0: never
  PRIMARY KEY(kind, id)
) WITHOUT ROWID, STRICT;
CREATE INDEX people_person ON people(person);
`

// v3 is the progress of webhooks.
const v3 = `
CREATE TABLE webhooks(
  webhook  TEXT    PRIMARY KEY,
  position INTEGER NOT NULL,       -- the cursor
  ordinal  INTEGER NOT NULL,
  orders   INTEGER NOT NULL        -- position of the newest order that was carried out
) WITHOUT ROWID, STRICT;
CREATE TABLE webhook_waiting(
  webhook  TEXT    NOT NULL,
  position INTEGER NOT NULL,
  ordinal  INTEGER NOT NULL,
  type     TEXT    NOT NULL,
  tries    INTEGER NOT NULL,
  first_at INTEGER NOT NULL,       -- unix microseconds
  next_at  INTEGER NOT NULL,
  status   INTEGER NOT NULL,
  failure  TEXT    NOT NULL,
  given_up INTEGER NOT NULL,
  PRIMARY KEY(webhook, position, ordinal)
) WITHOUT ROWID, STRICT;
CREATE INDEX webhook_waiting_next_at ON webhook_waiting(webhook, next_at) WHERE given_up = 0;
CREATE TABLE webhook_rounds(
  webhook  TEXT    NOT NULL,
  number   INTEGER NOT NULL,
  attempts TEXT    NOT NULL,       -- JSON
  PRIMARY KEY(webhook, number)
) WITHOUT ROWID, STRICT;
`

// ErrNoLog says that the folder has no log yet.
var ErrNoLog = errors.New("there is no log in this folder: start the server on it once, or name another folder")

// create creates the folder and an empty, private database file durably, if
// they do not exist. It must run before any connection is opened: closing a
// descriptor of an open database would drop SQLite's locks on it.
func create(path string) error {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), durable.SyncFolder(filepath.Dir(path)))
}

// migrate brings the schema up to date, each step in a transaction of its own.
func migrate(c *conn.Conn) error {
	if err := c.Script("CREATE TABLE IF NOT EXISTS schema_version(version INTEGER NOT NULL) STRICT"); err != nil {
		return err
	}
	version, err := schemaVersion(c)
	if err != nil {
		return err
	}
	for ; version < int64(len(migrations)); version++ {
		step := fmt.Sprintf("BEGIN IMMEDIATE; %s; DELETE FROM schema_version; INSERT INTO schema_version VALUES(%d); COMMIT",
			migrations[version], version+1)
		if err := c.Script(step); err != nil {
			return errors.Join(fmt.Errorf("bring the log to schema version %d: %w", version+1, err), c.Script("ROLLBACK"))
		}
	}
	return checkSchema(c)
}

// checkSchema refuses a log whose schema version is not this program's.
func checkSchema(c *conn.Conn) error {
	version, err := schemaVersion(c)
	switch known := int64(len(migrations)); {
	case err != nil:
		return err
	case version == 0:
		return ErrNoLog
	case version > known:
		return fmt.Errorf("the log has schema version %d and this program knows %d: use a newer achledger", version, known)
	case version < known:
		return fmt.Errorf("the log has schema version %d and this program needs %d: start the server on it once", version, known)
	}
	return nil
}

// schemaVersion is 0 for an empty file.
func schemaVersion(c *conn.Conn) (int64, error) {
	table, err := c.Row("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'")
	if err != nil || table[0].(int64) == 0 {
		return 0, err
	}
	row, err := c.Row("SELECT coalesce(max(version), 0) FROM schema_version")
	if err != nil {
		return 0, err
	}
	return row[0].(int64), nil
}
