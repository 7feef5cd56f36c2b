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

// encryptedSuffix ends the name under which an encrypted file is kept beside
// the rendered one.
const encryptedSuffix = ".pgp"

// leaving are the bytes that leave: the rendered ones or, where the bank wants
// its files encrypted, what they are encrypted to. That is made once and kept
// before anything of it leaves, and a repeat sends the same bytes, so that the
// bank knows it for a repeat: unless the keys are others since, which may be why
// it is sent again, or the file was dated again. A stop between keeping and
// file.delivering leaves a copy that the next attempt replaces.
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

// errNotKept says that the encrypted file which file.delivering names is lost.
var errNotKept = errors.New("the encrypted file that left is not kept")

// keptEncrypted reads back what leaving kept, if it is what file.delivering
// names.
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
