package projections

// controlTables are part of tables: what waits for a second person.
const controlTables = `
-- Requests that need two people.
CREATE TABLE approvals@(
  position   INTEGER PRIMARY KEY,       -- of the event that asked
  id         TEXT    NOT NULL,
  state      TEXT    NOT NULL,          -- as it was ended; 'asked' of one that expired, too
  asked_at   INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  undone     INTEGER NOT NULL           -- 1: approved, and its act is to be carried out
) STRICT;
CREATE INDEX approvals_id@ ON approvals@(id);
CREATE INDEX approvals_state@ ON approvals@(state, position);
CREATE INDEX approvals_undone@ ON approvals@(undone) WHERE undone = 1;
`
