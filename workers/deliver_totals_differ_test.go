package workers

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// An upload that was cut short and accepted is noticed by what the operator
// counted.
func TestAnOperatorThatCountsOtherwiseRaisesAnAlarmOnce(t *testing.T) {
	for _, result := range []ack.Result{ack.Accepted, ack.Pended, ack.Rejected, ack.Duplicate} {
		t.Run(string(result), func(t *testing.T) {
			b, f, ids := sentFile(t)
			var told bytes.Buffer
			alarms := 0
			b.files.Log, b.files.TotalsDiffer = slog.New(slog.NewTextHandler(&told, nil)), func() { alarms++ }
			a := answer(f, result)
			one := f.Cut.Totals
			one.Entries = 1
			a.Totals = ack.Counted(one)
			for range 2 {
				_, err := b.files.Acknowledge(context.Background(), b.views, a)
				must(t, err)
			}
			after, err := b.File(context.Background(), f.ID)
			must(t, err)
			if n := len(after.Answered.Differing); n != 1 || alarms != 1 || strings.Count(told.String(), "counted something else") != 1 {
				t.Fatalf("%d differences, %d alarms, told\n%s", n, alarms, told.String())
			}
			if e := after.Answered.Differing[0]; *e.Theirs.Entries != 1 || *e.Ours.Entries != 2 || e.Result != result {
				t.Errorf("recorded %+v", e)
			}
			if !strings.Contains(told.String(), "level=ERROR") || !strings.Contains(told.String(), "theirs_entries=1") || !strings.Contains(told.String(), "ours_entries=2") {
				t.Errorf("told\n%s", told.String())
			}
			want := map[ack.Result]domain.State{ack.Rejected: domain.Pending}[result]
			if want == "" {
				want = domain.Filed
			}
			for i, s := range b.states(ids) {
				if s != want {
					t.Errorf("entry %d is %s, want %s", i+1, s, want)
				}
			}
		})
	}
}

func TestAnOperatorThatCountsAsWeDoRaisesNoAlarm(t *testing.T) {
	b, f, _ := sentFile(t)
	b.files.TotalsDiffer = func() { t.Error("an alarm") }
	a := answer(f, ack.Accepted)
	for _, totals := range []ack.Totals{{}, ack.Counted(f.Cut.Totals)} {
		a.Totals = totals
		_, err := b.files.Acknowledge(context.Background(), b.views, a)
		must(t, err)
	}
}
