package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// sendBack makes the bank return payments in files that it puts into the inbox.
func (x *chaos) sendBack(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 1500*time.Millisecond)
		p := x.model.some(func(p *payment, file string) bool {
			return p.acknowledged && file != "" && !p.answered && !p.upload && strings.HasSuffix(p.mark, "3")
		})
		if p == nil || !x.transmitted(ctx, p) {
			continue
		}
		if err := x.bank.putReturn(p.mark); err != nil {
			x.model.fail("put a return into the inbox: %v", err)
			return
		}
		x.model.mu.Lock()
		p.answered, p.returned = true, true
		x.model.mu.Unlock()
	}
}

// transmitted reports whether the ledger knows that a payment left. A bank
// returns it a day later, when the ledger does.
func (x *chaos) transmitted(ctx context.Context, p *payment) bool {
	var t struct {
		Events []struct{ Status string }
	}
	status, _ := x.api.ask(ctx, x.api.client, "GET", "/api/transaction/"+p.id, jsonType, "", &t)
	return status == http.StatusOK && len(t.Events) > 0 && t.Events[0].Status == "Transmitted"
}

// putReturn writes the return of an entry into the inbox. The file gets its
// name when it is complete.
func (b *bank) putReturn(mark string) error {
	b.mu.Lock()
	b.returned++
	n, e := b.returned, b.entries[mark]
	b.mu.Unlock()
	name := fmt.Sprintf("return-%05d.ach", n)
	if err := os.WriteFile(filepath.Join(b.inbox, "."+name), []byte(returnFile(n, e)), 0o600); err != nil {
		return err
	}
	return os.Rename(filepath.Join(b.inbox, "."+name), filepath.Join(b.inbox, name))
}

// returnFile makes the bank's n-th return file, by columns: it returns the
// credit of an entry with R01.
func returnFile(n int, e entry) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, "%-94.94s\n", fmt.Sprintf(format, args...)) }
	ours, theirs := e.batch[79:87], e.line[3:11]
	dated, _ := time.Parse("060102", e.batch[69:75])
	trace, hash := fmt.Sprintf("%s%07d", theirs, n), 23138010
	line("101 231380104 061000146%s%04d%c094101%-23s%-23s", e.batch[69:75], n/26%60+n/1560%24*100, 'A'+n%26, "LANTERN SAVINGS BANK", "FEDERAL RESERVE BANK")
	line("5220%s%03d1%s%07d", e.batch[4:75], dated.YearDay(), theirs, n)
	line("621%s4%s%s1%s", ours, e.line[12:76], e.line[76:78], trace)
	line("799R01%s      %s%44s%s", e.line[79:94], theirs, "", trace)
	line("8220000002%010d%012d%s%s%25s%s%07d", hash, 0, "00"+e.line[29:39], e.batch[40:50], "", theirs, n)
	line("900000100000100000002%010d%012d%s", hash, 0, "00"+e.line[29:39])
	for range 4 {
		out.WriteString(strings.Repeat("9", 94) + "\n")
	}
	return out.String()
}
