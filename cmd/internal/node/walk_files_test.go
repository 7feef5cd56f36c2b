package node

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// walkFile is a file as operations list it.
type walkFile struct {
	ID, Name, State, Client string
	Entries                 int
}

func (w *walk) files() []walkFile {
	var list struct {
		Data []walkFile
		Next *string `json:"next_cursor"`
	}
	w.must(200, w.ops, "GET", "/v1/ops/files?limit=1000", nil, &list)
	if list.Next != nil {
		w.t.Error("the walk made more than 1000 files")
	}
	return list.Data
}

// leaves is an entry as a file has it: its kind, direction and amount.
type leaves struct {
	kind  string
	debit bool
	cents int64
}

// readEntries reads the entries of a file by the columns of the NACHA records.
func readEntries(text string) (list []leaves, accounts, traces []string, err error) {
	description, sec := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) != 94 {
			return nil, nil, nil, fmt.Errorf("a record of %d characters", len(line))
		}
		switch {
		case line[0] == '5':
			sec, description = line[50:53], strings.TrimSpace(line[53:63])
		case line[0] == '6':
			cents, err := strconv.ParseInt(line[29:39], 10, 64)
			if err != nil {
				return nil, nil, nil, err
			}
			kind := map[string]string{"REVERSAL": "Reversal", "RETRY PYMT": "Retry", "RETURN FEE": "ReturnFee"}[description]
			if kind == "" {
				kind = "Origination"
			}
			account := line[12:29]
			if sec == "IAT" {
				account = line[39:74]
			}
			code := line[2]
			if line[1] == '5' { // a transaction code of a loan account
				code = map[byte]byte{'5': '7'}[code]
			}
			list = append(list, leaves{kind, code >= '6', cents})
			accounts, traces = append(accounts, strings.TrimSpace(account)), append(traces, line[79:94])
		case strings.HasPrefix(line, "799"):
			e := &list[len(list)-1]
			switch code := line[3:6]; {
			case code >= "R61" && code <= "R70":
				e.kind = "DishonoredReturn"
			case code >= "R71" && code <= "R77":
				e.kind = "ContestedReturn"
			default:
				e.kind = "Return"
			}
		case strings.HasPrefix(line, "798"):
			list[len(list)-1] = leaves{kind: map[bool]string{true: "RefusedCorrection", false: "Correction"}[line[3:6] >= "C61"]}
		}
	}
	return list, accounts, traces, nil
}

// compareFiles reads every file that is valid, delivered or downloaded, and compares
// the entries with the promises.
func (w *walk) compareFiles() {
	w.t.Helper()
	want, got := map[leaves]int{}, map[leaves]int{}
	for _, c := range w.clients {
		for _, p := range c.promises {
			if p.dead || p.comes {
				continue
			}
			switch p.kind {
			case "Correction", "RefusedCorrection":
				want[leaves{kind: p.kind}]++
			case "Return", "DishonoredReturn", "ContestedReturn":
				want[leaves{p.kind, false, p.cents}]++
			default:
				want[leaves{p.kind, p.debit, p.cents}]++
			}
		}
	}
	bearer, offsets := map[string]string{}, map[string]bool{}
	for _, c := range w.clients {
		for _, o := range c.offsets() {
			offsets[o.Data.Trace] = true
		}
	}
	for _, f := range w.files() {
		if f.State == "released" {
			continue // it has no bytes any more
		}
		text := w.bytesOf(f)
		list, accounts, traces, err := readEntries(text)
		if err != nil {
			w.t.Errorf("file %s: %v", f.Name, err)
			continue
		}
		for n, e := range list {
			if f.State == "refused" && !w.stay[traces[n]] {
				continue // the entry waits again
			}
			if other, twice := bearer[traces[n]]; twice {
				w.t.Errorf("trace number %s is in %s and in %s", traces[n], other, f.Name)
			}
			bearer[traces[n]] = f.Name
			if !w.numbers[accounts[n]] {
				w.t.Errorf("file %s has an account that nobody gave: %q", f.Name, accounts[n])
			}
			if strings.HasSuffix(e.kind, "Return") {
				e.debit = false
			}
			if !offsets[traces[n]] && (e.kind != "Origination" || e.cents > 0) { // prenotes are the ledger's own
				got[e]++
			}
		}
	}
	for e, n := range want {
		if got[e] != n {
			w.t.Errorf("%+v is in %d files, want %d", e, got[e], n)
		}
	}
	for e, n := range got {
		if want[e] == 0 {
			w.t.Errorf("%+v is in %d files and was not promised, or taken back", e, n)
		}
	}
	if w.t.Failed() {
		w.t.Logf("seed %d: %d kinds of entries were promised", w.seed, len(want))
	}
}

// bytesOf downloads a file as its client, and checks that a copy in the outbox has the
// same bytes.
func (w *walk) bytesOf(f walkFile) string {
	for _, c := range w.clients {
		if c.id != f.Client {
			continue
		}
		request, err := http.NewRequest("GET", w.Base+"/v1/files/"+f.ID+"/nacha", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		request.Header.Set("Authorization", basic(c.reveal))
		status, text, _ := w.send(request)
		if status != 200 {
			w.t.Errorf("the bytes of %s answer %d %s", f.ID, status, text)
		}
		sent, err := os.ReadFile(filepath.Join(w.folder.Outbox(), f.Name))
		if err == nil && string(sent) != text {
			w.t.Errorf("%s in the outbox is not what the client downloads", f.Name)
		}
		return text
	}
	w.t.Errorf("file %s is of client %q, which nobody knows", f.ID, f.Client)
	return ""
}

// everythingLeft checks the state of each promise in the ledger: nothing waits any
// more, and dead promises have not left.
func (c *walker) everythingLeft() {
	c.w.t.Helper()
	for _, p := range c.promises {
		if p.tx == "" {
			continue
		}
		var t told
		if !c.want(200, "GET", "/api/transaction/"+p.tx, nil, &t) {
			continue
		}
		for _, e := range t.Events {
			if e.EventID != p.event {
				continue
			}
			left := e.Status == "Transmitted" || e.Status == "Released"
			if left == p.dead || !left && e.Status != "Recalled" && e.Status != "Rejected" {
				c.w.t.Errorf("%s %s of %s is %s (%s); the model says dead: %t", p.kind, p.event, p.tx, e.Status, e.Reason, p.dead)
			}
		}
	}
}
