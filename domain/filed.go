package domain

type (
	// TransactionFiled records, before a byte is rendered, in which file an item
	// leaves and under which trace number. The item goes into no other file unless
	// it is released from this one.
	TransactionFiled struct {
		ItemID string `json:"item_id"`
		File   string `json:"file"`
		Batch  int    `json:"batch"`
		Trace  string `json:"trace"`
		// Dated is left out if the entry leaves with the dates asked for.
		Dated *Dated `json:"dated,omitempty"`
	}
	// Dated says why an item leaves with other dates than asked for, as decided
	// when its file was cut. A client may read it.
	Dated struct {
		MovedReason      string `json:"moved,omitempty"`        // why the effective date is not the one asked for
		NotSameDayReason string `json:"not_same_day,omitempty"` // why same-day settlement was asked for and is not given
	}
)

// Type names the event in the log.
func (TransactionFiled) Type() string { return "transaction.filed" }

func init() { register(empty[TransactionFiled]) }

// FileItem files an item: in a file, in one of its batches, under a trace
// number.
type FileItem struct {
	ItemID, File string
	Batch        int
	Trace        string
	Dated        *Dated

	// The rest is for an item that left before the ledger was restored from a
	// backup.
	ApprovedBecause string       // why it is filed although it was held; empty if it was not
	To              *ItemAccount // the account it went to, if different from the present one
	Like            *Resemble    // a similar entry that left later
}

// ItemAccount is an account that an item is sent to.
type ItemAccount struct {
	Routing, AccountType string
	Account              Account
}

// Events returns the events that file it. The caller has read the state of the
// item; the version of its stream shows a concurrent change.
func (c FileItem) Events() (events []Event) {
	if c.ApprovedBecause != "" {
		events = append(events, TransactionApproved{ItemID: c.ItemID, Reason: c.ApprovedBecause})
	}
	if c.To != nil {
		events = append(events, TransactionAccountChanged{Routing: c.To.Routing, AccountType: c.To.AccountType, Account: c.To.Account})
	}
	events = append(events, TransactionFiled{ItemID: c.ItemID, File: c.File, Batch: c.Batch, Trace: c.Trace, Dated: c.Dated})
	if c.Like != nil {
		events = append(events, TransactionResembled{ItemID: c.ItemID, File: c.Like.File, Trace: c.Like.Trace})
	}
	return events
}
