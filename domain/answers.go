package domain

// Outgoing is an answer of ours to an item of a transaction. It waits for a
// file like every item.
type Outgoing struct {
	ItemID      string `json:"item_id"`
	ReplyTo     string `json:"reply_to"`
	Code        string `json:"code,omitempty"`          // R.. or C..
	Information string `json:"information,omitempty"`   // addenda information
	DateOfDeath string `json:"date_of_death,omitempty"` // YYYY-MM-DD, R14 and R15
	StatementOn string `json:"statement_on,omitempty"`  // YYYY-MM-DD, when the receiver's statement was reviewed
	Data        Sealed `json:"data,omitempty"`          // corrected data, sealed
	DataMasked  string `json:"data_masked,omitempty"`
	// DataHash is a keyed hash of the corrected data, by which the same correction
	// is known again: masked, two account numbers may look alike. Releases before
	// this field left it out.
	DataHash    []byte `json:"data_hash,omitempty"`
	Reason      string `json:"reason,omitempty"`       // of a reversal
	Attempt     int    `json:"attempt,omitempty"`      // of a retry: 1 or 2
	AmountCents int64  `json:"amount_cents,omitempty"` // of a return fee
	// NoticeGivenOn is the day on which the receiver was told that a return fee
	// would follow, YYYY-MM-DD.
	NoticeGivenOn string `json:"notice_given_on,omitempty"`
	ReturnedOn    string `json:"returned_on,omitempty"` // of a contest: New York day our return left, YYYY-MM-DD
	// LeaveBy is the last moment at which the answer may leave, RFC 3339; it is cut
	// before, whatever the client's thresholds. An answer that still waits then,
	// held or not, is rejected.
	LeaveBy string `json:"leave_by,omitempty"`
	// EffectiveOn is set on a reversal of an entry that settles later than the
	// reversal could: the day on which the entry settles, YYYY-MM-DD. The reversal
	// waits for it. Releases before this field left it out.
	EffectiveOn string `json:"effective_on,omitempty"`
}

// Events of answers that a client asked for, or the ledger on its behalf.
type (
	// TransactionReturnRequested asks to return an incoming entry.
	TransactionReturnRequested struct{ Outgoing }
	// TransactionCorrectionRequested asks to notify the sender of a change.
	TransactionCorrectionRequested struct{ Outgoing }
	// TransactionDishonorRequested asks to dishonor a return.
	TransactionDishonorRequested struct{ Outgoing }
	// TransactionContestRequested asks to contest a dishonored return.
	TransactionContestRequested struct{ Outgoing }
	// TransactionRefusalRequested asks to refuse a notification of change.
	TransactionRefusalRequested struct{ Outgoing }
	// TransactionReversalRequested asks to reverse an erroneous entry.
	TransactionReversalRequested struct{ Outgoing }
	// TransactionRetryRequested asks to present a returned debit again.
	TransactionRetryRequested struct{ Outgoing }
	// TransactionReturnFeeRequested asks to debit the receiver with a fee for a
	// returned debit.
	TransactionReturnFeeRequested struct{ Outgoing }
)

// Type names each event in the log.
func (TransactionReturnRequested) Type() string     { return "transaction.return_requested" }
func (TransactionCorrectionRequested) Type() string { return "transaction.correction_requested" }
func (TransactionDishonorRequested) Type() string   { return "transaction.dishonor_requested" }
func (TransactionContestRequested) Type() string    { return "transaction.contest_requested" }
func (TransactionRefusalRequested) Type() string    { return "transaction.refusal_requested" }
func (TransactionReversalRequested) Type() string   { return "transaction.reversal_requested" }
func (TransactionRetryRequested) Type() string      { return "transaction.retry_requested" }
func (TransactionReturnFeeRequested) Type() string  { return "transaction.return_fee_requested" }

func init() {
	register(
		empty[TransactionReturnRequested], empty[TransactionCorrectionRequested], empty[TransactionDishonorRequested],
		empty[TransactionContestRequested], empty[TransactionRefusalRequested], empty[TransactionReversalRequested],
		empty[TransactionRetryRequested], empty[TransactionReturnFeeRequested],
	)
}

// evolveAnswers applies the events of answers in both directions, and of
// received payments.
func (t *Transaction) evolveAnswers(f Fact) {
	switch e := f.Event.(type) {
	case *TransactionReceived:
		t.ID, t.Received = e.TransactionID, e
		t.Account, t.Routing = e.Account, e.Entry.Routing
		t.Account.In = f.Stream
		t.receive(f, Origination, &e.Incoming)
		t.Items[len(t.Items)-1].Undecided = e.Undecided
	case *TransactionDecided:
		t.decide(f, e)
	case *TransactionReturned:
		t.receive(f, Return, &e.Incoming)
		t.answerRequest(f, &e.Incoming)
	case *TransactionCorrected, *TransactionDishonored, *TransactionContested, *TransactionChangeRefused:
		in, kind, _ := IncomingOf(f.Event)
		t.receive(f, kind, in)
	case *TransactionReturnRequested:
		t.ask(f, Return, &e.Outgoing)
	case *TransactionCorrectionRequested:
		t.ask(f, Correction, &e.Outgoing)
	case *TransactionDishonorRequested:
		t.ask(f, Dishonor, &e.Outgoing)
	case *TransactionContestRequested:
		t.ask(f, Contest, &e.Outgoing)
	case *TransactionRefusalRequested:
		t.ask(f, RefusedChange, &e.Outgoing)
	case *TransactionReversalRequested:
		t.ask(f, Reversal, &e.Outgoing)
	case *TransactionRetryRequested:
		t.ask(f, Retry, &e.Outgoing)
	case *TransactionReturnFeeRequested:
		t.ask(f, ReturnFee, &e.Outgoing)
	case *TransactionAskedBack:
		t.askBack(f, e)
	case *TransactionUnanswered:
		t.move(f, e.ItemID, Lapsed, e.Reason)
	}
}

func (t *Transaction) receive(f Fact, kind ItemKind, in *Incoming) {
	t.add(f, Item{
		ID: in.ItemID, Kind: kind, Direction: FromFed, State: InHand, ReplyTo: in.ReplyTo,
		AmountCents: in.Entry.AmountCents, SettledOn: in.SettledOn, Incoming: in,
	})
}

func (t *Transaction) ask(f Fact, kind ItemKind, out *Outgoing) {
	amount, o := int64(0), t.Origination()
	to, _ := t.Item(out.ReplyTo)
	switch {
	case kind == Correction || kind == RefusedChange:
	case kind == ReturnFee:
		amount = out.AmountCents
	case (kind == Dishonor || kind == Contest) && to != nil: // of a fee, or of another amount than the entry's
		amount = to.AmountCents
	case o != nil:
		amount = o.AmountCents
	}
	t.add(f, Item{
		ID: out.ItemID, Kind: kind, Direction: ToFed, State: Pending, ReplyTo: out.ReplyTo,
		AmountCents: amount, Outgoing: out,
	})
}
