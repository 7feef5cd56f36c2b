package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// forHandedIn binds a submitted file's content to its use.
const forHandedIn = "handed-in"

// HandIn seals a content that a person submitted, for an act that waits for
// another person.
func (l *Ledger) HandIn(name string, content []byte) (domain.Act, error) {
	sealed, err := l.Keys.Seal(domain.LedgerClient, content, forHandedIn)
	if err != nil {
		return domain.Act{}, fmt.Errorf("seal what was handed in: %w", err)
	}
	sum := sha256.Sum256(content)
	params, err := json.Marshal(domain.HandedIn{Name: name, SHA256: hex.EncodeToString(sum[:]), Bytes: len(content)})
	return domain.Act{Params: params, Sealed: sealed}, err
}

// HandedIn is the inverse of HandIn.
func (l *Ledger) HandedIn(act *domain.Act) (in domain.HandedIn, content []byte, err error) {
	if err := json.Unmarshal(act.Params, &in); err != nil {
		return in, nil, fmt.Errorf("read what was handed in: %w", err)
	}
	if content, err = l.Keys.Open(domain.LedgerClient, act.Sealed, forHandedIn); err != nil {
		return in, nil, fmt.Errorf("open what was handed in: %w", err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != in.SHA256 {
		return in, nil, errors.New("what was handed in is not what the request says")
	}
	return in, content, nil
}
