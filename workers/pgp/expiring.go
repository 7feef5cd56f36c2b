package pgp

import (
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
)

// ExpiringWithin is how long before its expiry a key causes a warning.
const ExpiringWithin = 30 * 24 * time.Hour

// Check reads every key of a bank. faults are about keys without which files
// cannot be sent or read. warnings name keys that are not valid yet, expire
// within ExpiringWithin, or can no longer be used.
func Check(p *domain.PGP, now time.Time) (faults []*KeyError, warnings []string) {
	note := func(err error) {
		var at *KeyError
		if errors.As(err, &at) {
			faults = append(faults, at)
		}
	}
	for _, list := range []struct {
		setting string
		files   []string
		private bool
	}{{"encrypt_to", p.EncryptTo, false}, {"sign_with", p.SignWith, true}, {"decrypt_with", p.DecryptWith, true}, {"verify_with", p.VerifyWith, false}} {
		keys, err := read(list.setting, list.files, list.private)
		note(err)
		for _, k := range keys {
			if why := k.ends(now); why != "" {
				warnings = append(warnings, fmt.Sprintf("pgp.%s: the key %s in %s %s", list.setting, k.GetHexKeyID(), k.file, why))
			}
		}
	}
	if len(faults) == 0 {
		_, err := Keys(p, now)
		note(err)
	}
	return faults, warnings
}

// ends says why a key needs attention; "" if it does not.
func (k key) ends(now time.Time) string {
	soon := now.Add(ExpiringWithin)
	switch {
	case k.IsRevoked(now.Unix()):
		return "is revoked"
	case k.begins().After(now):
		return "begins on " + day(k.begins())
	case k.IsExpired(now.Unix()):
		return "has expired"
	case k.IsExpired(soon.Unix()):
		return "expires before " + day(soon) + ": agree on the next one now, and name both until then"
	default:
		return ""
	}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
