package nacha

// TransactionCode is positions 2-3 of an entry: the first digit is the
// receiver's kind of account, the second what happens to it.
type TransactionCode int

// AccountKind is the kind of account in a transaction code.
type AccountKind string

// Account kinds, by the first digit of the transaction code.
const (
	Checking      AccountKind = "checking" // 2; the rules call it demand
	Savings       AccountKind = "savings"  // 3
	GeneralLedger AccountKind = "gl"       // 4
	Loan          AccountKind = "loan"     // 5
)

// Known reports whether the code is in use. x0 and x5 are reserved, except 55,
// the reversal of a loan credit; loans have no debit prenotes. The codes of
// accounting advices, 81 to 88, are not included.
func (c TransactionCode) Known() bool {
	kind, digit := c/10, c%10
	switch {
	case kind < 2 || kind > 5 || digit == 0:
		return false
	case kind == 5:
		return digit <= 6
	default:
		return digit != 5
	}
}

// Account returns the kind of account, or "" for an unknown code.
func (c TransactionCode) Account() AccountKind {
	if !c.Known() {
		return ""
	}
	return [...]AccountKind{Checking, Savings, GeneralLedger, Loan}[c/10-2]
}

// Credit reports whether control totals count the entry as a credit: last
// digit 1 to 4. A returned credit (x1) still counts as one.
func (c TransactionCode) Credit() bool { return c%10 >= 1 && c%10 <= 4 }

// Debit reports whether control totals count the entry as a debit: last
// digit 5 to 9.
func (c TransactionCode) Debit() bool { return c%10 >= 5 }

// Prenote reports whether the code tests an account without money.
func (c TransactionCode) Prenote() bool { return c.Known() && (c%10 == 3 || c%10 == 8) }

// ZeroDollar reports whether the code carries remittance data without money.
func (c TransactionCode) ZeroDollar() bool { return c.Known() && (c%10 == 4 || c%10 == 9) }

// Return reports whether the code is one of returns and notifications of
// change: x1 for a credit, x6 for a debit.
func (c TransactionCode) Return() bool { return c.Known() && (c%10 == 1 || c%10 == 6) }

// Forward reports whether the code belongs to a forward entry: live entries,
// prenotes and zero-dollar entries.
func (c TransactionCode) Forward() bool { return c.Known() && !c.Return() }

// Live reports whether the code moves money forward: x2, x7 and 55.
func (c TransactionCode) Live() bool {
	return c.Known() && (c%10 == 2 || c%10 == 5 || c%10 == 7)
}

// ForReturn returns the code under which an entry of this code is returned
// or corrected: x1 for the credit side, x6 for the debit side.
func (c TransactionCode) ForReturn() TransactionCode {
	if c.Debit() {
		return c/10*10 + 6
	}
	return c/10*10 + 1
}

// String describes the code: "debit checking", "prenote of a savings credit".
func (c TransactionCode) String() string {
	side := "credit"
	if c.Debit() {
		side = "debit"
	}
	account := string(c.Account())
	switch {
	case !c.Known():
		return "not in use"
	case c.Return():
		return "return or change of a " + account + " " + side
	case c.Prenote():
		return "prenote of a " + account + " " + side
	case c.ZeroDollar():
		return "remittance of a " + account + " " + side + ", no money"
	default:
		return side + " " + account
	}
}
