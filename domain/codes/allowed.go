package codes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
)

// Entry has the values of an entry that a return code must suit.
type Entry struct {
	SEC     string
	Debit   bool
	Prenote bool     // or another entry of no money
	Account Accounts // Consumer or NonConsumer; AnyAccount or empty if unknown
}

// ReturnAllowed reports why a receiving bank may not return an entry with a
// code on a day, in a sentence a client may read; or nil. It does not consider
// the time limit: see ReturnCode.TimeFrame.
func ReturnAllowed(code string, e Entry, on calendar.Date) error {
	c, ok := Return(code, on)
	switch {
	case c.Code == "":
		return fmt.Errorf("%s is not a return code", code)
	case !ok:
		return fmt.Errorf("%s is not in force on %s", code, on)
	case c.Step != Returned:
		return fmt.Errorf("%s answers a return or a dishonored return, not an entry", code)
	}
	if err := suits(code, c.By, c.SECs, c.NotSECs, e.SEC); err != nil {
		return err
	}
	switch {
	case c.Entries == Debits && !e.Debit, c.Entries == Credits && e.Debit:
		return fmt.Errorf("%s is for %s only", code, c.Entries)
	case c.Again == Twice && e.Prenote:
		return fmt.Errorf("%s is for entries that move money", code) // R01 and R09: funds are missing
	case c.Accounts == Consumer && e.Account == NonConsumer, c.Accounts == NonConsumer && e.Account == Consumer:
		return fmt.Errorf("%s is for %s accounts", code, c.Accounts)
	}
	return nil
}

// ChangeAllowed reports why a receiving bank may not correct an entry of a SEC
// code with a change code on a day, in a sentence that a client may read, or
// nil.
func ChangeAllowed(code, sec string, on calendar.Date) error {
	c, ok := Change(code, on)
	switch {
	case c.Code == "":
		return fmt.Errorf("%s is not a change code", code)
	case !ok:
		return fmt.Errorf("%s is not in force on %s", code, on)
	case c.Step != Changed:
		return fmt.Errorf("%s refuses a notification of change, it is not one", code)
	}
	return suits(code, c.By, c.SECs, c.NotSECs, sec)
}

// suits reports why a receiving bank cannot use a code for an entry of a SEC
// code, or nil.
func suits(code string, by []Party, secs, notSECs []string, sec string) error {
	switch {
	case !slices.Contains(by, RDFI):
		return fmt.Errorf("%s is used by the %s, not by a receiving bank", code, by[0])
	case len(secs) > 0 && !slices.Contains(secs, sec):
		return fmt.Errorf("%s is for %s entries, not for %s", code, strings.Join(secs, ", "), sec)
	case slices.Contains(notSECs, sec):
		return fmt.Errorf("%s is not for %s entries", code, sec)
	}
	return nil
}
