package nacha

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// naive is arithmetic done once more, the slow and obvious way, on lines that
// are known to be sound. It knows nothing of the reader.
type naive struct {
	records, hash, debits, credits int
}

func naiveSum(t testing.TB, lines []string) (n naive) {
	t.Helper()
	value := func(s string) int {
		v, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("not a number: %q", s)
		}
		return v
	}
	for _, line := range lines {
		if line[0] != '6' && line[0] != '7' {
			continue
		}
		n.records++
		if line[0] == '7' {
			continue
		}
		n.hash = (n.hash + value(line[3:11])) % 10_000_000_000
		if strings.Contains("56789", line[2:3]) {
			n.debits += value(line[29:39])
		} else {
			n.credits += value(line[29:39])
		}
	}
	return n
}

func (n naive) control() string {
	return fmt.Sprintf("%06d%010d%012d%012d", n.records, n.hash, n.debits, n.credits)
}

// balance writes the controls of a file anew, after a test has edited its
// entries; for one batch, without ADV.
func balance(t testing.TB, data []byte) []byte {
	t.Helper()
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	var kept []string
	for _, line := range lines {
		if line != nines {
			kept = append(kept, line)
		}
	}
	sum := naiveSum(t, kept)
	for i, line := range kept {
		switch line[0] {
		case '8':
			kept[i] = line[:4] + sum.control() + line[44:]
		case '9':
			blocks := (len(kept) + 9) / 10
			kept[i] = fmt.Sprintf("9%s%06d%08d%s", line[1:7], blocks, sum.records, sum.control()[6:]) + line[55:]
		}
	}
	return []byte(strings.Join(kept, "\n") + "\n")
}
