package pgp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/constants"
	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"github.com/achledger/achledger/domain"
)

// Is reports whether content, or its beginning, is an OpenPGP message:
// encrypted, compressed or signed, armored or binary.
func Is(content []byte) bool {
	if bytes.HasPrefix(bytes.TrimLeft(content, "\ufeff \t\r\n"), []byte("-----BEGIN PGP ")) {
		return true
	}
	if len(content) == 0 || content[0]&0x80 == 0 {
		return false
	}
	switch tagOf(content[0]) { // packets that begin a message: RFC 4880 section 11.3
	case 1, 2, 3, 4, 8, 9, 18, 20:
		return true
	default:
		return false
	}
}

// MessageError is the reason why a message cannot be decrypted, with what to
// do.
type MessageError struct{ Reason string }

func (e *MessageError) Error() string { return e.Reason }

// Signature is the result of checking a message's signature; zero for a message
// without one.
type Signature struct {
	// Key is the fingerprint of the key that signed the message, and ODFIs are
	// those whose bank has that key; both are empty unless the signature is
	// right.
	Key   string
	ODFIs []string
	// Wrong is what is wrong with the signature.
	Wrong string
}

// Ring holds the keys of all our banks that decrypt and verify files.
type Ring struct {
	decrypt, verify *crypto.KeyRing
	ids             []string            // ids of the keys that decrypt
	banks           map[string][]string // ODFIs by fingerprint of the verifying key
	unread          error               // errors of keys that could not be read
}

// NewRing reads the keys of banks, given by their ODFIs' routing numbers. A key
// that cannot be read is an error of Decrypt, when a message may need it.
func NewRing(banks map[string]*domain.PGP) (*Ring, error) {
	r := &Ring{banks: map[string][]string{}}
	var decrypt, verify []key
	for odfi, p := range banks {
		ours, err := read("decrypt_with", p.Decrypts(), true)
		theirs, e := read("verify_with", p.Verifies(), false)
		if err = errors.Join(err, e); err != nil {
			r.unread = errors.Join(r.unread, fmt.Errorf("ODFI %s: %w", odfi, err))
		}
		for _, k := range theirs {
			r.banks[k.GetFingerprint()] = append(r.banks[k.GetFingerprint()], odfi)
		}
		for _, k := range ours {
			r.ids = append(r.ids, k.GetHexKeyID())
		}
		decrypt, verify = append(decrypt, ours...), append(verify, theirs...)
	}
	var err, e error
	r.decrypt, err = ring(decrypt)
	r.verify, e = ring(verify)
	return r, errors.Join(err, e)
}

// skew is how far a bank's clock may be ahead of ours.
const skew = 15 * time.Minute

// Decrypt decrypts a message of most bytes at most. A message that cannot be
// decrypted is a *MessageError. Other errors are of in, of out, or of a key
// that may be needed and cannot be read.
func (r *Ring) Decrypt(in io.Reader, out io.Writer, most int64, now time.Time) (s Signature, err error) {
	if r.decrypt.CountEntities() == 0 {
		return s, r.lacking(&MessageError{"it is encrypted, and no ODFI has keys of PGP: set them with PUT /v1/ops/odfis/{routing}, and hand it in again"})
	}
	handle, err := library().Decryption().DecryptionKeys(r.decrypt).VerificationKeys(r.verify).DisableAutomaticTextSanitize().
		MaxDecompressedMessageSize(most).VerifyTime(now.Add(skew).Unix()).New()
	if err != nil {
		return s, err
	}
	from, to := &source{in: in}, &sink{out: out}
	message, err := handle.DecryptingReader(afterMark(from), crypto.Auto)
	if err == nil {
		_, err = io.Copy(to, message)
	}
	if err != nil {
		return s, r.judge(err, from, to)
	}
	checked, err := message.VerifySignature()
	if err != nil {
		return s, r.judge(err, from, to)
	}
	s = r.signature(checked)
	if s.Key == "" && s.Wrong != "" && r.unread != nil {
		return s, r.unread
	}
	return s, nil
}

// afterMark skips a byte order mark, which the library takes for a packet.
func afterMark(in io.Reader) io.Reader {
	const mark = "\ufeff"
	r := bufio.NewReader(in)
	if begins, _ := r.Peek(len(mark)); string(begins) == mark {
		_, _ = r.Discard(len(mark))
	}
	return r
}

// judge distinguishes a fault in reading or writing from one in the message.
func (r *Ring) judge(err error, from *source, to *sink) error {
	switch {
	case from.err != nil:
		return from.err
	case to.err != nil:
		return to.err
	default:
		return r.lacking(&MessageError{fmt.Sprintf("it cannot be decrypted (%v) with our keys %v: "+
			"ask the bank to encrypt it to one of them, or add the key that it used to pgp.decrypt_with of the ODFI, and hand it in again", err, r.ids)})
	}
}

// lacking returns the error of keys that could not be read instead, if there
// are any: with them the message might be decrypted.
func (r *Ring) lacking(err error) error {
	if r.unread != nil {
		return r.unread
	}
	return err
}

func (r *Ring) signature(checked *crypto.VerifyResult) Signature {
	switch wrong := checked.SignatureErrorExplicit(); {
	case wrong == nil:
		by := checked.SignedByKey().GetFingerprint()
		return Signature{Key: by, ODFIs: r.banks[by]}
	case wrong.Status == constants.SIGNATURE_NOT_SIGNED:
		return Signature{}
	case wrong.Status == constants.SIGNATURE_NO_VERIFIER:
		return Signature{Wrong: fmt.Sprintf("it is signed with the key %s, which is none of the bank's: if it is the bank's new key, add it to pgp.verify_with of the ODFI", checked.SignedByKeyIdHex())}
	default:
		return Signature{Wrong: fmt.Sprintf("its signature is wrong (%v): ask the bank what it sent", wrong)}
	}
}

// source keeps the error of reading.
type source struct {
	in  io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// sink keeps the error of writing.
type sink struct {
	out io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	s.err = err
	return n, err
}
