package inbound

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

func TestTheSameFileInEveryForm(t *testing.T) {
	w := newWorld(t)
	plain := vector(t, "05")
	lines := strings.Split(strings.TrimRight(string(plain), "\n"), "\n")
	trimmed := make([]string, len(lines))
	for i, l := range lines {
		trimmed[i] = strings.TrimRight(l, " ")
	}
	first := w.feed(plain)
	for name, content := range map[string]string{
		"CRLF":                  strings.Join(lines, "\r\n") + "\r\n",
		"CR":                    strings.Join(lines, "\r") + "\r",
		"no line end":           strings.Join(lines, "\n"),
		"unbroken":              strings.Join(lines, ""),
		"blocks of ten":         strings.Join(lines[:10], ""),
		"trimmed lines":         strings.Join(trimmed, "\n"),
		"blank lines":           "\n" + strings.Join(lines, "\n\n") + "\n\n",
		"no padding":            strings.Join(lines[:6], "\n") + "\n",
		"padding without end":   strings.Join(lines, "\n") + strings.Repeat("\n"+lines[9], 25),
		"a byte order mark":     "\xEF\xBB\xBF" + string(plain),
		"an end of file of old": string(plain) + "\x1A",
	} {
		if o := w.feedAs(name, []byte(content)); o.State != Duplicate || o.ID != first.ID {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments", n)
	}
	in, err := w.Inbound(t.Context(), first.ID)
	must(t, err)
	if in.Repeats != 11 {
		t.Errorf("it came again %d times", in.Repeats)
	}
}

func TestACorrectedCopyAddsOnlyWhatWasMissing(t *testing.T) {
	w := newWorld(t)
	good, bad := credits("400012345678"), credits("500098765432", "600000000001")
	content := render(t, good, bad)
	spoiled := edit(t, content, "500098765432     0000000100", "500098765432     0000000101")
	o := w.feed(spoiled)
	if o.State != "partly_quarantined" || o.Counts.Applied != 1 {
		t.Fatalf("outcome %+v", o)
	}
	if len(o.Reasons) == 0 || o.Reasons[0].Line != 8 || o.Reasons[0].Code != "total-credits" {
		t.Errorf("reasons %+v", o.Reasons)
	}
	again := w.feedAs("corrected.ach", content)
	if again.State != "applied" || again.Counts != (domain.InboundApplied{Applied: 2, Skipped: 1}) {
		t.Errorf("corrected %+v", again)
	}
	if n := len(w.received(gym)); n != 3 {
		t.Errorf("%d payments", n)
	}
	// The corrected copy has the same origin, date, time and modifier.
	in, err := w.Inbound(t.Context(), again.ID)
	must(t, err)
	if in.KeyReusedBy != o.ID {
		t.Errorf("no alarm: %+v", in)
	}
	w.sound()
}

func TestABatchTwiceInAFileIsAppliedOnce(t *testing.T) {
	w := newWorld(t)
	b := credits("400012345678")
	lines := strings.SplitAfter(string(render(t, b)), "\n")
	batch := strings.Join(lines[1:4], "")
	twice := balanced(t, lines[0]+batch+batch)
	o := w.feed(twice)
	if o.Counts != (domain.InboundApplied{Applied: 1, Skipped: 1}) {
		t.Errorf("outcome %+v", o)
	}
}

// balanced adds a file control record to batches.
func balanced(t *testing.T, records string) []byte {
	t.Helper()
	summary, err := nacha.Scan(strings.NewReader(records), nacha.Handler{})
	must(t, err)
	s := summary.Totals
	blocks := (summary.Records + 1 + 9) / 10
	return fmt.Appendf([]byte(records), "9%06d%06d%08d%010d%012d%012d%39s\n",
		s.Batches, blocks, s.Entries+s.Addenda, s.EntryHash, s.DebitCents, s.CreditCents, "")
}

func TestAHeaderKeyThatNothingWasAppliedUnderIsFree(t *testing.T) {
	w := newWorld(t)
	for _, number := range []string{"37", "31", "30", "05"} {
		o := w.feed(vector(t, number)) // all with the same header key
		in, err := w.Inbound(t.Context(), o.ID)
		must(t, err)
		if alarm := in.KeyReusedBy != ""; alarm != (number == "05") {
			t.Errorf("vector %s: alarm %t", number, alarm)
		}
	}
}

func TestEveryTrapInTheReaderIsQuarantineOrAQueue(t *testing.T) {
	for name, tt := range map[string]struct {
		number, old, with string
		waits             string // reason in the queue, or
		quarantined       string // code of the quarantine
	}{
		"a block count":                    {"05", "9000001000001", "9000001000002", "", "block-count"},
		"an addenda indicator without one": {"05", "ADA EXAMPLE             0", "ADA EXAMPLE             1", "addenda", ""},
		"addenda without the indicator":    {"06", "EXAMPLE WIDGETS LLC     1", "EXAMPLE WIDGETS LLC     0", "addenda", ""},
		"99 under a forward code":          {"02", "62623138010477000001", "62723138010477000001", "answer-code", ""},
		"a blank original trace":           {"02", "799R01231380100000001", "799R01               ", "trace", ""},
		"an addenda of another trace":      {"02", "121042880000501\n8", "121042880000502\n8", "trace", ""},
		"a Julian day 999":                 {"05", "2611233271", "2611239991", "", "settlement-day"},
		"an effective date that is none":   {"05", "2611233271", "2602303271", "", "effective-date"},
		"a name with a control character":  {"05", "ADA EXAMPLE", "ADA\tEXAMPLE", "", "character"},
		"an international entry to screen": {"07", "400012345678                           1", "400012345678                         1 1", "ofac", ""},
		"letters in an amount":             {"05", "0000151250", "00001A1250", "", "not-numeric"},
		"R90 before its day":               {"02", "799R01", "799R90", "reason-code", ""},
		"a routing number of zeros":        {"05", "622231380104", "622000000000", "", "entry-hash"},
		"a live code without money":        {"06", "0002500000INV", "0000000000INV", "", "total-debits"},
		"a trace that is not the sender's": {"05", "0121042880000071", "0121042890000071", "", "trace-prefix"},
		"traces that do not ascend":        {"05", "0121042880000072", "0121042880000071", "", "trace-order"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.sent()
			o := w.feed(edit(t, vector(t, tt.number), tt.old, tt.with))
			if tt.quarantined != "" {
				if o.State != "quarantined" || !hasReason(o.Reasons, tt.quarantined) || o.Counts.Applied != 0 {
					t.Errorf("outcome %+v", o)
				}
				return
			}
			if list := w.queue(); len(list) != 1 || list[0].Reason != tt.waits {
				t.Errorf("queue %+v, outcome %+v", list, o)
			}
		})
	}
}

func hasReason(list []nacha.Problem, code string) bool {
	for _, p := range list {
		if p.Code == code {
			return true
		}
	}
	return false
}

func TestTheRawFileIsKeptSealedBeforeTheLogKnowsIt(t *testing.T) {
	w := newWorld(t)
	content := bytes.ReplaceAll(vector(t, "05"), []byte("\n"), []byte("\r\n"))
	w.fault = func(step string) {
		if step == "before received" {
			names, err := filepath.Glob(filepath.Join(w.folder, "files/in/*"))
			if err != nil || len(names) != 1 {
				t.Errorf("kept %v, %v", names, err)
			}
		}
	}
	o := w.feed(content)
	file, err := w.intake.Kept(o.ID)
	must(t, err)
	defer file.Close()
	kept, err := io.ReadAll(file)
	must(t, err)
	if !bytes.Equal(kept, content) {
		t.Error("the kept file is not what came")
	}
	sealed := read(t, w.folder, "files/in", o.ID)
	if strings.Contains(sealed, "ADA EXAMPLE") {
		t.Error("the kept file can be read")
	}
	for name, damaged := range map[string]string{
		"cut off": sealed[:len(sealed)-1], "changed": sealed[:99] + string(sealed[99]^1) + sealed[100:], "empty": "", "longer": sealed + "more",
	} {
		must(t, os.WriteFile(filepath.Join(w.folder, "files/in", o.ID), []byte(damaged), 0o600))
		file, err := w.intake.Kept(o.ID)
		if err == nil {
			_, err = io.ReadAll(file)
			file.Close()
		}
		if err == nil {
			t.Errorf("a kept file that was %s is read", name)
		}
	}
}

// A kept file is sealed in chunks. One with several chunks can be read again.
func TestALongFileIsKeptInChunks(t *testing.T) {
	w := newWorld(t)
	const whole = 1 << 20
	for _, size := range []int{0, 1, whole - 1, whole, whole + 1, 3*whole + 7} {
		content := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		k, err := w.intake.bankFiles.create()
		must(t, err)
		for rest := content; len(rest) > 0; {
			n, err := k.Write(rest[:min(len(rest), 70_001)])
			must(t, err)
			rest = rest[n:]
		}
		must(t, k.commit("long"))
		file, err := w.intake.Kept("long")
		must(t, err)
		got, err := io.ReadAll(file)
		must(t, err)
		file.Close()
		if !bytes.Equal(got, content) {
			t.Errorf("%d bytes come back as %d", size, len(got))
		}
	}
}

// A kept file that ends after a chunk that is not the last one was cut off.
func TestALongFileCutOffBetweenChunksIsNotRead(t *testing.T) {
	w := newWorld(t)
	k, err := w.intake.bankFiles.create()
	must(t, err)
	_, err = k.Write(make([]byte, 2*1<<20+1))
	must(t, err)
	must(t, k.commit("long"))
	path := filepath.Join(w.folder, "files/in/long")
	sealed, err := os.ReadFile(path)
	must(t, err)
	first := saltBytes + 4 + int64(binary.BigEndian.Uint32(sealed[saltBytes:]))
	must(t, os.Truncate(path, first))
	file, err := w.intake.Kept("long")
	must(t, err)
	defer file.Close()
	if _, err := io.ReadAll(file); err == nil {
		t.Error("it was read")
	}
}

func TestAFileThatCannotBeReadToItsEndLeavesNothing(t *testing.T) {
	w := newWorld(t)
	broken := io.MultiReader(bytes.NewReader(vector(t, "05")), brokenPipe{})
	if _, err := w.intake.Take(t.Context(), "x", FromAPI, broken); err == nil {
		t.Error("it was taken in")
	}
	w.nothingApplied()
	left, err := os.ReadDir(filepath.Join(w.folder, "files/in"))
	must(t, err)
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
