package projections

// findTables are part of tables. They are an index of our own, by which
// payments are found by what a person can read on a bank statement. In an index
// of SQLite, each word of each name would change a page of its own, scattered
// over the file. Here a block of the log is indexed at once, when the log has
// passed its end; payments after the last block are searched row by row. See
// find_block.go.
const findTables = `
CREATE TABLE finds@(
  id       INTEGER PRIMARY KEY,         -- counted in the order of blocks and keys
  block    INTEGER NOT NULL,            -- of the log
  first    BLOB    NOT NULL,            -- key in it
  postings BLOB    NOT NULL             -- see find_codec.go
) STRICT;
-- Transactions whose account was changed by the bank after they were made.
CREATE TABLE changed_tails@(
  position INTEGER PRIMARY KEY,         -- as in items
  was      TEXT    NOT NULL,            -- under which it is indexed
  tail     TEXT    NOT NULL
) STRICT;
`

// findIndexes are part of indexes.
const findIndexes = `
CREATE INDEX finds_first@ ON finds@(block, first);
CREATE INDEX changed_tails_tail@ ON changed_tails@(tail);
CREATE INDEX items_code@ ON items@(code, origin) WHERE kind <> 'Origination';
CREATE INDEX items_code_of@ ON items@(client, code, origin) WHERE kind <> 'Origination';
CREATE INDEX items_origin@ ON items@(origin) WHERE kind <> 'Origination';
`
