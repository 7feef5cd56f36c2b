package restore

import (
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// keys identify an entry, from the most to the least exact.
type keys struct {
	exact   string // everything its records say, except what the cut decides
	loose   string // the same without the account; "" for an answer
	similar string // only who pays whom, and how much
}

// keysOf returns the keys of an entry in a batch with the given header record.
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
	k.similar = fmt.Sprintf("%s %s %t %d %q %q", h.SEC, h.CompanyID, nacha.TransactionCode(e.Entry.Code).Debit(), e.Entry.AmountCents, e.Entry.IndividualID, name)
	return k
}

// batchKey is a batch header record without what the cut decides: service
// class, effective entry date, settlement date and batch number.
func batchKey(raw string) string {
	return raw[4:69] + raw[78:87]
}

// entryKey is an entry's records without trace and sequence numbers, which the
// cut decides too.
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
// account, and the account type, which is the first digit of the transaction
// code.
func looseKey(raw string, iat bool) string {
	key := entryKey(raw)
	const amount, account, behind = 29, 39, 74 // of an IAT entry: zero-based columns
	rest := key[amount:]
	if iat {
		rest = key[amount:account] + key[behind:]
	}
	return key[2:3] + rest
}
