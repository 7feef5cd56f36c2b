package domain

import "github.com/achledger/achledger/domain/nacha"

// Births are the dates of birth in an international order. The log has them
// sealed only; in the proposal they are masked. Source: NACHA Operating Rules,
// addenda 12 and 16, from 2027-03-19.
type Births struct {
	From     string `json:"from,omitempty"` // YYYY-MM-DD
	To       string `json:"to,omitempty"`
	Ultimate string `json:"ultimate,omitempty"`
}

// Births returns the dates of birth in a proposal.
func (p Proposal) Births() (b Births) {
	p.births(func(in *string, of *string) { *of = *in }, &b)
	return b
}

// WithBirths returns the proposal with the given dates of birth instead of its
// own.
func (p Proposal) WithBirths(b Births) Proposal {
	p.ownIAT()
	p.births(func(in *string, of *string) { *in = *of }, &b)
	return p
}

// withoutBirths returns the proposal with its dates of birth masked.
func (p Proposal) withoutBirths() Proposal {
	p.ownIAT()
	p.births(func(in *string, _ *string) { *in = nacha.MaskBirthDate(*in) }, &Births{})
	return p
}

func (p Proposal) births(each func(in, of *string), b *Births) {
	if p.IAT == nil {
		return
	}
	each(&p.IAT.From.BornOn, &b.From)
	each(&p.IAT.To.BornOn, &b.To)
	if p.IAT.Ultimate != nil {
		each(&p.IAT.Ultimate.BornOn, &b.Ultimate)
	}
}

// ownIAT copies the details that the proposal shares with other values.
func (p *Proposal) ownIAT() {
	copied(&p.IAT)
	if p.IAT != nil {
		copied(&p.IAT.Ultimate)
	}
}

// HideBirths masks the dates of birth in an entry of a file, and reports
// whether it had any. It copies what the entry shares with other values first.
func HideBirths(e *Entry) (hidden bool) {
	a := e.Entry.IAT
	if a == nil || a.Originator.BirthDate == "" && a.Receiver.BirthDate == "" {
		return false
	}
	copied(&e.Entry.IAT)
	for _, p := range []*nacha.Party{&e.Entry.IAT.Originator, &e.Entry.IAT.Receiver} {
		p.BirthDate = nacha.MaskBirthDate(p.BirthDate)
	}
	return true
}

// WithBirths returns the transaction with the given dates of birth, which are
// masked in the log.
func (t *Transaction) WithBirths(b Births) *Transaction {
	opened, originated := *t, *t.Originated
	originated.Proposal = originated.Proposal.WithBirths(b)
	opened.Originated = &originated
	return &opened
}
