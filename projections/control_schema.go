package projections

// controlTables are part of tables: requests that wait for a second person, and
// events that people and credentials of operations caused.
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
CREATE INDEX approvals_waits@ ON approvals@(expires_at, asked_at) WHERE state = 'asked';
CREATE INDEX approvals_undone@ ON approvals@(undone) WHERE undone = 1;

-- Events that people, credentials of operations and the folder's owner made,
-- and those of who was shown something. What happens to each entry of a file
-- that they release is not among them: the file's own event is.
CREATE TABLE acts@(
  position INTEGER PRIMARY KEY,
  actor    TEXT    NOT NULL,
  client   TEXT    NOT NULL
) STRICT;
CREATE INDEX acts_actor@ ON acts@(actor);
CREATE INDEX acts_client@ ON acts@(client);
`
