package node

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// searchNumbers looks for account numbers where there must be none: in answers to
// callers without scope reveal, in the server's log, and in every file of the given
// folders except for the outbox and the inbox.
func (w *walk) searchNumbers(folders ...string) {
	w.t.Helper()
	for _, text := range w.heard {
		w.searchIn("an answer", text)
	}
	w.searchIn("the server's log", w.log.text.String())
	searched := 0
	look := func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (path == w.folder.Outbox() || path == w.folder.Inbox()) {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		w.searchIn(path, string(content))
		return nil
	}
	for _, folder := range folders {
		if err := filepath.WalkDir(folder, look); err != nil {
			w.t.Error(err)
		}
	}
	if searched < 3 {
		w.t.Errorf("searched %d files", searched)
	}
	if !strings.Contains(w.outbox(), walkDigits) {
		w.t.Error("the files of the outbox have no account number: the search would find none anywhere")
	}
}

func (w *walk) searchIn(where, text string) {
	for at := 0; ; at++ {
		next := strings.Index(text[at:], walkDigits)
		if next < 0 {
			return
		}
		at += next
		rest := text[at:]
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		for n := len(walkDigits) + 1; n <= digits; n++ {
			if w.numbers[rest[:n]] {
				w.t.Errorf("account number %s is in %s: %.300q", rest[:n], where, text[max(0, at-120):min(len(text), at+80)])
				return
			}
		}
	}
}

// startAnew rebuilds views and stream from the log, and checks that the lists are as
// before.
func (w *walk) startAnew(before []map[string]string) {
	w.t.Helper()
	views, _ := filepath.Glob(w.folder.Views() + "*")
	for _, path := range append(views, w.folder.NATS()) {
		if err := os.RemoveAll(path); err != nil {
			w.t.Fatal(err)
		}
	}
	w.running = serve(w.t, w.folder, nil)
	w.sameLists(before)
}

// sameLists compares each client's lists with those before.
func (w *walk) sameLists(before []map[string]string) {
	w.t.Helper()
	for n, c := range w.clients {
		after := c.lists()
		for path, text := range before[n] {
			if after[path] != text {
				w.t.Errorf("client %d: %s is not what it was before its view was made anew:\n%s\nwas\n%s", c.n, path, after[path], text)
			}
		}
	}
}
