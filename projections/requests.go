package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
)

// Request describes a request for return, or the return that answers one.
type Request struct {
	AnswerBy   time.Time `json:"answer_by,omitzero"`    // of a request: until when the receiving bank has to answer
	AnsweredBy string    `json:"answered_by,omitempty"` // of a request: the return that answers it
	Answers    string    `json:"answers,omitempty"`     // of a return: the request
}

// RequestOf returns the Request of an item, or nil.
func RequestOf(t *domain.Transaction, i *domain.Item) *Request {
	if i.Kind == domain.ReturnRequest {
		by, _ := i.AnswerBy() // we wrote it: it parses
		return &Request{AnswerBy: by.UTC(), AnsweredBy: i.AnsweredBy}
	}
	if i.Kind != domain.Return || i.Direction != domain.FromFed {
		return nil
	}
	if request := t.Answering(i); request != nil {
		return &Request{Answers: request.ID}
	}
	return nil
}

// ReturnRequest is a request for return that waits for the receiving bank.
type ReturnRequest struct {
	Client, TransactionID, ItemID string
	ODFI                          string
	Routing                       string // of the receiving bank
	Reason                        string
	AmountCents                   int64
	AskedAt, AnswerBy             time.Time
	Position                      int64
}

const (
	putRequest = `INSERT INTO requests@(position, client, odfi, routing, answer_by, asked_at, cents)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`
	takeRequest    = `DELETE FROM requests@ WHERE position = ?1`
	requestsFrom   = requestColumns + `INDEXED BY requests_answer_by@` + requestJoin
	requestJoin    = ` CROSS JOIN items@ i ON i.position = r.position `
	requestColumns = `SELECT r.position, r.client, i.txn, i.item, r.odfi, r.routing, i.reason, r.cents, r.asked_at, r.answer_by
		FROM requests@ r `
	requestsSince = requestColumns + `INDEXED BY requests_oldest@` + requestJoin + `WHERE (r.asked_at, r.position) > (?1, ?2) AND (?3 = '' OR r.client = ?3)
		AND r.asked_at <= ?5 ORDER BY r.asked_at, r.position LIMIT ?4`
	returnRequests = requestsFrom + `WHERE (r.answer_by, r.position) > (?1, ?2) AND (?3 = '' OR r.client = ?3)
		ORDER BY r.answer_by, r.position LIMIT ?4`
	lapsedRequests = requestsFrom + `WHERE r.answer_by <= ?1 AND (r.answer_by, r.position) > (?2, ?3)
		ORDER BY r.answer_by, r.position LIMIT ?4`
	nextRequest = `SELECT min(answer_by) FROM requests@ WHERE answer_by > ?1`
)

var requestList = waitList[ReturnRequest]{"requests", returnRequests, requestsSince, scanRequest, func(r ReturnRequest) (time.Time, time.Time, int64) {
	return r.AnswerBy, r.AskedAt, r.Position
}}

// ReturnRequests lists the requests that wait for the receiving bank and
// returns the cursor of the next page. The nearest deadline comes first or,
// with Since, the request that has waited longest. Errors: ErrCursor.
func (v *Views) ReturnRequests(ctx context.Context, f WaitFilter) ([]ReturnRequest, string, error) {
	return requestList.page(ctx, v, f)
}

// LapsedRequests lists the requests that the receiving bank did not answer in
// time, the oldest deadline first, starting after a given row.
func (v *Views) LapsedRequests(ctx context.Context, now time.Time, after ReturnRequest, limit int) ([]ReturnRequest, error) {
	args := values(micros(now), micros(after.AnswerBy), after.Position, int64(limit))
	return rowsOf(ctx, v, lapsedRequests, args, scanRequest)
}

// NextRequest returns the first instant after now at which the time of a
// request ends; ok is false if there is none.
func (v *Views) NextRequest(ctx context.Context, now time.Time) (at time.Time, ok bool, err error) {
	return v.nextTime(ctx, nextRequest, now)
}

func scanRequest(row []value, r *ReturnRequest) {
	scan(row, &r.Position, &r.Client, &r.TransactionID, &r.ItemID, &r.ODFI, &r.Routing, &r.Reason, &r.AmountCents, &r.AskedAt, &r.AnswerBy)
}

// putRequest keeps a request for return among the waiting ones until it is
// answered.
func (p *projector) putRequest(t *domain.Transaction, i *domain.Item) error {
	by, ok := i.AnswerBy()
	if !ok {
		return nil
	}
	if i.State != domain.Asked {
		return p.exec(takeRequest, i.Position)
	}
	return p.exec(putRequest, i.Position, t.Client, t.ODFI(), t.Routing, micros(by), micros(i.MadeAt), i.AmountCents)
}
