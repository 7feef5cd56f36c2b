package node

import (
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/pgp"
)

// checkKeys lets package http validate key files, which it must not read
// itself.
func checkKeys(p *domain.PGP) (faults []domain.FieldError, warnings []string) {
	wrong, warnings := pgp.Check(p, time.Now())
	for _, w := range wrong {
		faults = append(faults, domain.FieldError{Pointer: fmt.Sprintf("/pgp/%s/%d", w.Setting, w.Index), Code: "key", Message: w.Err.Error()})
	}
	return faults, warnings
}
