package projections

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// States of files from the bank, as the API spells them.
const (
	InboundReceived          = "received" // not all of it is applied yet
	InboundApplied           = "applied"
	InboundPartlyQuarantined = "partly_quarantined"
	InboundQuarantined       = "quarantined"
	InboundIsDismissed       = "dismissed"
	InboundDuplicate         = "duplicate" // an arrival of a file that came before
)

// InboundStates are all of them.
var InboundStates = []string{InboundReceived, InboundApplied, InboundPartlyQuarantined, InboundQuarantined, InboundIsDismissed, InboundDuplicate}

// Inbound is a row of the files that came from the bank: an arrival.
type Inbound struct {
	ID, Name, Source string
	HeaderKey        string // origin, date, time and modifier
	State            string
	ReceivedAt       time.Time
	Batches, Entries int
	DebitCents       int64
	CreditCents      int64
	BadBatches       int // in quarantine
	Applied          int // entries that were put into transactions
	Unmatched        int // entries that wait or waited for a person
	Skipped          int // entries that another file contained before
	Repeats          int // how often it arrived again
	KeyOwner         string
	Reasons          []nacha.Problem // for batches in quarantine
	Remarks          []nacha.Problem // on applied batches
	Position         int64
}

// InboundFilter selects files from the bank, newest first.
type InboundFilter struct {
	State    string // empty: all
	HeldBack bool   // all or part of it is in quarantine, whatever State says
	Since    Since  // selects by when it was received
	Limit    int    // 0: all
	Cursor   string
}

const (
	inboundColumns = `SELECT position, id, name, source, header_key, state, received_at, batches, entries, debit_cents,
		credit_cents, bad_batches, applied, unmatched, skipped, repeats, key_owner, reasons, remarks FROM inbound@ `
	inboundFiles = inboundColumns + `NOT INDEXED
		WHERE position < ?1 AND (?2 = '' OR state = ?2) AND received_at > ?4 AND received_at <= ?5 ORDER BY position DESC LIMIT ?3`
	quarantinedInbound = inboundColumns + `INDEXED BY inbound_state@
		WHERE state IN ('quarantined', 'partly_quarantined') AND position < ?1 AND received_at > ?2 AND received_at <= ?3 ORDER BY position DESC LIMIT ?4`
	inboundByID       = inboundColumns + `WHERE id = ?1 AND state <> 'duplicate'`
	inboundByKey      = inboundColumns + `INDEXED BY inbound_key@ WHERE header_key = ?1 ORDER BY position`
	unfinishedInbound = inboundColumns + `INDEXED BY inbound_state@ WHERE state = 'received' ORDER BY position`
)

// InboundFiles lists files from the bank, newest first, and the cursor of the
// next page, empty after the last. Errors: ErrCursor.
func (v *Views) InboundFiles(ctx context.Context, f InboundFilter) ([]Inbound, string, error) {
	p := page[Inbound]{limit: f.Limit}
	at, err := newestFirst(f.Cursor, []any{"inbound", f.State, f.HeldBack})
	if err != nil {
		return nil, "", err
	}
	after, until := f.Since.within()
	query, args := inboundFiles, values(at.Row, f.State, p.room(), after, until)
	if f.HeldBack {
		query, args = quarantinedInbound, values(at.Row, after, until, p.room())
	}
	return p.list(ctx, v, query, args, func(row []value) (Inbound, cursor, error) {
		file, err := scanInbound(row)
		return file, cursor{Filter: at.Filter, Row: file.Position}, err
	})
}

// FindInbound finds a file from the bank.
func (v *Views) FindInbound(ctx context.Context, id string) (file Inbound, ok bool, err error) {
	return first(v.inboundRows(ctx, inboundByID, id))
}

// InboundByKey finds the files with a header key, oldest first.
func (v *Views) InboundByKey(ctx context.Context, key string) ([]Inbound, error) {
	return v.inboundRows(ctx, inboundByKey, key)
}

// UnfinishedInbound lists the files that are not completely applied, oldest
// first.
func (v *Views) UnfinishedInbound(ctx context.Context) ([]Inbound, error) {
	return v.inboundRows(ctx, unfinishedInbound)
}

func (v *Views) inboundRows(ctx context.Context, sql string, args ...value) (files []Inbound, err error) {
	err = v.read(ctx, func(s snapshot) error {
		return s.query(sql, args, func(row []value) error {
			file, err := scanInbound(row)
			files = append(files, file)
			return err
		})
	})
	return files, err
}

func scanInbound(row []value) (Inbound, error) {
	var f Inbound
	reasons, remarks := "", ""
	scan(row, &f.Position, &f.ID, &f.Name, &f.Source, &f.HeaderKey, &f.State, &f.ReceivedAt, &f.Batches, &f.Entries,
		&f.DebitCents, &f.CreditCents, &f.BadBatches, &f.Applied, &f.Unmatched, &f.Skipped, &f.Repeats, &f.KeyOwner,
		&reasons, &remarks)
	return f, errors.Join(readProblems(reasons, &f.Reasons), readProblems(remarks, &f.Remarks))
}

func readProblems(text string, list *[]nacha.Problem) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), list)
}
