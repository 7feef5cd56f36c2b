package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// outbox reads every file in the outbox by column, with none of the product's code.
// It counts the entries by the mark in their individual identification, and checks
// that totals add up and that trace numbers and headers are unique.
func (s *subject) outbox() map[string]int {
	s.t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.folder, "outbox", "*.ach"))
	if err != nil {
		s.t.Fatal(err)
	}
	sent, traces, headers := map[string]int{}, map[string]string{}, map[string]string{}
	for _, path := range slices.DeleteFunc(paths, hidden) {
		content, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		name := filepath.Base(path)
		records := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
		if len(records)%10 != 0 {
			s.t.Errorf("%s has %d records, not a multiple of ten", name, len(records))
		}
		var credits, entries, hash int64
		for i, r := range records {
			if len(r) != 94 {
				s.t.Fatalf("%s line %d has %d columns", name, i+1, len(r))
			}
			switch {
			case r[0] == '1':
				key := r[13:34] // origin, date, time, modifier
				if other, used := headers[key]; used {
					s.t.Errorf("%s and %s have the same header %q", name, other, key)
				}
				headers[key] = name
			case r[0] == '6':
				sent[strings.TrimSpace(r[39:54])]++
				if other, used := traces[r[79:94]]; used {
					s.t.Errorf("%s and %s share trace %s", name, other, r[79:94])
				}
				traces[r[79:94]] = name
				credits += s.number(r[29:39])
				hash += s.number(r[3:11])
				entries++
			case r[0] == '9' && strings.Trim(r, "9") != "":
				if s.number(r[13:21]) != entries || s.number(r[21:31]) != hash%10_000_000_000 || s.number(r[43:55]) != credits {
					s.t.Errorf("%s does not add up: %d entries, hash %d, %d cents; it says %q", name, entries, hash, credits, r)
				}
			}
		}
	}
	return sent
}

func (s *subject) number(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		s.t.Errorf("%q is no number", digits)
	}
	return n
}
