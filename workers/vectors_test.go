package workers

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
)

// eight originates the entries that the first golden file holds.
func (b *bank) eight() (ids []string) {
	b.t.Helper()
	for n := 1; n <= 8; n++ {
		id := uuid.Must(uuid.NewV7()).String()
		b.originate(gym, id, pull(n, cents(int64(n)*1000+25), on("2026-11-23")), fmt.Sprintf("7700000%d", n))
		ids = append(ids, id)
	}
	return ids
}

func golden(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	must(t, err)
	return string(content)
}

func TestEightDebitsBecomeTheGoldenFileByteForByte(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) { s.Batching.MaxEntries = 8 })
	b.eight()
	b.sweep()
	if got, want := b.bytes(b.onlyFile()), golden(t, "ppd-debits.ach"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.verify()
}

// numberless blanks what is not the transactions' to say: the trace numbers
// of the entries, and the number of the batch in its file.
func numberless(file string) (records []string) {
	for line := range strings.Lines(file) {
		switch line[0] {
		case '6':
			line = line[:79]
		case '5', '8':
			line = line[:87]
		default:
			continue
		}
		records = append(records, line)
	}
	return records
}

func TestTwoPrenotesBecomeTheGoldenBatch(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) { s.Batching.MaxEntries = 2 })
	for n, name := range []string{"PRENOTE CREDIT", "PRENOTE DEBIT"} {
		p := pull(n+101, cents(0), on("2026-11-23"))
		p.ToName = name
		if n == 0 {
			p.PushPull = domain.Push
		}
		b.originate(gym, uuid.Must(uuid.NewV7()).String(), p, fmt.Sprintf("8800%d", n+1))
	}
	b.sweep()
	got, want := numberless(b.bytes(b.onlyFile())), numberless(golden(t, "prenotes.ach"))
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	b.verify()
}
