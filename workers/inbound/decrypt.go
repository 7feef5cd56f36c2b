package inbound

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/pgp"
)

// Reasons for which a file of a bank with OpenPGP is quarantined.
const (
	NotDecrypted = "not-decrypted"
	NotSigned    = "not-signed"
)

// opened is what arrived, decrypted if it was encrypted, and with file header
// and control.
type opened struct {
	io.ReadSeeker
	from provenance
	drop func() error
}

// open decrypts an encrypted content, and adds the file header and control that
// some banks omit. Both happen in a file that nobody else can read and that
// disappears with the process. A content that cannot be decrypted is returned
// as it is, with the reason in its provenance.
func (t *Intake) open(ctx context.Context, from provenance, content io.ReadSeeker) (*opened, error) {
	o, err := t.decrypt(ctx, from, content)
	if err != nil || o.from.unreadable != "" {
		return o, err
	}
	if err := t.complete(ctx, o); err != nil {
		return nil, errors.Join(err, o.drop())
	}
	return o, nil
}

func (t *Intake) decrypt(ctx context.Context, from provenance, content io.ReadSeeker) (*opened, error) {
	o := &opened{content, from, func() error { return nil }}
	is, err := isMessage(content)
	if err != nil || !is {
		return o, err
	}
	if alone, err := isAlone(content); err != nil || !alone {
		o.from.unreadable = "it contains more than one OpenPGP message, or something else after one, and only the first would be read: hand each in as a file of its own"
		return o, err
	}
	known, err := t.known(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := pgp.NewRing(known.pgp)
	if err != nil {
		return nil, err
	}
	s, err := t.newSpool()
	if err != nil {
		return nil, err
	}
	signed, err := ring.Decrypt(content, &bounding{s, t.Largest}, t.Largest, time.Now())
	if err == nil {
		err = s.Close()
	}
	var unread *pgp.MessageError
	if errors.As(err, &unread) {
		o.from.unreadable = unread.Reason
		_, err = content.Seek(0, io.SeekStart)
		return o, errors.Join(err, s.Drop())
	}
	if err == nil {
		_, err = s.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("decrypt %s: %w", from.name, err), s.Drop())
	}
	o.ReadSeeker, o.from.signed, o.drop = s, &signed, s.Drop
	return o, nil
}

// isMessage reports whether a content is an OpenPGP message, encrypted or
// signed.
func isMessage(content io.ReadSeeker) (bool, error) {
	head := make([]byte, 64)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	_, err = content.Seek(0, io.SeekStart)
	return pgp.Is(head[:n]), err
}

// isAlone reports whether an OpenPGP message is all of a content.
func isAlone(content io.ReadSeeker) (bool, error) {
	alone, err := pgp.Alone(content)
	if err != nil {
		return false, err
	}
	_, err = content.Seek(0, io.SeekStart)
	return alone, err
}

// seekable reads a content that cannot be read twice into memory, up to
// Config.Largest bytes. Such contents are request bodies.
func (t *Intake) seekable(content io.Reader) (io.ReadSeeker, error) {
	if s, ok := content.(io.ReadSeeker); ok {
		return s, nil
	}
	all, err := io.ReadAll(&limited{content, t.Largest})
	return bytes.NewReader(all), err
}

// spool is a file without a name, sealed with the ledger's own key. The file is
// not embedded, so that nothing can be written to it unsealed.
type spool struct {
	file   *os.File
	writer *seal.FileWriter
	reader *seal.FileReader
	sealed seal.File
}

func (t *Intake) newSpool() (*spool, error) {
	file, err := os.CreateTemp(t.Spool, "achledger-inbound-")
	if err != nil {
		return nil, fmt.Errorf("make room to read a file of the bank: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	name := make([]byte, saltBytes)
	_, _ = rand.Read(name) // never fails
	s := &spool{file: file, sealed: seal.File{Keys: t.Ledger.Keys, Client: domain.LedgerClient, Name: "spool/" + hex.EncodeToString(name)}}
	s.writer = s.sealed.Writer(file)
	return s, nil
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) { return s.writer.Write(p) }

// Close seals the last chunk.
func (s *spool) Close() error { return s.writer.Close() }

// Drop closes the file, which removes it.
func (s *spool) Drop() error { return s.file.Close() }

// Read implements io.Reader.
func (s *spool) Read(p []byte) (int, error) { return s.reader.Read(p) }

// Seek goes back to the beginning, wherever it is asked to go.
func (s *spool) Seek(int64, int) (int64, error) {
	info, err := s.file.Stat()
	if err != nil {
		return 0, err
	}
	s.reader = s.sealed.Reader(s.file, info.Size())
	return s.file.Seek(0, io.SeekStart)
}

// bounding is a writer that fails after so many bytes.
type bounding struct {
	to   io.Writer
	left int64
}

func (b *bounding) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooLarge
	}
	return b.to.Write(p)
}

// signing checks the signatures in a review: which of our banks, given by the
// first eight digits of its routing number, must sign its batches and has not
// signed the file.
type signing struct {
	by   []string // nine digits of the ODFIs whose bank signed the file
	why  string   // what is wrong with its signature
	must func(rdfi8 string) (odfi string, signs bool)
}

// signatures returns the check for a file that arrived so. Files that the
// ledger simulates need no signature.
func (a *accounts) signatures(from provenance) *signing {
	if from.source == FromSimulation {
		return nil
	}
	s := &signing{by: from.signedBy(), must: a.mustSign}
	if from.signed != nil {
		s.why = from.signed.Wrong
	}
	return s
}

func (a *accounts) mustSign(rdfi8 string) (odfi string, signs bool) {
	odfi = a.routings[rdfi8]
	return odfi, a.pgp[odfi].Signs(domain.PlainFiles)
}

// missing returns the problem of a batch with an entry for a bank that did not
// sign it; nil if there is none.
func (s *signing) missing(rdfi8 string, line int) *nacha.Problem {
	if s == nil {
		return nil
	}
	odfi, signs := s.must(rdfi8)
	if !signs || slices.Contains(s.by, odfi) {
		return nil
	}
	return &nacha.Problem{Line: line, Scope: nacha.InBatch, Code: NotSigned, Message: notSigned(odfi, s.why, "files", "judge it as_is")}
}

// notSigned tells a person what to do about a file or acknowledgement without a
// signature.
func notSigned(odfi, why, kind, otherwise string) string {
	why = cmp.Or(why, "it bears no signature")
	return fmt.Sprintf("the bank of ODFI %s signs what it sends, and %s. Ask the bank whether it sent it: if it did, %s, "+
		"or name %q in pgp.accept_plain of the ODFI if the bank never signs them", odfi, why, otherwise, kind)
}
