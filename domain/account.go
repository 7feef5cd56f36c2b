package domain

// Account is a bank account number as the log may hold it: sealed with the
// client's key, with its last digits and a keyed fingerprint readable. Within
// one client, equal routing number, number and type have equal fingerprints.
type Account struct {
	Sealed      []byte `json:"sealed"`
	Tail        string `json:"tail"` // at most four last characters, never the whole number
	Fingerprint string `json:"fingerprint"`
	// In is the stream of the log that contains the account, to which the
	// sealed number is bound. It is set when an event is read.
	In string `json:"-"`
}

// Masked is the account as shown to people and machines that may not see the
// number.
func (a Account) Masked() string { return "*****" + a.Tail }

// Sealed is other text that contains an account number, sealed with the
// client's key: the corrected data of a notification of change, or a file sent
// in. Other text that repeats the account number is refused; see Repeats.
type Sealed []byte

// Tail is the part of an account number that may be shown: its last four
// characters, fewer of a number so short that four would reveal it.
func Tail(number string) string {
	digits := []rune(number)
	n := 4
	if len(digits) < 8 {
		n = len(digits) / 2
	}
	return string(digits[len(digits)-n:])
}
