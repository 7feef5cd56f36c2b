package projections

import (
	"crypto/sha256"
	"encoding/hex"
)

// meaning is changed when the apply logic makes other rows from the same events
// while the tables stay the same. Every folder then rebuilds its views.
const meaning = "5"

// shape identifies the tables and their meaning, so that a program recognizes
// views that it cannot read.
func shape() string {
	sum := sha256.Sum256([]byte(meaning + tables + indexes))
	return hex.EncodeToString(sum[:8])
}

// control is beside the generations: it says which there are and their
// positions. One is live; the others are being filled, or were left by a
// process that ended while it filled or removed one.
const control = `
CREATE TABLE IF NOT EXISTS checkpoint(
  name       TEXT    NOT NULL,
  generation INTEGER NOT NULL,
  position   INTEGER NOT NULL,  -- of the newest event in the rows
  hash       BLOB    NOT NULL,  -- of that event: views of another log are of no use
  shape      TEXT    NOT NULL,
  live       INTEGER NOT NULL,
  PRIMARY KEY(name, generation)
) WITHOUT ROWID, STRICT;
`

// tables of one generation. Each has a primary key, by which Compare identifies
// its rows. Compare and the removal of a generation find the tables in the
// schema. Times are unix microseconds, 0 for none; days are those of New York
// as YYYYMMDD. Any position column other than that of the row's own event is a
// foreign key to the row made at that position.
var tables = `
-- Items of transactions. The row of an origination also holds what is said of
-- its transaction as a whole. Whether a filed item counts as transmitted is
-- its file's to say: a delivery changes one row, not a hundred thousand.
CREATE TABLE items@(
  position     INTEGER PRIMARY KEY,     -- of the event that made it
  client       TEXT    NOT NULL,
  txn          TEXT    NOT NULL,
  item         TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  direction    TEXT    NOT NULL,
  status       TEXT    NOT NULL,        -- Pending, Released, Recalled, Rejected
  reason       TEXT    NOT NULL,
  reply_to     TEXT    NOT NULL,
  cents        INTEGER NOT NULL,
  made_at      INTEGER NOT NULL,
  day          INTEGER NOT NULL,        -- made on
  other_day    INTEGER,                 -- the same, for all but our own originations
  unfiled_day  INTEGER,                 -- entered its status on, for ours in no file; NULL for what is in pending since it was made
  changed      INTEGER NOT NULL,        -- newest event about it
  code         TEXT    NOT NULL,
  corrected    TEXT    NOT NULL,
  information  TEXT    NOT NULL DEFAULT '', -- addenda information
  died         TEXT    NOT NULL DEFAULT '', -- date of death
  statement    TEXT    NOT NULL DEFAULT '', -- when the receiver's statement was reviewed
  held_by      TEXT    NOT NULL DEFAULT '', -- JSON of guard.HeldBy, while a rule holds it or where one rejected it
  decision     TEXT    NOT NULL DEFAULT '', -- JSON of Decision, of what came for an account with rules
  request      TEXT    NOT NULL DEFAULT '', -- JSON of Request, of a request for return and of the return for it
  missed       TEXT    NOT NULL DEFAULT '', -- JSON of domain.MissedCorrection, of what goes to an account that had been corrected
  file         INTEGER,                 -- in files
  batch        INTEGER NOT NULL,
  trace        TEXT    NOT NULL,
  effective_on TEXT    NOT NULL,        -- of what came from the bank
  settled_on   TEXT    NOT NULL,
  in_file      INTEGER,                 -- made together with this file; shows once that is cut
  origin       INTEGER,                 -- of an answer: the origination of its transaction
  history      TEXT    NOT NULL,        -- see history.go

  sec          TEXT    NOT NULL,        -- from here on: the transaction
  push         TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  tail         TEXT    NOT NULL,
  account      INTEGER,                 -- of the receiver, see AccountKey; NULL for what we received
  company      TEXT    NOT NULL DEFAULT '', -- identification of the company that sent it
  updated_at   INTEGER NOT NULL,
  updated      INTEGER NOT NULL,
  shown        INTEGER NOT NULL,        -- the item whose status it has; 0: Returned
  shown_in     INTEGER,                 -- the file in which that item lies
  listed       TEXT                     -- the list of few it is in, see listed.go; NULL for most
) STRICT;
CREATE INDEX items_item@ ON items@(item);

-- What waits for a file, and the sums of it.
CREATE TABLE pending@(
  position INTEGER PRIMARY KEY,         -- as in items, which has the rest
  client   TEXT    NOT NULL,
  odfi     TEXT    NOT NULL,
  answers  INTEGER NOT NULL,
  due      INTEGER NOT NULL,            -- 0: at once
  leave_by INTEGER,
  version  INTEGER NOT NULL,            -- of the transaction's stream
  header   INTEGER NOT NULL,            -- in headers
  code     INTEGER NOT NULL,
  routing  TEXT    NOT NULL,
  addenda  INTEGER NOT NULL,
  asked_on TEXT    NOT NULL,
  same_day INTEGER NOT NULL,
  fault    TEXT    NOT NULL,            -- why no file can carry it; empty for most
  over     TEXT    NOT NULL             -- holder and relationship it goes over; empty for most
) STRICT;
CREATE INDEX pending_due@ ON pending@(client, odfi, answers, due);
CREATE INDEX pending_leave_by@ ON pending@(client, odfi, answers, due, leave_by) WHERE leave_by IS NOT NULL;
-- Answers that have to leave before an instant, while they wait, held or not.
CREATE TABLE deadlines@(
  position INTEGER PRIMARY KEY,         -- as in items
  odfi     TEXT    NOT NULL,
  leave_by INTEGER NOT NULL
) STRICT;
CREATE INDEX deadlines_leave_by@ ON deadlines@(leave_by);
-- What is held, by a rule of the guard or else by a person or another part of
-- the ledger.
CREATE TABLE held@(
  position INTEGER PRIMARY KEY,         -- as in items
  client   TEXT    NOT NULL,
  odfi     TEXT    NOT NULL,
  rule     TEXT    NOT NULL,            -- empty: no rule
  deadline INTEGER NOT NULL,            -- the last window for the day it should settle; 0: none
  rejects  INTEGER NOT NULL,            -- 1: it is rejected after that
  held_at  INTEGER NOT NULL,
  cents    INTEGER NOT NULL,
  asked    INTEGER NOT NULL             -- 1: until an engine has decided
) STRICT;
CREATE INDEX held_asked@ ON held@(rule, client) WHERE asked = 1;
CREATE INDEX held_rejects@ ON held@(deadline) WHERE rejects = 1;
CREATE INDEX held_rule@ ON held@(rule, rejects, deadline);
CREATE INDEX held_oldest@ ON held@(rule, rejects, held_at);
CREATE INDEX held_named@ ON held@(rule);
CREATE INDEX held_owner@ ON held@(client);
CREATE INDEX held_since@ ON held@(held_at);
-- Payments that came and wait until somebody decides what becomes of them.
CREATE TABLE decisions@(
  position    INTEGER PRIMARY KEY,      -- as in items
  client      TEXT    NOT NULL,
  odfi        TEXT    NOT NULL,
  decide_by   INTEGER NOT NULL,
  pays        INTEGER NOT NULL,         -- 1: it is paid at the deadline, 0: it is returned
  code        TEXT    NOT NULL,         -- of its return
  received_at INTEGER NOT NULL,
  cents       INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_decide_by@ ON decisions@(decide_by);
CREATE INDEX decisions_next@ ON decisions@(pays, decide_by);
CREATE INDEX decisions_oldest@ ON decisions@(pays, received_at);
CREATE INDEX decisions_since@ ON decisions@(received_at);
-- Requests for return that wait for the receiving bank's answer.
CREATE TABLE requests@(
  position  INTEGER PRIMARY KEY,        -- as in items
  client    TEXT    NOT NULL,
  odfi      TEXT    NOT NULL,
  routing   TEXT    NOT NULL,           -- of the receiving bank
  answer_by INTEGER NOT NULL,
  asked_at  INTEGER NOT NULL,
  cents     INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_answer_by@ ON requests@(answer_by);
CREATE INDEX requests_oldest@ ON requests@(asked_at);
CREATE TABLE headers@(
  id     INTEGER PRIMARY KEY,           -- counted in log order, as none is ever taken away
  header TEXT    NOT NULL               -- JSON of nacha.BatchHeader
) STRICT;
CREATE UNIQUE INDEX headers_header@ ON headers@(header);
CREATE TABLE queue@(
  client  TEXT    NOT NULL,
  odfi    TEXT    NOT NULL,
  answers INTEGER NOT NULL,
  due     INTEGER NOT NULL,
  entries INTEGER NOT NULL,             -- above zero
  cents   INTEGER NOT NULL,
  PRIMARY KEY(client, odfi, answers, due)
) WITHOUT ROWID, STRICT;

CREATE TABLE files@(
  position      INTEGER PRIMARY KEY,    -- of the event that opened it
  id            TEXT    NOT NULL,
  client        TEXT    NOT NULL,
  odfi          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  header        TEXT    NOT NULL,       -- domain.HeaderName; '' while open
  state         TEXT    NOT NULL,
  why           TEXT    NOT NULL,
  method        TEXT    NOT NULL,
  origin        TEXT    NOT NULL,
  modifier      TEXT    NOT NULL,
  opened_at     INTEGER NOT NULL,
  opened_day    INTEGER NOT NULL,
  cut_at        INTEGER NOT NULL DEFAULT 0,
  cut_day       INTEGER NOT NULL DEFAULT 0, -- 0 while open
  cut           INTEGER NOT NULL DEFAULT 0, -- position, 0 while open
  send_by       INTEGER NOT NULL,
  leave_by      INTEGER NOT NULL DEFAULT 0, -- earliest deadline of the answers that were filed in it
  delivered_at  INTEGER NOT NULL DEFAULT 0,
  delivered_day INTEGER NOT NULL DEFAULT 0,
  delivered     INTEGER NOT NULL DEFAULT 0, -- position
  batches       INTEGER NOT NULL,
  entries       INTEGER NOT NULL,
  addenda       INTEGER NOT NULL,
  entry_hash    INTEGER NOT NULL,
  debit_cents   INTEGER NOT NULL,
  credit_cents  INTEGER NOT NULL,
  sha256        BLOB    NOT NULL,
  note          TEXT    NOT NULL,
  changed       INTEGER NOT NULL,
  unreleased    INTEGER NOT NULL,       -- 1: entries that are to be released may still be filed
  -- Transactions that show in it were made from this position on, and up to
  -- that one, if any shows. Those that left it since may be at either end.
  oldest        INTEGER NOT NULL DEFAULT 0,
  newest        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_unreleased@ ON files@(unreleased) WHERE unreleased = 1;
CREATE INDEX files_id@ ON files@(id);
CREATE INDEX files_client@ ON files@(client);
CREATE INDEX files_undelivered@ ON files@(delivered, client) WHERE delivered = 0;
CREATE INDEX files_state@ ON files@(state);
CREATE INDEX files_state_of@ ON files@(client, state);
CREATE INDEX files_unfinished@ ON files@(state) WHERE ` + unfinished + `;
CREATE INDEX files_answered@ ON files@(odfi) WHERE ` + answeredFile + `;
CREATE INDEX files_unanswered@ ON files@(odfi, delivered_at) WHERE state = 'delivered';
CREATE INDEX files_sent@ ON files@(newest, oldest) WHERE delivered > 0;
CREATE INDEX files_sent_of@ ON files@(client, newest, oldest) WHERE delivered > 0;
CREATE INDEX files_unsent@ ON files@(newest, oldest) WHERE delivered = 0;
CREATE INDEX files_unsent_of@ ON files@(client, newest, oldest) WHERE delivered = 0;
CREATE INDEX files_delivered_of@ ON files@(client, delivered, delivered_day) WHERE delivered > 0;
CREATE INDEX files_cut_of@ ON files@(client, cut) WHERE cut > 0;
CREATE INDEX files_name@ ON files@(name);
CREATE INDEX files_header@ ON files@(header);
-- How many files are in each state, or were.
CREATE TABLE file_states@(
  state TEXT    PRIMARY KEY,
  files INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE batches@(
  file         INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  answers      INTEGER NOT NULL,
  sec          TEXT    NOT NULL,
  company_name TEXT    NOT NULL,
  company_id   TEXT    NOT NULL,
  description  TEXT    NOT NULL,
  effective_on TEXT    NOT NULL,        -- YYYY-MM-DD, as it stands
  PRIMARY KEY(file, number)
) WITHOUT ROWID, STRICT;

CREATE TABLE clients@(
  client    TEXT    PRIMARY KEY,
  name      TEXT    NOT NULL,
  odfis     TEXT    NOT NULL,           -- separated by spaces
  suspended INTEGER NOT NULL,
  opened_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE client_odfis@(
  odfi   TEXT NOT NULL,
  client TEXT NOT NULL,
  PRIMARY KEY(odfi, client)
) WITHOUT ROWID, STRICT;
CREATE TABLE credentials@(
  key       TEXT    PRIMARY KEY,
  client    TEXT    NOT NULL,
  scopes    TEXT    NOT NULL,           -- separated by spaces
  revoked   INTEGER NOT NULL,
  issued_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX credentials_client@ ON credentials@(client);

-- Where in the log the items of a day were made.
CREATE TABLE days@(
  day   INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  last  INTEGER NOT NULL
) STRICT;
` + inboundTables + linkTables + nameTables + controlTables + findTables + waitingSums

// indexes that only lists need. A rebuild creates them at its end, which takes
// a fraction of the time of updating them throughout. An index entry ends with
// the row's position, so each index also orders its rows by position.
const indexes = `
CREATE INDEX items_day@ ON items@(client, day);
CREATE INDEX items_other_day@ ON items@(client, other_day) WHERE other_day IS NOT NULL;
CREATE INDEX items_unfiled_day@ ON items@(client, status, unfiled_day) WHERE unfiled_day IS NOT NULL;
CREATE INDEX items_changed@ ON items@(client, changed) WHERE ` + notQueued + `;
CREATE INDEX items_file@ ON items@(file, batch, trace) WHERE file IS NOT NULL;
CREATE INDEX items_listed@ ON items@(listed) WHERE listed IS NOT NULL;
CREATE INDEX items_listed_of@ ON items@(client, listed) WHERE listed IS NOT NULL;
CREATE INDEX items_questionable@ ON items@(client) WHERE kind = 'Return' AND code = 'R17' AND substr(information, 1, 12) = 'QUESTIONABLE';
CREATE INDEX items_shown_in@ ON items@(shown_in) WHERE shown_in IS NOT NULL;
CREATE INDEX items_received@ ON items@(direction) WHERE kind = 'Origination' AND direction = 'FromFed';
CREATE INDEX items_received_of@ ON items@(client) WHERE kind = 'Origination' AND direction = 'FromFed';
CREATE INDEX items_in_file@ ON items@(in_file) WHERE in_file IS NOT NULL;
-- Answers are few, and a day's are asked for whosever they are.
CREATE INDEX items_answers_of@ ON items@(client, kind, direction) WHERE kind <> 'Origination';
CREATE INDEX items_answers@ ON items@(day) WHERE kind <> 'Origination';
` + inboundIndexes + findIndexes
