package domain

import "github.com/achledger/achledger/domain/nacha"

// TransactionReceived records a payment from another bank to one of the
// client's receiving accounts.
type TransactionReceived struct {
	TransactionID string `json:"transaction_id"`
	Incoming
	Account Account `json:"account"` // the receiving account
	// Undecided is set if somebody may decide whether the payment is accepted.
	Undecided *Undecided `json:"undecided,omitempty"`
}

// Incoming is an entry as received in the bank's file, without its account
// number and corrected data, which are stored sealed.
type Incoming struct {
	ItemID  string            `json:"item_id"`
	ReplyTo string            `json:"reply_to,omitempty"` // our item that it returns, corrects or contests
	Inbound string            `json:"inbound"`            // the inbound file
	Header  nacha.BatchHeader `json:"header"`
	Entry   nacha.Entry       `json:"entry"`
	// SettledOn is the settlement date, YYYY-MM-DD, resolved from the Julian
	// day that the ACH operator stamped.
	SettledOn string `json:"settled_on"`
	// FileMadeAt is when the operator created the file, RFC 3339, from its
	// header. Earlier releases omitted it.
	FileMadeAt string `json:"file_made_at,omitempty"`
	// Whole is the header and the entry as received, sealed. It is present if
	// text fields contained the account number or a date of birth; in this
	// event those are masked.
	Whole Sealed `json:"whole,omitempty"`
	// Data is the corrected data of a notification of change, sealed.
	Data Sealed `json:"data,omitempty"`
	// DataMasked is the same with account numbers masked.
	DataMasked string `json:"data_masked,omitempty"`
	// Flags name what was unusual: late, duplicate, amount-differs,
	// unexpected-code, not-requested, date-of-death-in-the-future and others.
	// The entry is booked nevertheless.
	Flags []string `json:"flags,omitempty"`
}

// Answer returns the event by which an entry of this kind responds to our
// item, or nil if the kind does not.
func (in Incoming) Answer(kind nacha.Kind) Event {
	switch kind {
	case nacha.KindReturn:
		return &TransactionReturned{in}
	case nacha.KindChange:
		return &TransactionCorrected{in}
	case nacha.KindDishonored:
		return &TransactionDishonored{in}
	case nacha.KindContested:
		return &TransactionContested{in}
	case nacha.KindRefusedChange:
		return &TransactionChangeRefused{in}
	default:
		return nil
	}
}

// IncomingOf returns the entry of an event about an entry from the bank, and the
// kind of item that it makes.
func IncomingOf(e Event) (in *Incoming, kind ItemKind, ok bool) {
	switch e := e.(type) {
	case *TransactionReceived:
		return &e.Incoming, Origination, true
	case *TransactionReturned:
		return &e.Incoming, Return, true
	case *TransactionCorrected:
		return &e.Incoming, Correction, true
	case *TransactionDishonored:
		return &e.Incoming, Dishonor, true
	case *TransactionContested:
		return &e.Incoming, Contest, true
	case *TransactionChangeRefused:
		return &e.Incoming, RefusedChange, true
	default:
		return nil, "", false
	}
}

// Masked is the sealed entry, or nil if no text of it is masked.
func (in Incoming) Masked() Sealed { return in.Whole }

// Events of another bank's responses to our items.
type (
	// TransactionReturned records a return of our entry.
	TransactionReturned struct{ Incoming }
	// TransactionCorrected records a notification of change for our entry.
	// No money moves.
	TransactionCorrected struct{ Incoming }
	// TransactionDishonored records that the originating bank dishonored our
	// return.
	TransactionDishonored struct{ Incoming }
	// TransactionContested records that the receiving bank contests our
	// dishonored return.
	TransactionContested struct{ Incoming }
	// TransactionChangeRefused records that our notification of change was
	// refused.
	TransactionChangeRefused struct{ Incoming }
)

// Type names each event in the log.
func (TransactionReceived) Type() string      { return "transaction.received" }
func (TransactionReturned) Type() string      { return "transaction.returned" }
func (TransactionCorrected) Type() string     { return "transaction.corrected" }
func (TransactionDishonored) Type() string    { return "transaction.dishonored" }
func (TransactionContested) Type() string     { return "transaction.contested" }
func (TransactionChangeRefused) Type() string { return "transaction.change_refused" }

func init() {
	register(
		empty[TransactionReceived], empty[TransactionReturned], empty[TransactionCorrected],
		empty[TransactionDishonored], empty[TransactionContested], empty[TransactionChangeRefused],
	)
}
