package restore

import (
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// keys are what an entry is recognized by.
type keys struct {
	exact string // all that its records say and the cut does not decide
	loose string // the same without the account; empty for an answer
	look  string // who pays whom how much
}

// keysOf are an entry's, of a batch with such a header record.
func keysOf(header string, h *nacha.BatchHeader, e *nacha.ScannedEntry) keys {
	batch := batchKey(header)
	k := keys{exact: batch + entryKey(e.Raw)}
	if e.Kind != nacha.KindForward {
		return k
	}
	k.loose = batch + looseKey(e.Raw, h.IAT != nil)
	name := e.Entry.Name
	if e.Entry.IAT != nil {
		name = e.Entry.IAT.Receiver.Name
	}
	k.look = fmt.Sprintf("%s %s %t %d %q %q", h.SEC, h.CompanyID, nacha.TransactionCode(e.Entry.Code).Debit(), e.Entry.AmountCents, e.Entry.IndividualID, name)
	return k
}

// batchKey is a batch header without what is decided at the cut: service
// class, effective and settlement date, number.
func batchKey(raw string) string {
	return raw[4:69] + raw[78:87]
}

// entryKey is an entry's records without trace and sequence numbers, which
// are decided at the cut too.
func entryKey(raw string) string {
	var key strings.Builder
	for line := range strings.Lines(raw) {
		if line[0] == '6' || strings.HasPrefix(line, "798") || strings.HasPrefix(line, "799") {
			key.WriteString(line[:79])
			continue
		}
		key.WriteString(line[:83])
	}
	return key.String()
}

// looseKey is entryKey without what a notification of change corrects: bank,
// account, and kind of account, the first digit of the transaction code.
func looseKey(raw string, iat bool) string {
	key := entryKey(raw)
	const amount, account, behind = 29, 39, 74 // columns of an international entry's account
	rest := key[amount:]
	if iat {
		rest = key[amount:account] + key[behind:]
	}
	return key[2:3] + rest
}
