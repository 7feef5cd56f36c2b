package groupcommit

import "github.com/achledger/achledger/eventstore"

const (
	// maxBytes bounds the data and meta of one transaction.
	maxBytes = eventstore.MaxAppendBytes
	// maxBeside bounds the requests of one transaction that change tables
	// beside the log, so that many logins never delay the log.
	maxBeside = 64
)

// Batch is the content of one transaction, in the order of its requests.
type Batch struct {
	Requests []*Request
	events   int
	bytes    int
	beside   int
}

func (b *Batch) full() bool { return b.events >= eventstore.MaxAppend }

func (b *Batch) fits(r *Request) bool {
	return b.events+r.Events <= eventstore.MaxAppend && b.bytes+r.Bytes <= maxBytes
}

func (b *Batch) add(r *Request) {
	b.Requests = append(b.Requests, r)
	b.events += r.Events
	b.bytes += r.Bytes
	if r.Beside != nil {
		b.beside++
	}
}

// Reply ends the batch. An error goes to all callers; without one each request
// keeps its own.
func (b *Batch) Reply(err error) {
	for i, r := range b.Requests {
		if err == nil {
			r.reply(r.Err)
		} else {
			r.reply(err)
		}
		b.Requests[i] = nil
	}
	*b = Batch{Requests: b.Requests[:0]}
}
