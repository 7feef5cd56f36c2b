package forge

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver

	"github.com/achledger/achledger/eventstore"
)

// Log lets change alter the events of the log in a folder that no process has
// open. The chain is computed again over them, and the head with it, so that
// nothing but the keys can tell.
func Log(folder string, change func([]eventstore.Recorded) error) (err error) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(folder, "ledger.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	events, err := read(db)
	if err != nil {
		return err
	}
	if err := change(events); err != nil {
		return err
	}
	triggers, err := drop(db)
	if err != nil {
		return err
	}
	if err := write(db, events); err != nil {
		return err
	}
	for _, trigger := range triggers {
		if _, err := db.Exec(trigger); err != nil {
			return err
		}
	}
	_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func read(db *sql.DB) (events []eventstore.Recorded, err error) {
	rows, err := db.Query("SELECT position, stream, version, event_id, client, type, data, meta, recorded_at FROM events ORDER BY position")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e eventstore.Recorded
		var id, data, meta []byte
		var at int64
		if err := rows.Scan(&e.Position, &e.Stream, &e.Version, &id, &e.Client, &e.Type, &data, &meta, &at); err != nil {
			return nil, err
		}
		copy(e.EventID[:], id)
		e.Data, e.Meta, e.RecordedAt = data, meta, time.UnixMicro(at)
		events = append(events, e)
	}
	return events, rows.Err()
}

// drop removes the triggers and returns what makes them again.
func drop(db *sql.DB) (made []string, err error) {
	rows, err := db.Query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
	if err != nil {
		return nil, err
	}
	var names []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		names, made = append(names, name), append(made, text)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := db.Exec(fmt.Sprintf("DROP TRIGGER %q", name)); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func write(db *sql.DB, events []eventstore.Recorded) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	var hash [32]byte
	for _, e := range events {
		hash = e.ChainHash(hash)
		if _, err := tx.Exec("UPDATE events SET stream = ?, type = ?, data = ?, meta = ?, hash = ? WHERE position = ?",
			e.Stream, e.Type, []byte(e.Data), []byte(e.Meta), hash[:], e.Position); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("UPDATE head SET hash = ?", hash[:]); err != nil {
		return err
	}
	return tx.Commit()
}
