package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"
)

// Made reports what Init found and did.
type Made struct {
	From, To int // schema versions; From 0 is a database without a ledger
	Ledger   Ledger
	Role     string   // serving role
	Grants   []string // its rights, "SELECT, INSERT ON events"
}

var roleName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_$-]{0,62}$`)

// Init creates the schema, or migrates it, and gives a role the rights to
// serve. Its URL must be the owner's. The owner of the tables could change the
// log, so another role serves; it is created if it does not exist. Init may be
// repeated. If it is interrupted, nothing was done.
//
// settle is called with the ledger that the database has, nil for none, and
// returns the one it is to have, which is recorded only if there was none. An
// error of settle ends Init.
func Init(ctx context.Context, url, role string, settle func(found *Ledger) (Ledger, error)) (made Made, err error) {
	made.Role = role
	if !roleName.MatchString(role) {
		return made, fmt.Errorf("%q is no name for a role", role)
	}
	config, err := parse(url)
	if err != nil {
		return made, err
	}
	config.RuntimeParams["synchronous_commit"] = "on"
	config.RuntimeParams["application_name"] = "achledger store init"
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTimeout)
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return made, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := checkServer(ctx, c); err != nil {
		return made, err
	}
	return made, pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return made.in(ctx, tx, settle) })
}

// RoleOf returns the role that a URL names.
func RoleOf(url string) (string, error) {
	config, err := parse(url)
	if err != nil {
		return "", err
	}
	return config.User, nil
}

// in does everything in one transaction. Concurrent calls run one after the
// other.
func (m *Made) in(ctx context.Context, tx pgx.Tx, settle func(*Ledger) (Ledger, error)) error {
	var owner string
	if err := tx.QueryRow(ctx, `SELECT current_user, pg_advisory_xact_lock(711, 2)`).Scan(&owner, nil); err != nil {
		return err
	}
	if owner == m.Role {
		return fmt.Errorf("the role %s makes the tables, so another one must serve: name it with --role", owner)
	}
	if err := m.migrate(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `SET LOCAL search_path = `+schemaName); err != nil {
		return err
	}
	if err := m.settle(ctx, tx, settle); err != nil {
		return err
	}
	return m.grant(ctx, tx)
}

func (m *Made) settle(ctx context.Context, tx pgx.Tx, settle func(*Ledger) (Ledger, error)) error {
	found, err := readLedger(ctx, tx)
	has := err == nil
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		m.Ledger, err = settle(nil)
	case has:
		m.Ledger = found
		_, err = settle(&found)
	}
	if err != nil || has {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ledger(id, kind, mark) VALUES($1, $2, $3)`, m.Ledger.ID, m.Ledger.Kind, m.Ledger.Mark)
	return err
}

func (m *Made) migrate(ctx context.Context, tx pgx.Tx) (err error) {
	if m.From, err = schemaVersion(ctx, tx.Conn()); err != nil {
		return err
	}
	if m.To = len(migrations); m.From > m.To {
		return fmt.Errorf("the database has schema version %d and this program knows %d: use a newer achledger", m.From, m.To)
	}
	if m.From == 0 {
		if _, err := tx.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+schemaName+`; CREATE TABLE `+schemaName+`.schema_version(version int NOT NULL)`); err != nil {
			return fmt.Errorf("make the schema %s: %w", schemaName, err)
		}
	}
	for version := m.From; version < m.To; version++ {
		step := fmt.Sprintf("SET LOCAL search_path = %s; %s; DELETE FROM schema_version; INSERT INTO schema_version VALUES(%d)",
			schemaName, migrations[version], version+1)
		if _, err := tx.Exec(ctx, step); err != nil {
			return fmt.Errorf("bring the database to schema version %d: %w", version+1, err)
		}
	}
	return nil
}

// grant gives the role its rights. No other role gets any.
func (m *Made) grant(ctx context.Context, tx pgx.Tx) error {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS(SELECT FROM pg_roles WHERE rolname = $1)`, m.Role).Scan(&there); err != nil {
		return err
	}
	role := pgx.Identifier{m.Role}.Sanitize()
	if !there {
		err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `CREATE ROLE `+role+` LOGIN`)
			return err
		})
		e, answered := isAnswer(err)
		if err != nil && !(answered && (e.Code == roleExists || e.Code == uniqueViolation)) { // the init of another database created it just now
			return fmt.Errorf("make the role %s (CREATE ROLE %s LOGIN, by someone who may): %w", m.Role, role, err)
		}
	}
	for _, g := range grants {
		if _, err := tx.Exec(ctx, `GRANT `+g+` TO `+role); err != nil {
			return errors.Join(fmt.Errorf("grant %s", g), err)
		}
	}
	m.Grants = grants
	return nil
}
