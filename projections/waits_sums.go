package projections

import (
	"fmt"
	"strings"
)

// waitingSums are part of tables: the sums of kinds that may have millions of
// rows. Triggers update them with every change of a row.
var waitingSums = `
CREATE TABLE waiting@(
  what    TEXT    NOT NULL,
  rule    TEXT    NOT NULL,
  flag    INTEGER NOT NULL,             -- of held: rejects; of decisions: pays
  entries INTEGER NOT NULL,             -- above zero
  cents   INTEGER NOT NULL,
  PRIMARY KEY(what, rule, flag)
) WITHOUT ROWID, STRICT;
` + keptSum("held", "held", "{}.rule", "{}.rejects") +
	keptSum("unmatched", "unmatched", "''", "0") +
	keptSum("decisions", "inbound_decisions", "''", "{}.pays") +
	keptSum("requests", "return_requests", "''", "0") + heldSumsKept

// heldSumsKept sums up what each rule of the guard holds of a client at an
// ODFI.
const heldSumsKept = `
CREATE TABLE held_sums@(
  client  TEXT    NOT NULL,
  odfi    TEXT    NOT NULL,
  rule    TEXT    NOT NULL,             -- never empty
  entries INTEGER NOT NULL,             -- above zero
  cents   INTEGER NOT NULL,
  PRIMARY KEY(client, odfi, rule)
) WITHOUT ROWID, STRICT;
-- What is held by the minute since which it is.
CREATE TABLE held_minutes@(
  minute  INTEGER PRIMARY KEY,          -- of unix time
  entries INTEGER NOT NULL              -- above zero
) STRICT;
CREATE TRIGGER held_minutes_comes@ AFTER INSERT ON held@ BEGIN
		INSERT INTO held_minutes@ VALUES(NEW.held_at / 60000000, 1) ON CONFLICT DO UPDATE SET entries = entries + 1; END;
CREATE TRIGGER held_minutes_goes@ AFTER DELETE ON held@ BEGIN
		UPDATE held_minutes@ SET entries = entries - 1 WHERE minute = OLD.held_at / 60000000;
		DELETE FROM held_minutes@ WHERE minute = OLD.held_at / 60000000 AND entries = 0; END;
CREATE TRIGGER held_sums_comes@ AFTER INSERT ON held@ WHEN NEW.rule <> '' BEGIN ` + putHeldSum + ` END;
CREATE TRIGGER held_sums_leaves@ AFTER UPDATE ON held@ WHEN OLD.rule <> '' BEGIN ` + takeHeldSum + ` END;
CREATE TRIGGER held_sums_changes@ AFTER UPDATE ON held@ WHEN NEW.rule <> '' BEGIN ` + putHeldSum + ` END;
CREATE TRIGGER held_sums_goes@ AFTER DELETE ON held@ WHEN OLD.rule <> '' BEGIN ` + takeHeldSum + ` END;
`

const (
	putHeldSum = `INSERT INTO held_sums@ VALUES(NEW.client, NEW.odfi, NEW.rule, 1, NEW.cents)
		ON CONFLICT DO UPDATE SET entries = entries + 1, cents = cents + excluded.cents;`
	takeHeldSum = `UPDATE held_sums@ SET entries = entries - 1, cents = cents - OLD.cents
			WHERE client = OLD.client AND odfi = OLD.odfi AND rule = OLD.rule;
		DELETE FROM held_sums@ WHERE client = OLD.client AND odfi = OLD.odfi AND rule = OLD.rule AND entries = 0;`
)

// keptSum returns the triggers of a table. In the one table with outcomes, a
// row counts while its outcome is empty.
func keptSum(table, what, rule, flag string) string {
	counts := "1"
	if table == "unmatched" {
		counts = "{}.outcome = ''"
	}
	row := func(text, of string) string { return strings.ReplaceAll(text, "{}", of) }
	take := fmt.Sprintf(`UPDATE waiting@ SET entries = entries - 1, cents = cents - OLD.cents
			WHERE what = '%s' AND rule = %s AND flag = %s AND %s;
		DELETE FROM waiting@ WHERE entries = 0;`, what, row(rule, "OLD"), row(flag, "OLD"), row(counts, "OLD"))
	put := fmt.Sprintf(`INSERT INTO waiting@ SELECT '%s', %s, %s, 1, NEW.cents WHERE %s
			ON CONFLICT DO UPDATE SET entries = entries + 1, cents = cents + excluded.cents;`,
		what, row(rule, "NEW"), row(flag, "NEW"), row(counts, "NEW"))
	return fmt.Sprintf(`
CREATE TRIGGER %[1]s_comes@ AFTER INSERT ON %[1]s@ BEGIN
		%[2]s END;
CREATE TRIGGER %[1]s_changes@ AFTER UPDATE ON %[1]s@ BEGIN
		%[3]s
		%[2]s END;
CREATE TRIGGER %[1]s_goes@ AFTER DELETE ON %[1]s@ BEGIN
		%[3]s END;
`, table, put, take)
}
