package demo

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/follow"
)

// file is one of the client's, as GET /v1/files shows it.
type file struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Batches     int    `json:"batches"`
	Entries     int    `json:"entries"`
	DebitCents  int64  `json:"debit_cents"`
	CreditCents int64  `json:"credit_cents"`
	SHA256      string `json:"sha256"`
}

// fileTimeout is how long a file may take.
const fileTimeout = 30 * time.Second

// awaitFile waits until the file is in the outbox.
func awaitFile(ctx context.Context, s *story) error {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	began := time.Now()
	for {
		var list struct{ Data []file }
		if _, err := s.client.do(ctx, http.MethodGet, "/v1/files", nil, &list); err != nil {
			return err
		}
		if len(list.Data) > 0 && list.Data[0].State == "delivered" {
			s.file = list.Data[0]
			break
		}
		if !follow.Sleep(ctx, 20*time.Millisecond) {
			return fmt.Errorf("no file was delivered within %s", fileTimeout)
		}
	}
	var err error
	path := filepath.Join(s.Folder.Outbox(), s.file.Name)
	if s.content, err = os.ReadFile(path); err != nil {
		return err
	}
	s.say(`   GET /v1/files, %d ms later

   outbox/%s
   %s in %s: %s credited, %s debited
   sha256 %s

   Which entry leaves in which file, and under which trace number, was in the
   log before the first byte was rendered. moov-io/ach wrote the bytes, a strict
   reader of our own read them back and compared every field with the log.
`, time.Since(began).Milliseconds(), s.file.Name, text.Count(int(s.file.Entries), "entry", "entries"), text.Count(int(s.file.Batches), "batch", "batches"),
		dollars(s.file.CreditCents), dollars(s.file.DebitCents), s.file.SHA256)
	return nil
}
