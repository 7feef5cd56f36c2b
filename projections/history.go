package projections

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
)

// Statuses of items and transactions, as the API spells them.
const (
	Pending     = "Pending"
	Released    = "Released"    // in a file, or received from the bank
	Transmitted = "Transmitted" // in a file that was delivered
	Recalled    = "Recalled"
	Rejected    = "Rejected"
	Returned    = "Returned" // of transactions only
)

// statusOf returns the status that follows from a state alone; Transmitted
// depends on the file. A held item is shown as Pending, with its reason. A
// request for return is Released by the return that answers it, and Rejected if
// the bank declined it or did not answer.
func statusOf(s domain.State) string {
	switch s {
	case domain.Filed, domain.InHand, domain.WasAnswered:
		return Released
	case domain.Recalled:
		return Recalled
	case domain.Rejected, domain.Lapsed:
		return Rejected
	default:
		return Pending
	}
}

// step is a status that an item entered.
type step struct {
	status string
	at     int64
	file   string // the file, for an item of ours that was Released
	ref    int64  // position of that file's row; 0 if it is not known
}

// stepsOf returns the statuses that an item entered; holds are not included.
func stepsOf(i *domain.Item) []step {
	steps := make([]step, 0, len(i.History))
	for _, h := range i.History {
		s := step{status: statusOf(h.State), at: micros(h.At)}
		if h.State == domain.Filed {
			s.file = h.File
		}
		if n := len(steps); n > 0 && steps[n-1].status == s.status && s.file == "" {
			continue
		}
		steps = append(steps, s)
	}
	return steps
}

// historyOf converts steps for the API. Delivered returns when a step's file
// was delivered, 0 if it was not.
func historyOf(steps []step, delivered func(step) int64) []StatusAt {
	history := make([]StatusAt, 0, len(steps)+1)
	for _, s := range steps {
		history = append(history, StatusAt{s.status, instant(s.at)})
		if s.file == "" && s.ref == 0 {
			continue
		}
		if at := delivered(s); at != 0 {
			history = append(history, StatusAt{Transmitted, instant(at)})
		}
	}
	return history
}

// In a row a history is text with one word per step: the letter of the status,
// unix microseconds, and the row of the file in which it was released. So a
// step is appended without reading the others:
//
//	P1793275200000000 R1793277000000000@41

var letters = map[string]byte{Pending: 'P', Released: 'R', Recalled: 'C', Rejected: 'X'}

func (s step) appendTo(text []byte) []byte {
	text = strconv.AppendInt(append(text, letters[s.status]), s.at, 10)
	if s.ref != 0 {
		text = strconv.AppendInt(append(text, '@'), s.ref, 10)
	}
	return text
}

func historyText(steps []step) string {
	text := make([]byte, 0, 64)
	for i, s := range steps {
		if i > 0 {
			text = append(text, ' ')
		}
		text = s.appendTo(text)
	}
	return string(text)
}

func parseHistory(text string) ([]step, error) {
	words := strings.Fields(text)
	steps := make([]step, len(words))
	for i, w := range words {
		at, ref, filed := strings.Cut(w[1:], "@")
		for status, letter := range letters {
			if letter == w[0] {
				steps[i].status = status
			}
		}
		var err error
		if steps[i].at, err = strconv.ParseInt(at, 10, 64); err != nil {
			return nil, fmt.Errorf("history %q: %w", text, err)
		}
		if !filed {
			continue
		}
		if steps[i].ref, err = strconv.ParseInt(ref, 10, 64); err != nil {
			return nil, fmt.Errorf("history %q: %w", text, err)
		}
	}
	return steps, nil
}

// lastAt is when the last status of a history was entered.
func lastAt(h []StatusAt) time.Time {
	if len(h) == 0 {
		return time.Time{}
	}
	return h[len(h)-1].At
}
