package nacha

// Service classes of a batch.
const (
	MixedClass  = 200 // credits and debits
	CreditClass = 220 // credits only
	DebitClass  = 225 // debits only
	AdviceClass = 280 // accounting advices of the operator
)

// ServiceClass returns the class of a batch that holds debits, credits, or
// both.
func ServiceClass(debits, credits bool) int {
	switch {
	case debits && credits:
		return MixedClass
	case debits:
		return DebitClass
	default:
		return CreditClass
	}
}

// classAllows reports whether an entry of this code may be in a batch of the
// class.
func classAllows(class int, code TransactionCode) bool {
	switch class {
	case MixedClass:
		return true
	case CreditClass:
		return code.Credit()
	case DebitClass:
		return code.Debit()
	default:
		return false
	}
}
