package pgp

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
	"github.com/ProtonMail/gopenpgp/v3/armor"
	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/achledger/achledger/domain"
)

// KeyError is what is wrong with a key, and the setting that names its file.
type KeyError struct {
	Setting string // such as encrypt_to
	Index   int    // in the setting's list
	File    string
	Err     error
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("pgp.%s: the key file %s: %v", e.Setting, e.File, e.Err)
}

// Unwrap returns the cause.
func (e *KeyError) Unwrap() error { return e.Err }

// key is a key and where it was read.
type key struct {
	*crypto.Key
	setting, file string
}

// read reads the keys in the files of a setting. It stops at the first file
// that cannot be read, with a *KeyError.
func read(setting string, files []string, private bool) (keys []key, err error) {
	for i, file := range files {
		ring, err := readFile(file, private)
		if err != nil {
			return nil, &KeyError{setting, i, file, err}
		}
		for _, k := range ring {
			keys = append(keys, key{k, setting, file})
		}
	}
	return keys, nil
}

func readFile(file string, private bool) ([]*crypto.Key, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if plain, err := armor.UnarmorBytes(content); err == nil {
		content = plain
	}
	entities, err := openpgp.ReadKeyRing(bytes.NewReader(content))
	if err != nil || len(entities) == 0 {
		return nil, errors.New("holds no OpenPGP key: export it with gpg --export --armor")
	}
	var keys []*crypto.Key
	for _, e := range entities {
		k, err := crypto.NewKeyFromEntity(e)
		if err == nil {
			k, err = fit(k, private)
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// fit returns the key as it is needed: public, or private without a passphrase.
func fit(k *crypto.Key, private bool) (*crypto.Key, error) {
	switch {
	case !private && !k.IsPrivate():
		return k, nil
	case !private:
		return k.ToPublic()
	case !k.IsPrivate():
		return nil, fmt.Errorf("holds the public key %s, and the private one is needed: export it with gpg --export-secret-keys --armor", k.GetHexKeyID())
	}
	if locked, err := k.IsLocked(); err != nil || locked {
		return nil, fmt.Errorf("the private key %s has a passphrase: take it off before you export it, and keep the file readable for the server alone", k.GetHexKeyID())
	}
	return k, nil
}

// newest returns the newest key that can be used at a time. A rotation is
// prepared by a key whose validity begins later.
func newest(keys []key, now time.Time, can func(*crypto.Key, int64) bool) (key, bool) {
	usable := slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return k.begins().After(now) || !can(k.Key, now.Unix()) })
	if len(usable) == 0 {
		return key{}, false
	}
	slices.Reverse(usable) // MaxFunc returns the first of equals: here the one named last
	return slices.MaxFunc(usable, func(a, b key) int { return a.begins().Compare(b.begins()) }), true
}

func (k key) begins() time.Time { return k.GetEntity().PrimaryKey.CreationTime }

// ring makes a key ring.
func ring(keys []key) (*crypto.KeyRing, error) {
	all, err := crypto.NewKeyRing(nil)
	for _, k := range keys {
		if err == nil {
			err = all.AddKey(k.Key)
		}
	}
	return all, err
}

// canSign reports whether a private key can sign at a time.
func canSign(k *crypto.Key, at int64) bool {
	_, ok := k.GetEntity().SigningKey(time.Unix(at, 0), nil)
	return ok
}

func canEncrypt(k *crypto.Key, at int64) bool { return k.CanEncrypt(at) }

// loaded returns the bank's key and ours, if we sign, that are used now.
func loaded(p *domain.PGP, now time.Time) (to key, by *key, err error) {
	bank, err := read("encrypt_to", p.EncryptTo, false)
	if err != nil {
		return to, nil, err
	}
	to, ok := newest(bank, now, canEncrypt)
	if !ok {
		return to, nil, &KeyError{"encrypt_to", 0, p.EncryptTo[0], fmt.Errorf("has no key that can encrypt at this time: ask the bank for its new key")}
	}
	ours, err := read("sign_with", p.SignWith, true)
	if err != nil || len(p.SignWith) == 0 {
		return to, nil, err
	}
	signer, ok := newest(ours, now, canSign)
	if !ok {
		return to, nil, &KeyError{"sign_with", 0, p.SignWith[0], fmt.Errorf("has no key that can sign at this time: make a new one and give the bank its public part")}
	}
	return to, &signer, nil
}
