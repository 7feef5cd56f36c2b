package groupcommit

import "github.com/achledger/achledger/eventstore"

const (
	// maxBytes bounds the data and meta of one transaction.
	maxBytes = eventstore.MaxAppendBytes
	// maxBeside bounds the requests of one transaction that concern what lies
	// beside the log, so that a storm of logins never stalls it.
	maxBeside = 64
)

// Batch is what one transaction holds, in the order of its requests.
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

// Reply ends the batch. An error is everyone's; without one each request
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
