package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// explainFile lists the file's entries as the strict reader understands them
// and then takes one record of each kind apart.
func explainFile(_ context.Context, s *story) error {
	if err := listEntries(s); err != nil {
		return err
	}
	s.say("\n   One record of each kind, position by position:\n")
	var d nacha.Describer
	first := map[rune]string{}
	for line := range strings.Lines(string(s.content)) {
		text, kind := d.Describe(line), rune(line[0])
		if first[kind] == "" {
			first[kind] = text
		}
	}
	for _, kind := range "156789" {
		s.say("\n   %s\n", strings.ReplaceAll(first[kind], "\n", "\n   "))
	}
	return nil
}

// listEntries prints the batches and their entries.
func listEntries(s *story) error {
	summary, err := nacha.Scan(bytes.NewReader(s.content), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			s.say("\n   batch %d  %s  %-10s  effective %s%30s\n", b.Header.Number, b.Header.SEC, b.Header.Description, date(b.Header.EffectiveOn), "trace number")
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			s.say("     %-15s %-15s %11s  %s  %s\n", e.Entry.Name, nacha.TransactionCode(e.Entry.Code),
				dollars(e.Entry.AmountCents), masked(e.Entry.Account), e.Entry.Trace)
			return nil
		},
	})
	if err == nil && !summary.OK() {
		err = errors.New("the strict reader does not accept the file")
	}
	return err
}

// date writes YYMMDD as YYYY-MM-DD.
func date(yymmdd string) string {
	if len(yymmdd) != 6 {
		return yymmdd
	}
	return fmt.Sprintf("20%s-%s-%s", yymmdd[:2], yymmdd[2:4], yymmdd[4:])
}
