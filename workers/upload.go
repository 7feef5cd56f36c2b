package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// Decoder reads the kept input of an order back, as it was read at first.
type Decoder func(client domain.Client, file domain.File, input []byte) (Source, error)

// UploadsConfig is what Uploads needs.
type UploadsConfig struct {
	Files   *Files
	Clients Directory
	// Method is how files of an ODFI leave; Delivery.Method is one.
	Method func(ctx context.Context, odfi string) (string, error)
	// Decoders read other kinds of input than a NACHA file, by what
	// domain.FileOpened.Why says.
	Decoders map[string]Decoder
	Log      *slog.Logger
}

// Uploads makes files that clients ask for as a whole.
type Uploads struct{ UploadsConfig }

// Why the file of a client's own NACHA file was opened, and one of an ACH Pro
// file, which comes here as NACHA text too.
const (
	byUpload  = "upload"
	byACHFile = "ach_file"
)

// Manner is how a client's file is taken where it is not its own NACHA file.
type Manner struct {
	Salt     string               // tells files of equal content apart
	Method   string               // of delivery; empty: the ODFI's
	Settings *domain.FileSettings // file header; nil: the client's
}

// NewUploads checks the configuration.
func NewUploads(c UploadsConfig) (*Uploads, error) {
	if c.Files == nil || c.Clients == nil || c.Method == nil {
		return nil, errors.New("uploads need files, clients and a method of delivery")
	}
	decoders := map[string]Decoder{byUpload: decodeUpload, byACHFile: decodeUpload}
	for why, d := range c.Decoders {
		decoders[why] = d
	}
	c.Decoders = decoders
	return &Uploads{c}, nil
}

// Upload takes a client's own NACHA file, all of it or nothing. Its batches
// leave as they were sent, save the batch numbers and, after a missed window,
// the effective dates; file header and trace numbers are ours. The same
// records again, in whatever line ends and padding, are answered with the
// file they made, marked as replayed.
//
// Errors: a refusal that names every line and field that is wrong;
// *DeliveryOffError.
func (u *Uploads) Upload(ctx context.Context, client domain.Client, content []byte) (Assembled, error) {
	return u.take(ctx, client, content, byUpload, Manner{})
}

// UploadACHFile takes an ACH Pro file as NACHA text, in its own manner.
func (u *Uploads) UploadACHFile(ctx context.Context, client domain.Client, content []byte, m Manner) (Assembled, error) {
	return u.take(ctx, client, content, byACHFile, m)
}

func (u *Uploads) take(ctx context.Context, client domain.Client, content []byte, why string, m Manner) (Assembled, error) {
	c := uploadCheck{client: client, now: u.Files.Ledger.Now()}
	summary, err := nacha.Scan(bytes.NewReader(content), c.handler())
	if err != nil {
		return Assembled{}, fmt.Errorf("read an upload of client %s: %w", client.ID, err)
	}
	mac, err := u.Files.Ledger.Keys.MAC(client.ID, []byte("nacha file "+summary.Hash+m.Salt))
	if err != nil {
		return Assembled{}, err
	}
	id := derivedID([]byte("file"), mac).String()
	if done, ok, err := u.assembled(ctx, id); ok || err != nil {
		return done, err
	}
	if err := c.refusal(summary); err != nil {
		return Assembled{}, err
	}
	method := m.Method
	if method == "" {
		if method, err = u.Method(ctx, c.odfi); err != nil {
			return Assembled{}, err
		}
	}
	return u.Assemble(ctx, Order{
		FileID: id, Client: client, ODFI: c.odfi, Why: why, Method: method, Settings: m.Settings,
		Content: mac, Input: content, Source: &upload{content: content, batches: c.batches, decided: c.now, odfi: c.odfi},
	})
}
