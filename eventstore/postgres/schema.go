package postgres

// schemaName is the PostgreSQL schema that holds the ledger's tables.
const schemaName = "achledger"

// migrations[n] brings schema version n to n+1, as the owner. A released one
// never changes.
var migrations = []string{v1, v2, v3, v4, v5, v6}

// v1 is the log. All names are compared byte by byte, whatever the database's
// collation, which may change with the operating system and would then break
// the indexes. The triggers apply to the owner and to superusers, even under
// session_replication_role = replica; none of them runs on insert.
const v1 = `
CREATE TABLE events(
  position    bigint NOT NULL PRIMARY KEY, -- gap-free from 1, given under the append lock
  version     bigint NOT NULL,             -- gap-free from 1 in its stream
  recorded_at bigint NOT NULL,             -- unix microseconds, never decreasing
  event_id    uuid   NOT NULL,             -- UUIDv7, not indexed
  stream      text   COLLATE "C" NOT NULL,
  client      text   COLLATE "C" NOT NULL,
  type        text   COLLATE "C" NOT NULL,
  data        bytea  NOT NULL,             -- UTF-8 JSON, the exact bytes that are hashed
  meta        bytea  NOT NULL,
  hash        bytea  NOT NULL
);
CREATE UNIQUE INDEX events_stream_version ON events(stream, version);

CREATE TABLE idempotency(
  client       text   COLLATE "C" NOT NULL,
  scope        text   COLLATE "C" NOT NULL,
  key          text   COLLATE "C" NOT NULL,
  request_hash bytea  NOT NULL,
  first        bigint NOT NULL,            -- positions of the call that used it
  last         bigint NOT NULL,
  at           bigint NOT NULL,            -- unix microseconds
  PRIMARY KEY(client, scope, key)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keys_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON idempotency
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_never_changed;
ALTER TABLE idempotency ENABLE ALWAYS TRIGGER keys_are_never_changed;

CREATE TABLE tokens(
  hash       bytea  NOT NULL PRIMARY KEY,  -- SHA-256 of the token
  kind       text   NOT NULL,              -- access or refresh
  credential text   COLLATE "C" NOT NULL,
  client     text   NOT NULL,
  scopes     text   NOT NULL,              -- separated by spaces
  expires_at bigint NOT NULL               -- unix microseconds
);
CREATE INDEX tokens_credential ON tokens(credential);
CREATE INDEX tokens_expires_at ON tokens(expires_at);

CREATE TABLE nodes(
  name     text        COLLATE "C" NOT NULL PRIMARY KEY,
  position bigint      NOT NULL,           -- of the newest event it knows to be durable
  seen     timestamptz NOT NULL            -- when it last wrote this row
) WITH (fillfactor = 50);
`

// v2 is the tables that several nodes need beside the log. A table with the
// column one has one row.
const v2 = `
CREATE TABLE ledger(
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  id   text  NOT NULL,                     -- of the ledger in this place
  kind text  NOT NULL,                     -- production or sandbox
  mark bytea NOT NULL                      -- sealed by the master key that belongs here
);
CREATE TABLE wrapped_keys(
  client  text  COLLATE "C" NOT NULL PRIMARY KEY,
  content bytea NOT NULL
);
CREATE TABLE kept(
  id     text COLLATE "C" NOT NULL PRIMARY KEY, -- by chance
  folder text COLLATE "C" NOT NULL,
  name   text COLLATE "C",                 -- none while it is being written
  size   bigint NOT NULL DEFAULT 0,        -- sealed bytes
  begun  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX kept_name ON kept(folder, name);
CREATE TABLE kept_chunks(
  id      text  COLLATE "C" NOT NULL,
  chunk   int   NOT NULL,                  -- from 0
  content bytea NOT NULL,
  PRIMARY KEY(id, chunk)
);
ALTER TABLE kept_chunks ALTER content SET STORAGE EXTERNAL; -- what is sealed cannot be compressed
CREATE TABLE delivery(
  one     boolean PRIMARY KEY DEFAULT true CHECK (one),
  version bigint NOT NULL,                 -- goes up with each change
  content bytea                            -- none until it was set once
);
CREATE TABLE leader(
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  term  bigint NOT NULL,                   -- goes up with each leader
  node  text   COLLATE "C" NOT NULL,
  since timestamptz NOT NULL
);
INSERT INTO delivery(version) VALUES(0);
INSERT INTO leader(term, node, since) VALUES(0, '', now());
CREATE TABLE asks(
  id       text   COLLATE "C" NOT NULL PRIMARY KEY,
  verb     text   NOT NULL,                -- what the leader is to do
  body     bytea  NOT NULL,
  asked    timestamptz NOT NULL DEFAULT now(),
  answer   bytea,                          -- none until it is done
  answered timestamptz
);
ALTER TABLE nodes ADD release text NOT NULL DEFAULT '', -- of the program
  ADD views bigint NOT NULL DEFAULT 0;     -- how far its views are
`

// v3 is the tables for the login of people.
const v3 = `
CREATE TABLE people(
  kind       text   COLLATE "C" NOT NULL,
  id         text   COLLATE "C" NOT NULL,
  person     text   COLLATE "C" NOT NULL,
  value      bytea  NOT NULL,              -- hashed or sealed
  expires_at bigint NOT NULL,              -- unix microseconds; 0: never
  PRIMARY KEY(kind, id)
);
CREATE INDEX people_person ON people(person);
`

// v4 is the progress of webhooks.
const v4 = `
CREATE TABLE webhooks(
  webhook  text   COLLATE "C" NOT NULL PRIMARY KEY,
  position bigint NOT NULL,                -- the cursor
  ordinal  bigint NOT NULL,
  orders   bigint NOT NULL                 -- position of the newest order that was carried out
) WITH (fillfactor = 50);
CREATE TABLE webhook_waiting(
  webhook  text    COLLATE "C" NOT NULL,
  position bigint  NOT NULL,
  ordinal  bigint  NOT NULL,
  type     text    NOT NULL,
  tries    int     NOT NULL,
  first_at bigint  NOT NULL,               -- unix microseconds
  next_at  bigint  NOT NULL,
  status   int     NOT NULL,
  failure  text    NOT NULL,
  given_up boolean NOT NULL,
  PRIMARY KEY(webhook, position, ordinal)
);
CREATE INDEX webhook_waiting_next_at ON webhook_waiting(webhook, next_at) WHERE NOT given_up;
CREATE TABLE webhook_rounds(
  webhook  text   COLLATE "C" NOT NULL,
  number   bigint NOT NULL,
  attempts text   NOT NULL,                -- JSON
  PRIMARY KEY(webhook, number)
);
`

// v5 is what nodes publish about themselves, to wait until all of them have
// done or know something.
const v5 = `
ALTER TABLE nodes ADD serves boolean NOT NULL DEFAULT true, -- false for a command
  ADD keys_dropped bigint NOT NULL DEFAULT 0, -- up to which position it forgot destroyed keys
  ADD next_master  text   NOT NULL DEFAULT '', -- names its next master key
  ADD knows        int    NOT NULL DEFAULT 0, -- vocabulary of its release
  ADD told_by      text   NOT NULL DEFAULT ''; -- release that said the columns above
ALTER TABLE ledger ADD vocabulary int NOT NULL DEFAULT 0; -- newest that the log has an event of
`

// v6 is the identity of the database in which a node found its log confirmed.
const v6 = `
ALTER TABLE nodes ADD vouches text NOT NULL DEFAULT '', -- for this database: system identifier and timeline
  ADD vouched_by text NOT NULL DEFAULT ''; -- release that said so
`

// grants are the rights of the serving role.
var grants = []string{
	"USAGE ON SCHEMA " + schemaName,
	"SELECT ON schema_version",
	"SELECT, INSERT ON events",
	"SELECT, INSERT ON idempotency",
	"SELECT, INSERT, UPDATE, DELETE ON tokens",
	"SELECT, INSERT, UPDATE, DELETE ON people",
	"SELECT, INSERT, UPDATE, DELETE ON nodes",
	"SELECT, UPDATE ON ledger",
	"SELECT, INSERT, UPDATE ON wrapped_keys",
	"SELECT, INSERT, UPDATE, DELETE ON kept",
	"SELECT, INSERT, DELETE ON kept_chunks",
	"SELECT, UPDATE ON delivery",
	"SELECT, UPDATE ON leader",
	"SELECT, INSERT, UPDATE, DELETE ON asks",
	"SELECT, INSERT, UPDATE, DELETE ON webhooks",
	"SELECT, INSERT, UPDATE, DELETE ON webhook_waiting",
	"SELECT, INSERT, UPDATE, DELETE ON webhook_rounds",
}
