package domain

type (
	// TransactionFiled records, before a byte is rendered, the file an item
	// leaves in and its trace number there. The item goes into no other file
	// unless it is released from this one.
	TransactionFiled struct {
		ItemID string `json:"item_id"`
		File   string `json:"file"`
		Batch  int    `json:"batch"`
		Trace  string `json:"trace"`
		// Dated is left out of the usual entry, which leaves as it was
		// asked for.
		Dated *Dated `json:"dated,omitempty"`
	}
	// Dated says why an item leaves with other dates than were asked for, as
	// they were decided when its file was cut. A client may read it.
	Dated struct {
		MovedReason      string `json:"moved,omitempty"`        // why the effective date is not the one asked for
		NotSameDayReason string `json:"not_same_day,omitempty"` // why same-day settlement was asked for and is not given
	}
)

// Type names the event in the log.
func (TransactionFiled) Type() string { return "transaction.filed" }

func init() { register(func() Event { return &TransactionFiled{} }) }
