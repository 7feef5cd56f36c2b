package api

// Days are the days of a transaction, YYYY-MM-DD: a forecast until it is cut.
// Those that are unknown or do not apply are nil.
type Days struct {
	Effective, Settles             *string
	ReturnUntil, UnauthorizedUntil *string
}

// Days returns when a transaction settles, and until when it can be returned.
func (st *TransactionView) Days() Days {
	d := st.dates()
	return Days{d.EffectiveEntryDate, d.ExpectedSettlementDate, d.ReturnWindowEnds, d.UnauthorizedReturnWindowEnds}
}
