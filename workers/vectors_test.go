package workers

import (
	"fmt"
	"os"
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
