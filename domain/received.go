package domain

import "github.com/achledger/achledger/domain/nacha"

// TransactionReceived records a payment that came from another bank for one
// of the client's receiving accounts.
type TransactionReceived struct {
	TransactionID string `json:"transaction_id"`
	Incoming
	Account Account `json:"account"` // the receiving account
	// Undecided says that somebody is to decide whether it is paid.
	Undecided *Undecided `json:"undecided,omitempty"`
}

// Incoming is an entry as the bank's file had it, less its account number
// and corrected data, which are kept sealed.
type Incoming struct {
	ItemID  string            `json:"item_id"`
	ReplyTo string            `json:"reply_to,omitempty"` // the item of ours it answers
	Inbound string            `json:"inbound"`            // the inbound file
	Header  nacha.BatchHeader `json:"header"`
	Entry   nacha.Entry       `json:"entry"`
	// SettledOn is the settlement date, YYYY-MM-DD, resolved from the Julian
	// day the operator stamped.
	SettledOn string `json:"settled_on"`
	// FileMadeAt is when the operator made the file, RFC 3339, by its header.
	// Releases before this field left it out.
	FileMadeAt string `json:"file_made_at,omitempty"`
	// Whole is header and entry as they came, sealed, where texts of them
	// repeated the account number or were dates of birth: here those are
	// masked.
	Whole Sealed `json:"whole,omitempty"`
	// Data is the corrected data of a notification of change, sealed.
	Data Sealed `json:"data,omitempty"`
	// DataMasked is the same with account numbers masked.
	DataMasked string `json:"data_masked,omitempty"`
	// Flags say what was unusual: late, duplicate, amount-differs,
	// unexpected-code, not-requested, date-of-death-in-the-future and others.
	// The money is booked nevertheless.
	Flags []string `json:"flags,omitempty"`
}

// Answer is the event by which an entry of a kind answers an item of ours; nil
// where the kind answers nothing.
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

// Masked is the sealed entry, nil where no text of it is masked.
func (in Incoming) Masked() Sealed { return in.Whole }

// Events of what another bank answers to an item of ours.
type (
	// TransactionReturned records a return of our entry.
	TransactionReturned struct{ Incoming }
	// TransactionCorrected records a notification of change for our entry.
	// No money moves.
	TransactionCorrected struct{ Incoming }
	// TransactionDishonored records that the originating bank sent our
	// return back.
	TransactionDishonored struct{ Incoming }
	// TransactionContested records that the receiving bank insists on a
	// return that we dishonored.
	TransactionContested struct{ Incoming }
	// TransactionChangeRefused records that our correction was refused.
	TransactionChangeRefused struct{ Incoming }
)

// Type names the event in the log.
func (TransactionReceived) Type() string { return "transaction.received" }

// Type names the event in the log.
func (TransactionReturned) Type() string { return "transaction.returned" }

// Type names the event in the log.
func (TransactionCorrected) Type() string { return "transaction.corrected" }

// Type names the event in the log.
func (TransactionDishonored) Type() string { return "transaction.dishonored" }

// Type names the event in the log.
func (TransactionContested) Type() string { return "transaction.contested" }

// Type names the event in the log.
func (TransactionChangeRefused) Type() string { return "transaction.change_refused" }

func init() {
	register(
		func() Event { return &TransactionReceived{} },
		func() Event { return &TransactionReturned{} },
		func() Event { return &TransactionCorrected{} },
		func() Event { return &TransactionDishonored{} },
		func() Event { return &TransactionContested{} },
		func() Event { return &TransactionChangeRefused{} },
	)
}
