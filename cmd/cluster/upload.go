package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// upload sends the client's own NACHA files, each until it is acknowledged: the
// same content sent again is the same file.
func (x *chaos) upload(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, 4*time.Second)
		var entries []*payment
		for range 5 {
			p := x.model.send("U")
			p.upload = true
			entries = append(entries, p)
		}
		status, text := x.api.insist(ctx, x.api.client, "POST", "/v1/nacha", "text/plain", nacha(entries), nil)
		switch status {
		case http.StatusOK, http.StatusCreated, http.StatusAccepted:
			x.model.acknowledge(func() {
				x.model.uploads++
				for _, p := range entries {
					p.acknowledged = true
				}
			})
		case 0: // ctx has ended
		default:
			x.model.fail("an upload is answered %d %s", status, text)
		}
	}
}

// nacha makes a file with some credits, by columns.
func nacha(entries []*payment) string {
	var out strings.Builder
	cents, hash := int64(0), int64(0)
	line := func(format string, args ...any) { fmt.Fprintf(&out, "%-94.94s\n", fmt.Sprintf(format, args...)) }
	line("101 061000146 2313801042611290900A094101%-23s%-23s", "FEDERAL RESERVE BANK", "LANTERN SAVINGS BANK")
	line("5220%-16s%-20s1840000017PPD%-10s%-6s%s   1%s0000001", "HARBOR GYM", "", "PAYROLL", "", effective(), "23138010")
	for i, p := range entries {
		line("622%s%s%-17s%010d%-15s%-22s%-2s0%s%07d", "12104288", "2", "30488174411", p.cents, p.mark, "Ada Marsh", "", "23138010", i+1)
		cents, hash = cents+p.cents, hash+12104288
	}
	line("8220%06d%010d%012d%012d1840000017%-19s%-6s%s0000001", len(entries), hash, 0, cents, "", "", "23138010")
	lines := len(entries) + 4
	line("9000001%06d%08d%010d%012d%012d", (lines+9)/10, len(entries), hash, 0, cents)
	for ; lines%10 != 0; lines++ {
		out.WriteString(strings.Repeat("9", 94) + "\n")
	}
	return out.String()
}

// effective is the effective entry date of an upload: the second weekday from
// tomorrow on. The simulated clock does not pass it during a run.
func effective() string {
	day := time.Now().AddDate(0, 0, 1)
	for n := 0; ; day = day.AddDate(0, 0, 1) {
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			if n++; n == 2 {
				return day.Format("060102")
			}
		}
	}
}
