package projections

// inboundTables are part of tables: files from the bank, their entries that
// wait for a person, and the money that moved.
const inboundTables = `
-- Arrivals of files from the bank. One that came before has a row of its own
-- under the same id, in state duplicate.
CREATE TABLE inbound@(
  position     INTEGER PRIMARY KEY,     -- of the event that recorded it
  id           TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  header_key   TEXT    NOT NULL,        -- what an operator tells files apart by; '' of a duplicate
  state        TEXT    NOT NULL,        -- received, applied, partly_quarantined, quarantined, duplicate
  received_at  INTEGER NOT NULL,
  batches      INTEGER NOT NULL,
  entries      INTEGER NOT NULL,
  debit_cents  INTEGER NOT NULL,
  credit_cents INTEGER NOT NULL,
  bad_batches  INTEGER NOT NULL DEFAULT 0,
  applied      INTEGER NOT NULL DEFAULT 0,
  unmatched    INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  repeats      INTEGER NOT NULL DEFAULT 0,
  key_owner    TEXT    NOT NULL DEFAULT '', -- another file under the same header key
  reasons      TEXT    NOT NULL DEFAULT '', -- JSON of []nacha.Problem
  remarks      TEXT    NOT NULL DEFAULT ''  -- JSON of []nacha.Problem, '' for none
) STRICT;
CREATE INDEX inbound_id@ ON inbound@(id);
CREATE INDEX inbound_key@ ON inbound@(header_key);
CREATE INDEX inbound_state@ ON inbound@(state);

-- Where each entry that came from the bank was put, once and for all. An
-- entry of the queue that a person gave a place keeps its first one here.
CREATE TABLE places@(
  entry     BLOB    NOT NULL PRIMARY KEY, -- the sixteen bytes of its id
  file      INTEGER NOT NULL,           -- in inbound
  unmatched INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Entries that wait for a person, or did.
CREATE TABLE unmatched@(
  position       INTEGER PRIMARY KEY,   -- of the event that queued it
  entry          TEXT    NOT NULL,
  inbound        TEXT    NOT NULL,
  line           INTEGER NOT NULL,
  kind           TEXT    NOT NULL,      -- of nacha.Kind
  reason         TEXT    NOT NULL,
  message        TEXT    NOT NULL,
  sec            TEXT    NOT NULL,
  company        TEXT    NOT NULL,
  sender         TEXT    NOT NULL,      -- first eight digits
  name           TEXT    NOT NULL,
  routing        TEXT    NOT NULL,      -- of ours, as the entry has it
  tail           TEXT    NOT NULL,
  trace          TEXT    NOT NULL,
  original_trace TEXT    NOT NULL,
  code           TEXT    NOT NULL,      -- return or change code
  debit          INTEGER NOT NULL,
  cents          INTEGER NOT NULL,
  settled_on     INTEGER NOT NULL,      -- day; 0 where no money moved
  queued_at      INTEGER NOT NULL,
  deadline       INTEGER NOT NULL,      -- far away where there is none
  candidates     TEXT    NOT NULL,      -- client/id, separated by spaces
  outcome        TEXT    NOT NULL,      -- '', assigned, returned, dismissed
  decided_at     INTEGER NOT NULL,
  client         TEXT    NOT NULL,      -- it was given to
  txn            TEXT    NOT NULL,
  note           TEXT    NOT NULL
) STRICT;
CREATE INDEX unmatched_entry@ ON unmatched@(entry);
CREATE INDEX unmatched_deadline@ ON unmatched@(outcome, deadline);
CREATE INDEX unmatched_oldest@ ON unmatched@(queued_at) WHERE outcome = '';
CREATE INDEX unmatched_settled@ ON unmatched@(settled_on) WHERE outcome = '' AND settled_on > 0;

-- Money that came from the bank, by the file that brought it, counted when an
-- entry is first placed.
CREATE TABLE settled@(
  odfi         TEXT    NOT NULL,        -- ours, first eight digits
  day          INTEGER NOT NULL,        -- it settled on
  file         INTEGER NOT NULL,        -- in inbound
  answers      INTEGER NOT NULL,        -- returns, dishonored and contested returns
  debits       INTEGER NOT NULL,
  debit_cents  INTEGER NOT NULL,
  credits      INTEGER NOT NULL,
  credit_cents INTEGER NOT NULL,
  PRIMARY KEY(day, odfi, file, answers)
) WITHOUT ROWID, STRICT;

-- What is filed in each batch of ours. Prenotes and other entries that move no
-- money are among debits and credits, and are the zeros.
CREATE TABLE filed_sums@(
  file         INTEGER NOT NULL,        -- in files
  batch        INTEGER NOT NULL,
  debits       INTEGER NOT NULL,
  debit_cents  INTEGER NOT NULL,
  credits      INTEGER NOT NULL,
  credit_cents INTEGER NOT NULL,
  zero_debits  INTEGER NOT NULL,
  zero_credits INTEGER NOT NULL,
  PRIMARY KEY(file, batch)
) WITHOUT ROWID, STRICT;

-- Offsets of batches of ours. They are nobody's payments, so that nothing is
-- made from them but what settles, and what the bank's answers to them are.
CREATE TABLE offsets@(
  position INTEGER PRIMARY KEY,         -- of the event
  file     INTEGER NOT NULL,            -- in files
  batch    INTEGER NOT NULL,
  trace    TEXT    NOT NULL,
  debit    INTEGER NOT NULL,
  cents    INTEGER NOT NULL,
  released INTEGER NOT NULL             -- its batch was not processed
) STRICT;

-- Clients, and banks of ours, with rules of the guard.
CREATE TABLE guarded@(
  client   TEXT    NOT NULL,            -- empty: a bank
  odfi     TEXT    NOT NULL,            -- empty: a client
  position INTEGER NOT NULL,            -- of the event that set them
  PRIMARY KEY(client, odfi)
) WITHOUT ROWID, STRICT;

-- Levels of companies' return rates, and the companies whose entries are held
-- because of one.
CREATE TABLE company_rates@(
  client  TEXT NOT NULL,
  company TEXT NOT NULL,
  class   TEXT NOT NULL,
  level   TEXT NOT NULL,                -- low, warn or act
  PRIMARY KEY(client, company, class)
) WITHOUT ROWID, STRICT;
CREATE TABLE stopped@(
  client  TEXT NOT NULL,
  company TEXT NOT NULL,
  class   TEXT NOT NULL,
  action  TEXT NOT NULL,                -- hold_debits or suspend
  reason  TEXT NOT NULL,
  PRIMARY KEY(client, company)
) WITHOUT ROWID, STRICT;

-- Our banks with settings of their own, and when those or any client's were
-- changed last.
CREATE TABLE banks@(
  routing TEXT PRIMARY KEY,
  terms   TEXT NOT NULL                 -- calendar.Terms
) WITHOUT ROWID, STRICT;
CREATE TABLE settings_changed@(
  aggregate TEXT    PRIMARY KEY,        -- client or bank
  position  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
`

// inboundIndexes are part of indexes.
const inboundIndexes = `
CREATE INDEX inbound_name@ ON inbound@(name);
CREATE INDEX unmatched_trace@ ON unmatched@(trace);
CREATE INDEX unmatched_original@ ON unmatched@(original_trace) WHERE original_trace <> '';
CREATE INDEX offsets_trace@ ON offsets@(trace);
CREATE INDEX offsets_batch@ ON offsets@(file, batch);
CREATE INDEX items_trace@ ON items@(trace) WHERE trace <> '';
CREATE INDEX batches_effective@ ON batches@(effective_on);
CREATE INDEX files_delivered_day@ ON files@(delivered_day) WHERE delivered_day > 0;
`
