package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrNotMade says that the database has no ledger.
var ErrNotMade = errors.New("there is no log in this database: run achledger store init with the owner's role")

// Missing reports whether an error says that there is no such database, or no
// ledger in it. A database that cannot be reached is not missing.
func Missing(err error) bool {
	var e *pgconn.PgError
	return errors.Is(err, ErrNotMade) || errors.As(err, &e) && e.Code == noDatabase
}

// oldestServer is PostgreSQL 14.
const oldestServer = 140000

// check refuses a database that would lose confirmed commits, or that this
// program does not know, and a role with more rights than it needs.
func (s *Store) check(ctx context.Context) func(*pgx.Conn) error {
	return func(c *pgx.Conn) error {
		if err := checkServer(ctx, c); err != nil {
			return err
		}
		version, err := schemaVersion(ctx, c)
		if err != nil {
			return err
		}
		if err := accepts(version); err != nil {
			return err
		}
		if s.options.ReadOnly {
			return s.checkVocabulary(ctx, c)
		}
		return checkRole(ctx, c)
	}
}

// checkServer checks the settings without which a crash loses confirmed
// commits.
func checkServer(ctx context.Context, c *pgx.Conn) error {
	var version int
	var name, fsync, pages, commit, encoding string
	err := c.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'),
		current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
		current_setting('server_encoding')`).Scan(&version, &name, &fsync, &pages, &commit, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("read the server's settings: %w", err)
	case version < oldestServer:
		return fmt.Errorf("the server is PostgreSQL %s: 14 or newer is needed", name)
	case fsync != "on" || pages != "on":
		return fmt.Errorf("the server has fsync %s and full_page_writes %s: both must be on, or a power cut loses payments", fsync, pages)
	case commit != "on" && commit != "remote_apply":
		return fmt.Errorf("the session has synchronous_commit %s: on is needed, or a crash loses payments", commit)
	case encoding != "UTF8":
		return fmt.Errorf("the database is encoded in %s: UTF8 is needed", encoding)
	}
	return nil
}

// checkRole refuses to serve as the owner of the log, who could change it.
func checkRole(ctx context.Context, c *pgx.Conn) error {
	var role string
	var may, mayNot bool
	err := c.QueryRow(ctx, `SELECT current_user,
		has_table_privilege('events', 'SELECT') AND has_table_privilege('events', 'INSERT') AND has_table_privilege('nodes', 'UPDATE'),
		has_table_privilege('events', 'UPDATE') OR has_table_privilege('events', 'DELETE') OR has_table_privilege('events', 'TRUNCATE')`,
	).Scan(&role, &may, &mayNot)
	switch {
	case err != nil:
		return fmt.Errorf("read the role's privileges: %w", err)
	case mayNot:
		return fmt.Errorf("the role %s may change the log: use the role that store init granted to serve", role)
	case !may:
		return fmt.Errorf("the role %s may not write the log: run achledger store init with --role %s as the owner", role, role)
	}
	return nil
}

// accepts allows this program's schema version and the next one, so that nodes
// can be replaced one by one after the owner has migrated.
func accepts(version int) error {
	switch known := len(migrations); {
	case version == 0:
		return ErrNotMade
	case version > known+1:
		return fmt.Errorf("the database has schema version %d and this program knows %d: use a newer achledger", version, known)
	case version < known:
		return fmt.Errorf("the database has schema version %d and this program needs %d: run achledger store init as the owner", version, known)
	}
	return nil
}

// schemaVersion returns 0 if no ledger was made.
func schemaVersion(ctx context.Context, c *pgx.Conn) (version int, err error) {
	var there bool
	if err := c.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, schemaName+".schema_version").Scan(&there); err != nil || !there {
		return 0, err
	}
	err = c.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM `+schemaName+`.schema_version`).Scan(&version)
	if err != nil && strings.Contains(err.Error(), "permission denied") {
		err = fmt.Errorf("%w: run achledger store init as the owner, with --role and the name of this role", err)
	}
	return version, err
}
