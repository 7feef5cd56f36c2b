package domain

import (
	"slices"
	"strconv"
)

// PGP is how files to and from a bank are encrypted and signed. Keys stay in
// their own files, armored or not, and are read each time they are needed. A
// list has more than one while keys are rotated: the newest that is valid
// encrypts or signs, and every one decrypts or verifies.
type PGP struct {
	// EncryptTo are the bank's public keys.
	EncryptTo []string `json:"encrypt_to"`
	// SignWith are our private keys; without one nothing is signed.
	SignWith []string `json:"sign_with,omitempty"`
	// DecryptWith are our private keys for what comes in; left out, SignWith.
	DecryptWith []string `json:"decrypt_with,omitempty"`
	// VerifyWith are the bank's public keys that sign what comes in; left out,
	// EncryptTo.
	VerifyWith []string `json:"verify_with,omitempty"`
	// AcceptPlain names what the bank may send without a signature: files,
	// acknowledgements.
	AcceptPlain []string `json:"accept_plain,omitempty"`
	// Armor writes text, for banks that take no other.
	Armor bool `json:"armor,omitempty"`
}

// What a bank may be allowed to send without a signature.
const (
	PlainFiles            = "files"
	PlainAcknowledgements = "acknowledgements"
)

// Decrypts are the files of the keys that decrypt what comes in.
func (p *PGP) Decrypts() []string {
	if len(p.DecryptWith) > 0 {
		return p.DecryptWith
	}
	return p.SignWith
}

// Verifies are the files of the keys that sign what comes in.
func (p *PGP) Verifies() []string {
	if len(p.VerifyWith) > 0 {
		return p.VerifyWith
	}
	return p.EncryptTo
}

// Signs reports whether the bank signs what it sends of a kind, so that
// anything else is not from it. A bank without PGP signs nothing.
func (p *PGP) Signs(kind string) bool {
	return p != nil && !slices.Contains(p.AcceptPlain, kind)
}

func (p *PGP) check(f *fields) {
	if p == nil {
		return
	}
	if len(p.EncryptTo) == 0 {
		f.bad("/pgp/encrypt_to", "required", "the file of the bank's public key is required")
	}
	if len(p.Decrypts()) == 0 {
		f.bad("/pgp/decrypt_with", "required", "the file of our private key is required, here or as sign_with")
	}
	for at, files := range p.KeyFiles() {
		for i, name := range files {
			if name == "" {
				f.bad("/pgp/"+at+"/"+strconv.Itoa(i), "required", "names the file of a key")
			}
		}
	}
	for i, kind := range p.AcceptPlain {
		if kind != PlainFiles && kind != PlainAcknowledgements {
			f.bad("/pgp/accept_plain/"+strconv.Itoa(i), "enum", "files or acknowledgements")
		}
	}
}

// KeyFiles are the files that are named, by the setting that names them.
func (p *PGP) KeyFiles() map[string][]string {
	return map[string][]string{
		"encrypt_to": p.EncryptTo, "sign_with": p.SignWith, "decrypt_with": p.DecryptWith, "verify_with": p.VerifyWith,
	}
}
