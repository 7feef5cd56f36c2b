package domain

import (
	"slices"
	"strconv"
)

// PGP is how files to and from a bank are encrypted and signed. Keys are in
// files of their own, armored or not, which are read at each use. A list has
// more than one while keys are rotated: the newest valid one encrypts or signs,
// and each of them decrypts or verifies.
type PGP struct {
	// EncryptTo are the bank's public keys.
	EncryptTo []string `json:"encrypt_to"`
	// SignWith are our private keys; without one nothing is signed.
	SignWith []string `json:"sign_with,omitempty"`
	// DecryptWith are our private keys for received files; default: SignWith.
	DecryptWith []string `json:"decrypt_with,omitempty"`
	// VerifyWith are the bank's public keys for its signatures; default: EncryptTo.
	VerifyWith []string `json:"verify_with,omitempty"`
	// AcceptPlain names what the bank may send without a signature: files,
	// acknowledgements.
	AcceptPlain []string `json:"accept_plain,omitempty"`
	// Armor writes ASCII armor, for banks that accept nothing else.
	Armor bool `json:"armor,omitempty"`
}

// What a bank may be allowed to send without a signature.
const (
	PlainFiles            = "files"
	PlainAcknowledgements = "acknowledgements"
)

// Decrypts returns the files of the keys that decrypt received files.
func (p *PGP) Decrypts() []string {
	if len(p.DecryptWith) > 0 {
		return p.DecryptWith
	}
	return p.SignWith
}

// Verifies returns the files of the keys that verify the bank's signatures.
func (p *PGP) Verifies() []string {
	if len(p.VerifyWith) > 0 {
		return p.VerifyWith
	}
	return p.EncryptTo
}

// Signs reports whether the bank signs what it sends of a kind, so that
// unsigned content is not from it. A bank without PGP signs nothing.
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
			f.bad("/pgp/accept_plain/"+strconv.Itoa(i), "enum", "must be files or acknowledgements")
		}
	}
}

// KeyFiles returns the named key files, by the setting that names them.
func (p *PGP) KeyFiles() map[string][]string {
	return map[string][]string{
		"encrypt_to": p.EncryptTo, "sign_with": p.SignWith, "decrypt_with": p.DecryptWith, "verify_with": p.VerifyWith,
	}
}
