package domain

// Account is a bank account number as the log may hold it: sealed with the
// client's key, its last digits and a keyed fingerprint left readable. The
// fingerprint of equal routing, number and type is equal within one client.
type Account struct {
	Sealed      []byte `json:"sealed"`
	Tail        string `json:"tail"` // at most four last characters, never the whole number
	Fingerprint string `json:"fingerprint"`
	// In is the stream that the log has it in, to which the sealed number is
	// bound. It is known of what was read from there.
	In string `json:"-"`
}

// Masked is the account as people and machines without the right to see it
// get it.
func (a Account) Masked() string { return "*****" + a.Tail }

// Sealed is other text that holds an account number, sealed with the client's
// key: the corrected data of a notification of change, a file that was sent
// in. Other text is refused where it repeats the account number; see Repeats.
type Sealed []byte

// Tail is the part of an account number that may be shown: its last four
// characters, and less of a number so short that four would give it away.
func Tail(number string) string {
	digits := []rune(number)
	n := 4
	if len(digits) < 8 {
		n = len(digits) / 2
	}
	return string(digits[len(digits)-n:])
}
