package nacha

// Hash adds the receiving bank's first eight digits to an entry hash and keeps
// the rightmost ten digits, as in records 8 and 9.
func Hash(sum, rdfi int64) int64 { return (sum + rdfi) % hashModulus }

// add counts one entry with its addenda.
func (t *Totals) add(rdfi int64, code TransactionCode, cents int64, addenda int) {
	t.Entries++
	t.Addenda += addenda
	t.EntryHash = Hash(t.EntryHash, rdfi)
	if code.Debit() {
		t.DebitCents += cents
	} else {
		t.CreditCents += cents
	}
}

// Add sums the totals of batches into those of a file.
func (t *Totals) Add(o Totals) {
	t.Batches += o.Batches
	t.Entries += o.Entries
	t.Addenda += o.Addenda
	t.EntryHash = Hash(t.EntryHash, o.EntryHash)
	t.DebitCents += o.DebitCents
	t.CreditCents += o.CreditCents
}
