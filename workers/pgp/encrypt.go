package pgp

import (
	"bytes"
	"crypto/sha256"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"

	"github.com/achledger/achledger/domain"
)

// library is the OpenPGP profile that every program can read.
func library() *crypto.PGPHandle { return crypto.PGPWithProfile(profile.RFC4880()) }

// Keys returns the fingerprints of the keys that would encrypt and sign now. An
// error about a key is a *KeyError.
func Keys(p *domain.PGP, now time.Time) ([]string, error) {
	to, by, err := loaded(p, now)
	return fingerprints(to, by), err
}

func fingerprints(to key, by *key) (list []string) {
	if to.Key != nil {
		list = append(list, to.GetFingerprint())
	}
	if by != nil {
		list = append(list, by.GetFingerprint())
	}
	return list
}

// Encrypt encrypts a file to the bank's newest key and, if there are keys to
// sign with, signs it with our newest one. Each call gives other bytes. An
// error about a key is a *KeyError.
func Encrypt(p *domain.PGP, content []byte, now time.Time) ([]byte, *domain.Encrypted, error) {
	to, by, err := loaded(p, now)
	if err != nil {
		return nil, nil, err
	}
	recipient, err := ring([]key{to})
	if err != nil {
		return nil, nil, err
	}
	builder := library().Encryption().Recipients(recipient)
	if by != nil {
		builder = builder.SigningKey(by.Key)
	}
	handle, err := builder.New()
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	out.Grow(len(content) + len(content)/2)
	encoding := crypto.Bytes
	if p.Armor {
		encoding = crypto.Armor
	}
	w, err := handle.EncryptingWriter(&out, encoding)
	if err != nil {
		return nil, nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, nil, err
	}
	if err := w.Close(); err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), &domain.Encrypted{SHA256: sum[:], Size: int64(out.Len()), Keys: fingerprints(to, by)}, nil
}
