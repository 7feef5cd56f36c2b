package inbound

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// unstamped replaces the settlement date in every batch header: some operators
// leave it blank or 000.
func unstamped(t *testing.T, content []byte, with string) []byte {
	t.Helper()
	lines := strings.SplitAfter(string(content), "\n")
	for i, line := range lines {
		if line != "" && line[0] == '5' {
			lines[i] = line[:75] + with + line[78:]
		}
	}
	return []byte(strings.Join(lines, ""))
}

func TestWhatNobodyStampedIsBookedLikeAnythingElse(t *testing.T) {
	for _, none := range []string{"000", "   "} {
		w := newWorld(t)
		ids := w.sent()
		w.feed(unstamped(t, render(t, w.returned(ids[0], "R01"), w.corrected(ids[1], "C01", "9900112233")), none))
		if r := w.only(ids[0], domain.Return); r.SettledOn != "2026-11-24" {
			t.Errorf("%q: the return settled on %s", none, r.SettledOn)
		}
		w.only(ids[1], domain.Correction)
		o := w.feed(unstamped(t, vector(t, "05"), none))
		if o.State != "applied" || o.Counts.Applied != 2 || len(w.queue()) != 0 {
			t.Errorf("%q: payments %+v, queue %+v", none, o, w.queue())
		}
		w.sound()
	}
}

// A return without a settlement date is dishonored with the day on which it is
// assumed to have settled, because the dishonor's record needs one.
func TestAnUnstampedReturnCanBeDishonored(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(unstamped(t, render(t, w.returned(id, "R01")), "000"))
	w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R68"}, "2026-11-24 10:16")
	want := "799R68231380100000001      12104288   121042880000001328" // the 24th of November
	if file := w.delivered(); !strings.Contains(file, want) {
		t.Errorf("%q is not in\n%s", want, file)
	}
	w.sound()
}

// A dishonor of our return by a bank that stamps no settlement dates is
// contested with the days that we know.
func TestAnUnstampedDishonorIsBookedAndContested(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(unstamped(t, vector(t, "06"), "000"))
	id := w.received(gym)[0].ID
	item := w.returnIt(id, "R29") // leaves on Monday the 23rd
	w.clock.Set(at("2026-11-25 09:00"))
	dishonor := render(t, w.dishonored(gym, id, item, "R68", settles("2026-11-25")))
	trace := w.transaction(gym, id).Items[1].Filing.Trace
	w.feed(unstamped(t, edit(t, dishonor, trace+"328", trace+"000"), "000"))
	d := w.only(id, domain.Dishonor)
	if d.ReplyTo != item {
		t.Fatalf("dishonor %+v, queue %+v", d, w.queue())
	}
	w.ask(gym, id, answers.Contest{ItemID: "contest", ReplyTo: d.ID, Code: "R73"}, "2026-11-25 14:31")
	// Settled on the 23rd; returned on the 24th; dishonored in a file of the 24th.
	file := w.delivered()
	line := file[strings.Index(file, "799R73"):][:94]
	if line[35:38] != "327" || line[53:56] != "328" || line[73:76] != "328" {
		t.Errorf("contest %q", line)
	}
	w.sound()
}

// A batch control record with another company does not make the batch bad, but
// is a remark that people see.
func TestAnotherCompanyInTheControlIsARemarkOnTheFile(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	blank := func(content []byte) []byte {
		lines := strings.SplitAfter(string(content), "\n")
		for i, line := range lines {
			if line != "" && line[0] == '8' {
				lines[i] = line[:44] + "          " + line[54:]
			}
		}
		return []byte(strings.Join(lines, ""))
	}
	o := w.feed(blank(render(t, w.returned(id, "R01"))))
	w.only(id, domain.Return)
	o2 := w.feed(blank(vector(t, "05")))
	for _, o := range []Outcome{o, o2} {
		if o.State != "applied" || len(o.Reasons) != 0 {
			t.Errorf("outcome %+v", o)
		}
		must(t, w.views.CatchUp(t.Context()))
		f, _, err := w.views.FindInbound(t.Context(), o.ID)
		must(t, err)
		if len(f.Remarks) != 1 || f.Remarks[0].Code != nacha.ControlMismatch || f.Remarks[0].Line == 0 {
			t.Errorf("remarks %+v", f.Remarks)
		}
	}
	w.sound()
}

// A letter that is not ASCII makes nothing bad, in any encoding.
func TestOneLetterWithAnAccentCostsNothing(t *testing.T) {
	for name, letters := range map[string]string{"UTF-8": "ÀDÄ EXÄMPLÉ", "Latin-1": "\xC0D\xC4 EX\xC4MPL\xC9"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.clock.Set(at("2026-11-23 09:00"))
			o := w.feed(edit(t, vector(t, "05"), "ADA EXAMPLE", letters))
			if o.State != "applied" || o.Counts.Applied != 2 {
				t.Fatalf("outcome %+v", o)
			}
			if got := w.received(gym)[0].Received.Entry.Name; got != "ÀDÄ EXÄMPLÉ" {
				t.Errorf("name %q", got)
			}
		})
	}
}

// The same payments in another encoding are the same payments.
func TestAPaymentIsTakenOnceInWhateverEncoding(t *testing.T) {
	w := newWorld(t)
	w.feed(edit(t, vector(t, "05"), "ADA EXAMPLE", "ÀDÄ EXÄMPLÉ"))
	o := w.feed(edit(t, vector(t, "05"), "ADA EXAMPLE", "\xC0D\xC4 EX\xC4MPL\xC9"))
	if o.Counts != (domain.InboundApplied{Skipped: 2}) || len(w.received(gym)) != 2 {
		t.Errorf("outcome %+v, %d payments", o, len(w.received(gym)))
	}
	w.sound()
}

// A return copies fields of the payment, in characters that our files may
// contain: the company's name, the receiver's name and an unknown account
// number.
func TestTextThatCameWithAccentsGoesBackWithout(t *testing.T) {
	w := newWorld(t, returning)
	w.clock.Set(at("2026-11-23 09:00"))
	content := render(t, credits("400012345678", "55-E"))
	content = edit(t, edit(t, content, "ORCHARD FOODS", "ØRCHARD FÖÖDS"), "PAYROLL   ", "\u00A0LÖHNE 11\u0092")
	content = edit(t, edit(t, content, "0000000100               ADA EXAMPLE", "0000000100               BJÖRN ŁUK €"), "55-E", "55-É")
	if o := w.feed(content); o.Counts != (domain.InboundApplied{Applied: 2}) {
		t.Fatalf("outcome %+v, queue %+v", o, w.queue())
	}
	id := w.received(gym)[0].ID
	w.ask(gym, id, answers.Return{ItemID: "return", ReplyTo: w.transaction(gym, id).Items[0].ID, Code: "R03"}, "2026-11-23 10:16")
	files, err := filepath.Glob(filepath.Join(w.outbox(), "*"))
	must(t, err)
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		all.Write(text)
	}
	for _, want := range []string{"ORCHARD FOODS ", " LOHNE 11? ", "BJORN LUK E ", "55-E   "} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q is in none of %d files\n%s", want, len(files), all.String())
		}
	}
	if !nacha.Printable(strings.ReplaceAll(all.String(), "\n", "")) {
		t.Errorf("not all of it is ASCII\n%s", all.String())
	}
	w.sound()
}

// Corrected data with letters that are not ASCII cannot be applied. The
// notification is refused, in characters that a file may contain.
func TestARefusedChangeGoesBackInASCII(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(edit(t, render(t, w.corrected(id, "C01", "9900112233")), "9900112233", "99001É2233"))
	c := w.only(id, domain.Correction)
	if !slices.Contains(c.Incoming.Flags, flagUnusable) {
		t.Errorf("flags %v", c.Incoming.Flags)
	}
	w.ask(gym, id, answers.RefuseChange{ItemID: "refuse", ReplyTo: c.ID, Code: "C65"}, "2026-11-24 10:16")
	if file := w.delivered(); !strings.Contains(file, "99001E2233") {
		t.Errorf("not in\n%s", file)
	}
	w.sound()
}

// Whether a file is complete does not depend on its encoding or on the width of
// its lines.
func TestAWholeFileInTheInboxIsTakenHoweverItIsWritten(t *testing.T) {
	plain := string(vector(t, "05"))
	accents := strings.Replace(plain, "ADA EXAMPLE", "ÀDÄ EXÄMPLÉ", 1)
	records, _, _ := strings.Cut(accents, strings.Repeat("9", 94))
	unbroken := strings.TrimRight(strings.ReplaceAll(records, "\n", ""), " ")
	for name, content := range map[string]string{
		"lines of 95":                       strings.ReplaceAll(plain, "\n", " \r\n"),
		"lines of 95, no final end":         strings.TrimRight(strings.ReplaceAll(plain, "\n", " \n"), "\n"),
		"unbroken, trimmed, LF":             unbroken + "\n",
		"unbroken, trimmed":                 unbroken,
		"unbroken in UTF-8, with its nines": strings.ReplaceAll(accents, "\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			w := watching(t)
			w.drop("file", []byte(content))
			w.look()
			if got := w.in("done"); !slices.Equal(got, []string{"file"}) || len(w.received(gym)) != 2 {
				t.Errorf("done %v, waiting %+v, quarantine %v", got, w.intake.UnfinishedFiles(), w.in("quarantine"))
			}
			w.sound()
		})
	}
}

func TestZerosForADateOfDeathAreNone(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	content := render(t, w.returned(ids[0], "R01"), w.returned(ids[1], "R14"))
	for _, code := range []string{"799R01231380100000001", "799R14231380100000002"} {
		content = edit(t, content, code+"      ", code+"000000")
	}
	w.feed(content)
	w.only(ids[0], domain.Return)
	if r := w.only(ids[1], domain.Return); r.Incoming.Entry.Return.DateOfDeath != "" {
		t.Errorf("return %+v", r.Incoming.Entry.Return)
	}
	w.sound()
}

func TestANameOfZerosWaitsAsABlankOneDoes(t *testing.T) {
	for _, name := range []string{"00000000000", "           "} {
		w := newWorld(t)
		b := credits("400000000001")
		b.Header.SEC, b.Header.ServiceClass, b.Entries[0].Code = "TEL", nacha.DebitClass, 27
		o := w.feed(edit(t, render(t, b), "ADA EXAMPLE", name))
		if o.Counts != (domain.InboundApplied{Unmatched: 1}) {
			t.Errorf("outcome %+v", o)
		}
		if u := w.waits(nacha.MandatoryField); !strings.Contains(u.Message, "R26") {
			t.Errorf("message %q", u.Message)
		}
		w.sound()
	}
}

// A printed acknowledgement of an operator is not in our format: the quarantine
// has one reason, which says what to do.
func TestAPrintedAcknowledgementHasOneReasonAndAWayOut(t *testing.T) {
	w := newWorld(t)
	text := "****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS ******\n\n  FILE STATUS: ACCEPTED\n" + strings.Repeat("  ITEM OK\n", 30)
	o := w.feed([]byte(text))
	if o.State != "quarantined" || len(o.Reasons) != 1 {
		t.Fatalf("outcome %+v", o)
	}
	for _, want := range []string{"no NACHA file", "docs/acknowledgement-format.md"} {
		if !strings.Contains(o.Reasons[0].Message, want) {
			t.Errorf("%q is not in %q", want, o.Reasons[0].Message)
		}
	}
}

// Text continues over addenda, blanks included, and does so in the log.
func TestAddendaKeepTheirBlanksInTheLog(t *testing.T) {
	w := newWorld(t)
	b := credits("400000000001")
	full := func(s string) string { return s + strings.Repeat(" ", 80-len(s)) }
	b.Header.SEC = "CTX"
	b.Entries[0].Addenda05 = []string{full("ST*820*0001\\N1*PE*ACME"), full("CORPORATION"), "SE*5*0001\\"}
	w.feed(render(t, b))
	id := w.received(gym)[0].ID
	if got := w.transaction(gym, id).Received.Entry.Addenda05; !slices.Equal(got, b.Entries[0].Addenda05) {
		t.Errorf("addenda %q", got)
	}
	events := w.events((domain.TransactionReceived{}).Type())
	if !strings.Contains(string(events[0].Data), full("CORPORATION")) {
		t.Errorf("the event says %s", events[0].Data)
	}
}

// A POS payment is returned without its terminal data.
func TestATerminalPaymentIsReturned(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	b := credits("400000000001")
	b.Header.SEC, b.Header.ServiceClass, b.Entries[0].Code = "POS", nacha.DebitClass, 27
	b.Entries[0].Addenda02 = "REF0001R02TERM010001231123AUTH0112 SAMPLE STREET           SCRANTON       PA"
	w.feed(render(t, b))
	w.returnIt(w.received(gym)[0].ID, "R01")
	if file := w.delivered(); !strings.Contains(file, "799R01121042880000001") || strings.Contains(file, "TERM01") {
		t.Errorf("returned\n%s", file)
	}
	w.sound()
}

// An IAT payment with characters that our files may not contain can be returned
// nevertheless.
func TestAnInternationalPaymentGoesBackInASCII(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	content := edit(t, vector(t, "07"), "NORTH SENDER", "NÖRTH SENDÉR")
	content = edit(t, content, "10 RUE EXEMPLE", "10 RÜE ÉXEMPLE")
	w.feed(content)
	if len(w.received(gym)) == 0 {
		t.Fatalf("queue %+v", w.queue())
	}
	w.returnIt(w.received(gym)[0].ID, "R03")
	if file := w.delivered(); !strings.Contains(file, "711NORTH SENDER ") || !strings.Contains(file, "10 RUE EXEMPLE") {
		t.Errorf("returned\n%s", file)
	}
	w.sound()
}
