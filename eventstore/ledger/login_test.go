package ledger

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

// one is a directory with one credential.
type one domain.Credential

func (o one) Credential(_ context.Context, key string) (domain.Credential, error) {
	if key != o.Key {
		return domain.Credential{Key: key}, nil
	}
	return domain.Credential(o), nil
}

// Behind a proxy everybody has its address, and over NATS a program may try a
// wrong secret all day: who knows the right one comes in.
func TestTheRightSecretIsNeverLockedOut(t *testing.T) {
	key := strings.Repeat("k", 20)
	known := one{Key: key, Client: "gym", Version: 1, SecretHash: HashSecret("right")}
	l := NewLogins(known, time.Now, slog.New(slog.DiscardHandler), nil)
	slowed := 0
	for range 10 * addressFailures {
		for _, door := range []string{"http", "nats"} {
			_, err := l.Authenticate(t.Context(), door, key, "wrong", "192.0.2.1:4000")
			var refused *LoginError
			if !errors.As(err, &refused) {
				t.Fatalf("a wrong secret at %s: %v", door, err)
			}
			if refused.Wait > 0 {
				slowed++
			}
			if _, err := l.Authenticate(t.Context(), door, key, "right", "192.0.2.1:4001"); err != nil {
				t.Fatalf("the right secret at %s: %v", door, err)
			}
		}
	}
	if slowed == 0 {
		t.Error("wrong secrets are never slowed")
	}
}
