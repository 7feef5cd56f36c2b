package ack

import "github.com/achledger/achledger/domain/nacha"

// Totals is what the operator counted in a file, rejected batches included. A
// value that it did not state is nil, which differs from 0.
type Totals struct {
	Batches     *int64 `json:"batches,omitempty"`
	Entries     *int64 `json:"entries,omitempty"` // without addenda
	DebitCents  *int64 `json:"debit_cents,omitempty"`
	CreditCents *int64 `json:"credit_cents,omitempty"`
}

// Counted are the totals of a file, all of them stated.
func Counted(t nacha.Totals) Totals {
	batches, entries := int64(t.Batches), int64(t.Entries)
	return Totals{&batches, &entries, &t.DebitCents, &t.CreditCents}
}

// lines are the totals by the names of their lines in the text.
func (t *Totals) lines() [4]struct {
	name  string
	value **int64
} {
	return [4]struct {
		name  string
		value **int64
	}{{"BATCHES", &t.Batches}, {"ENTRIES", &t.Entries}, {"DEBITS", &t.DebitCents}, {"CREDITS", &t.CreditCents}}
}

// Equal reports whether both state the same.
func (t Totals) Equal(other Totals) bool {
	theirs := other.lines()
	for i, l := range t.lines() {
		a, b := *l.value, *theirs[i].value
		if (a == nil) != (b == nil) || a != nil && *a != *b {
			return false
		}
	}
	return true
}

// Contradict reports whether anything stated differs from the file.
func (t Totals) Contradict(file nacha.Totals) bool {
	counted := Counted(file)
	ours := counted.lines()
	for i, l := range t.lines() {
		if said := *l.value; said != nil && *said != **ours[i].value {
			return true
		}
	}
	return false
}
