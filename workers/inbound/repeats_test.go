package inbound

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// clear lists the files that contain a number in the clear, except those for
// the bank.
func (w *world) clear(number string) (list []string) {
	w.t.Helper()
	must(w.t, w.views.CatchUp(w.t.Context()))
	err := filepath.WalkDir(w.folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Dir(path) == w.outbox() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(number)) {
			list = append(list, filepath.Base(path))
		}
		return err
	})
	must(w.t, err)
	return list
}

// left reports whether a file for the bank contains a text.
func (w *world) left(text string) bool {
	w.t.Helper()
	paths, err := filepath.Glob(filepath.Join(w.outbox(), "*.ach"))
	must(w.t, err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		must(w.t, err)
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// repeated makes a payment that repeats its account number in every text field.
func repeated(number string) nacha.Batch {
	b := credits(number)
	b.Header.DiscretionaryData = number
	e := &b.Entries[0]
	e.IndividualID, e.Name, e.Addenda05 = "ID-"+number, number[:4]+" "+number[4:], []string{`NTE*ACCT ` + number + `\`}
	return b
}

func TestANumberThatTheBankRepeatsIsMaskedAndLeavesWhole(t *testing.T) {
	const number = "40012345678"
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(render(t, repeated(number)))
	p := w.received(gym)[0]
	e := p.Received.Entry
	if e.IndividualID != "ID-*******5678" || e.Name != "********5678" || e.Addenda05[0] != `NTE*ACCT *******5678\` || p.Received.Header.DiscretionaryData != "*******5678" {
		t.Errorf("the log has %+v", p.Received)
	}
	w.ask(gym, p.ID, answers.Return{ItemID: "back", ReplyTo: p.Items[0].ID, Code: "R23"}, "2026-11-23 14:31")
	if !w.left("ID-" + number) {
		t.Error("the return does not have the identification of the payment it returns")
	}
	if found := w.clear(number); len(found) > 0 {
		t.Errorf("it lies in the clear in %v", found)
	}
	w.sound()
}

func TestANumberThatTheBankRepeatsIsMaskedInTheQueueToo(t *testing.T) {
	const number = "99912345678"
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(render(t, repeated(number)))
	u := w.waits(unknownAccount)
	if u.Name != "********5678" {
		t.Errorf("it waits as %+v", u)
	}
	id, err := w.intake.Assign(t.Context(), u.ID, gym, "")
	must(t, err)
	p := w.transaction(gym, id)
	if p.Received.Entry.IndividualID != "ID-*******5678" {
		t.Errorf("the log has %+v", p.Received)
	}
	w.ask(gym, id, answers.Return{ItemID: "back", ReplyTo: p.Items[0].ID, Code: "R23"}, "2026-11-23 14:31")
	if !w.left("ID-" + number) {
		t.Error("the return does not have the identification of the payment it returns")
	}
	if found := w.clear(number); len(found) > 0 {
		t.Errorf("it lies in the clear in %v", found)
	}
	w.sound()
}

func TestAnAnswerDoesNotTellTheNumberOfWhatItAnswers(t *testing.T) {
	const number = "77012345678"
	w := newWorld(t)
	id := w.originate(domain.Proposal{
		SEC: "PPD", PushPull: domain.Pull, ToRouting: theirBank, ToAccountType: domain.Checking, ToName: "ADA MARSH",
		Description: "DUES NOV", AmountCents: 1025, EffectiveOn: "2026-11-23",
	}, number)
	w.sweepAt("2026-11-20 14:31")
	w.clock.Set(at("2026-11-24 09:00"))
	w.feed(render(t, w.returned(id, "R03", func(_ *nacha.BatchHeader, e *nacha.Entry) {
		e.Account, e.IndividualID, e.Return.Information = "1", number, "NO ACCT 770-1234-5678"
	})))
	if got := w.only(id, domain.Return).Incoming.Entry.Return.Information; got != "NO ACCT *********5678" {
		t.Errorf("the log has %q", got)
	}
	w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R62"}, "2026-11-24 14:31")
	if !w.left(number + "    ADA MARSH") {
		t.Error("the dishonored return does not have the identification of the return")
	}
	for _, written := range []string{number, "770-1234-5678"} {
		if found := w.clear(written); len(found) > 0 {
			t.Errorf("%s lies in the clear in %v", written, found)
		}
	}
	w.sound()
}

func TestABirthDateIsReadMaskedAndGoesBackWithTheReturn(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	content := strings.Split(string(vector(t, "07")), "\n")
	for i, line := range content {
		switch {
		case strings.HasPrefix(line, "712"):
			content[i] = line[:73] + "1962-11-03" + line[83:]
		case strings.HasPrefix(line, "716"):
			content[i] = line[:73] + "1984-02-29" + line[83:]
		}
	}
	w.feed([]byte(strings.Join(content, "\n")))
	p := w.received(gym)[0]
	if a := p.Received.Entry.IAT; a.Originator.BirthDate != "****-**-**" || a.Receiver.BirthDate != "****-**-**" {
		t.Errorf("the log has %+v", a)
	}
	whole, err := w.OpenIAT(&p)
	must(t, err)
	if whole.From.BornOn != "1962-11-03" || whole.To.BornOn != "1984-02-29" {
		t.Errorf("it opens as %+v", whole)
	}
	w.ask(gym, p.ID, answers.Return{ItemID: "back", ReplyTo: p.Items[0].ID, Code: "R23"}, "2026-11-23 14:31")
	for _, born := range []string{"1962-11-03", "1984-02-29"} {
		if !w.left(born + "    ") {
			t.Errorf("%s does not go back", born)
		}
		if found := w.clear(born); len(found) > 0 {
			t.Errorf("%s lies in the clear in %v", born, found)
		}
	}
	w.sound()
}
