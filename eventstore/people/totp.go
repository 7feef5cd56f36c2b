package people

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/achledger/achledger/domain"
)

// period is how long a code is valid. skew is by how many periods the clock of
// the app may be off.
const (
	period = 30 * time.Second
	skew   = 1
)

// forTOTPOf is the purpose under which a TOTP secret is sealed; it binds the
// secret to the person.
func forTOTPOf(email string) string { return "totp/" + email }

// codeOf finds the period of a code, within skew of now.
func (s *SignIns) codeOf(email string, sealed []byte, code string) (step int64, right bool, err error) {
	secret, err := s.Ledger.Keys.Open(domain.LedgerClient, sealed, forTOTPOf(email))
	if err != nil {
		return 0, false, fmt.Errorf("open the TOTP secret of %s: %w", email, err)
	}
	now := s.Now()
	for off := -skew; off <= skew; off++ {
		at := now.Add(time.Duration(off) * period)
		want, err := totp.GenerateCode(string(secret), at)
		if err != nil {
			return 0, false, fmt.Errorf("compute a code of %s: %w", email, err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, right = at.Unix()/int64(period/time.Second), true
		}
	}
	return step, right, nil
}

// useStep marks a code's period as used: neither its code nor that of an
// earlier period is accepted again, on any node.
func (s *SignIns) useStep(ctx context.Context, email string, step int64) (fresh bool, err error) {
	row, ok, err := s.Rows.PersonRow(ctx, stepRow, email)
	if err != nil || !ok {
		return false, err
	}
	var last int64
	if err := json.Unmarshal(row.Value, &last); err != nil {
		return false, fmt.Errorf("read the last code of %s: %w", email, err)
	}
	if step <= last {
		return false, nil
	}
	next, err := json.Marshal(step)
	if err != nil {
		return false, err
	}
	return s.Rows.SwapPersonRow(ctx, stepRow, email, row.Value, next)
}
