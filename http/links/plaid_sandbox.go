package links

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// plaidSandbox resolves processor-sandbox- tokens without Plaid: the same token
// always gives the same account.
type plaidSandbox struct{}

// Account derives an account from a token.
func (plaidSandbox) Account(_ context.Context, token string) (api.PlaidAccount, error) {
	if !strings.HasPrefix(token, "processor-sandbox-") {
		return api.PlaidAccount{}, api.Invalid("/processor_token", "processor-token",
			"this server has no keys of Plaid and takes tokens that begin with processor-sandbox-")
	}
	sum := sha256.Sum256([]byte(token))
	return api.PlaidAccount{
		Routing: "121000358", Number: fmt.Sprintf("%012d", binary.BigEndian.Uint64(sum[:])%1e12),
		Type: domain.Checking, Name: "Bank of America Checking", Owner: "John Doe",
	}, nil
}
