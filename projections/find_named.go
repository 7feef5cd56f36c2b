package projections

import (
	"context"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	inboundNamed    = inboundColumns + `INDEXED BY inbound_name@ WHERE name = ?1 ORDER BY position DESC LIMIT 20`
	unmatchedTraced = `SELECT DISTINCT entry FROM unmatched@ INDEXED BY unmatched_trace@ WHERE trace = ?1
		UNION SELECT entry FROM unmatched@ INDEXED BY unmatched_original@ WHERE original_trace = ?1 AND original_trace <> '' LIMIT 20`
	clientNames = `SELECT client, name, odfis, suspended, opened_at FROM clients@ ORDER BY client`
)

// InboundNamed finds the files from the bank with a name, newest first.
func (v *Views) InboundNamed(ctx context.Context, name string) ([]Inbound, error) {
	return v.inboundRows(ctx, inboundNamed, name)
}

// UnmatchedTraced finds the unmatched entries that have a trace number, or
// answer the entry that has it.
func (v *Views) UnmatchedTraced(ctx context.Context, trace string) (list []Unmatched, err error) {
	ids, err := rowsOf(ctx, v, unmatchedTraced, values(trace), func(row []value, id *string) { scan(row, id) })
	for _, id := range ids {
		u, ok, e := v.FindUnmatched(ctx, id)
		if e != nil {
			return nil, e
		}
		if ok {
			list = append(list, u)
		}
	}
	return list, err
}

// ClientsNamed finds at most so many clients by words that begin words of their
// names.
func (v *Views) ClientsNamed(ctx context.Context, name string, most int) (list []Client, err error) {
	begins := Words(name)
	err = v.read(ctx, func(s snapshot) error {
		return s.query(clientNames, nil, func(row []value) error {
			if c := scanClient(row); named(c.Name, begins) {
				list = append(list, c)
			}
			if len(list) == most {
				return conn.ErrStop
			}
			return nil
		})
	})
	return list, err
}
