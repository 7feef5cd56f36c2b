package projections

// linkTables have the work of the workers of bank links: relationships under
// way, open notifications of change, and corrected accounts.
const linkTables = `
CREATE TABLE relationships@(
  position INTEGER PRIMARY KEY,         -- of the event that linked it
  client   TEXT    NOT NULL,
  holder   TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  status   TEXT    NOT NULL             -- QUEUED, PENDING, CANCEL_REQUESTED, REFUSED
) STRICT;
CREATE INDEX relationships_id@ ON relationships@(id);
CREATE TABLE verifying@(
  client TEXT NOT NULL,
  txn    TEXT NOT NULL,                 -- verifies the relationship, by its newest attempt
  holder TEXT NOT NULL,
  id     TEXT NOT NULL,                 -- of the relationship
  failed INTEGER NOT NULL,              -- it came back, or never leaves
  PRIMARY KEY(client, txn)
) WITHOUT ROWID, STRICT;
CREATE INDEX verifying_id@ ON verifying@(id);
-- Accounts of relationships, and when they were validated.
CREATE TABLE validated@(
  id       TEXT    PRIMARY KEY,         -- of the relationship
  client   TEXT    NOT NULL,
  account  INTEGER NOT NULL,            -- see AccountKey
  method   TEXT    NOT NULL,            -- '' until it is being verified; plaid for what a token stood for
  approved INTEGER NOT NULL,            -- log position; 0: not yet
  rejected INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX validated_account@ ON validated@(account, client);
CREATE TABLE transfers@(
  client TEXT NOT NULL,
  txn    TEXT NOT NULL,
  over   TEXT NOT NULL,                 -- as in pending, also of what verifies an account: older releases wrote it with the holder alone
  PRIMARY KEY(client, txn)
) WITHOUT ROWID, STRICT;
CREATE TABLE corrections@(
  position INTEGER PRIMARY KEY,         -- of the notification of change
  client   TEXT    NOT NULL,
  txn      TEXT    NOT NULL,
  item     TEXT    NOT NULL
) STRICT;
CREATE TABLE leads@(
  client  TEXT NOT NULL,
  tail    TEXT NOT NULL,                -- of the account that was corrected, or that a correction leads to
  account TEXT NOT NULL,
  changed INTEGER NOT NULL,             -- newest event that may lead what goes there elsewhere
  PRIMARY KEY(client, tail, account)
) WITHOUT ROWID, STRICT;
CREATE INDEX leads_changed@ ON leads@(changed, client);
CREATE TABLE account_tails@(
  client  TEXT NOT NULL,
  account TEXT NOT NULL,
  tail    TEXT NOT NULL,
  PRIMARY KEY(client, account)
) WITHOUT ROWID, STRICT;
`
