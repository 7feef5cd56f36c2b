package workers

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/pgp"
)

// encryptedSuffix ends the name of an encrypted copy, which is kept beside the
// rendered file.
const encryptedSuffix = ".pgp"

// leaving returns the bytes that leave: the rendered ones or, if the bank wants
// its files encrypted, their ciphertext. The ciphertext is made once and kept
// before any of it leaves. A repeated delivery sends the same bytes, so that
// the bank recognizes it as a repeat. It is made again if the keys have
// changed, which may be why the file is sent again, or if the file was dated
// again. A stop between keeping the copy and file.delivering leaves a copy that
// the next attempt replaces.
func (f *Files) leaving(file domain.File, by *domain.PGP, content []byte) ([]byte, *domain.Encrypted, error) {
	if by == nil {
		return content, nil, nil
	}
	if before := file.Encrypted; before != nil {
		keys, err := pgp.Keys(by, time.Now())
		if err != nil {
			return nil, nil, fmt.Errorf("encrypt file %s: %w", file.ID, err)
		}
		kept, err := f.keptEncrypted(file)
		if err == nil && slices.Equal(keys, before.Keys) {
			return kept, before, nil
		}
		if err != nil && !errors.Is(err, errNotKept) {
			return nil, nil, err
		}
	}
	sent, as, err := pgp.Encrypt(by, content, time.Now())
	if err != nil {
		return nil, nil, fmt.Errorf("encrypt file %s: %w", file.ID, err)
	}
	return sent, as, f.keep(file.Opened.Client, outFolder, file.ID+encryptedSuffix, sent)
}

// errNotKept says that there is no kept copy of the encrypted file that
// file.delivering names.
var errNotKept = errors.New("the encrypted file that left is not kept")

// keptEncrypted reads back what leaving kept, if it is the file that
// file.delivering names.
func (f *Files) keptEncrypted(file domain.File) ([]byte, error) {
	kept, err := f.kept(file.Opened.Client, outFolder, file.ID+encryptedSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotKept
	}
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(kept); !bytes.Equal(sum[:], file.Encrypted.SHA256) {
		return nil, errNotKept
	}
	return kept, nil
}
