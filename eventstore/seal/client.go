package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// clientKeys are a client's keys, ready for use.
type clientKeys struct {
	seal      tink.AEAD
	ids       map[uint32]bool // of all keys that have sealed
	hash      *macs
	destroyed bool
}

// wrapped is the content of a client's entry in Wraps; in a folder that is
// keys/clients/<client>.json. Each keyset is bound to its client and its use,
// so no file can replace another.
type wrapped struct {
	Client    string          `json:"client"`
	Master    uint32          `json:"master,omitempty"` // id of the key that wraps
	Seal      json.RawMessage `json:"seal,omitempty"`   // an encrypted Tink keyset
	Hash      json.RawMessage `json:"hash,omitempty"`   // likewise
	Destroyed bool            `json:"destroyed,omitempty"`

	was []byte // the whole content as it was read
}

// keysets are a client's keys as Tink handles.
type keysets struct {
	seal, hash *keyset.Handle
}

func newKeysets() (keysets, error) {
	s, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return keysets{}, err
	}
	h, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return keysets{}, err
	}
	return keysets{s, h}, nil
}

// ready makes the primitives of the keys.
func (s keysets) ready() (*clientKeys, error) {
	a, err := aead.New(s.seal)
	if err != nil {
		return nil, err
	}
	m, err := newMACs(s.hash)
	if err != nil {
		return nil, err
	}
	ids := map[uint32]bool{}
	for _, key := range s.seal.KeysetInfo().GetKeyInfo() {
		ids[key.GetKeyId()] = true
	}
	return &clientKeys{seal: a, ids: ids, hash: m}, nil
}

// wrap encrypts a client's keys with the master's primary key.
func wrap(m master, client string, s keysets) ([]byte, error) {
	w := wrapped{Client: client, Master: m.primary()}
	for _, part := range []struct {
		use    string
		handle *keyset.Handle
		into   *json.RawMessage
	}{{"seal", s.seal, &w.Seal}, {"hash", s.hash, &w.Hash}} {
		var b bytes.Buffer
		err := part.handle.WriteWithAssociatedData(keyset.NewJSONWriter(&b), m.aead, bind(nil, "key", client, part.use))
		if err != nil {
			return nil, fmt.Errorf("wrap the keys of client %s: %w", client, err)
		}
		*part.into = b.Bytes()
	}
	return json.MarshalIndent(w, "", "  ")
}

// unwrap is the inverse of wrap.
func (w wrapped) unwrap(m master) (keysets, error) {
	if !m.has(w.Master) {
		return keysets{}, fmt.Errorf("%w: the keys of client %s are wrapped by %d, keys/master is %d: "+
			"put back the master key exported last before this folder was copied",
			ErrWrongMaster, w.Client, w.Master, m.primary())
	}
	read := func(b []byte, use string) (*keyset.Handle, error) {
		h, err := keyset.ReadWithAssociatedData(keyset.NewJSONReader(bytes.NewReader(b)), m.aead, bind(nil, "key", w.Client, use))
		if err != nil {
			return nil, fmt.Errorf("the %s key of client %s is damaged: restore its file from a backup: %w", use, w.Client, err)
		}
		return h, nil
	}
	s, err := read(w.Seal, "seal")
	if err != nil {
		return keysets{}, err
	}
	h, err := read(w.Hash, "hash")
	return keysets{s, h}, err
}

// readWrapped reads a client's wrapped keys; ErrNoKey if there are none.
func (k *Keyring) readWrapped(client string) (wrapped, error) {
	b, err := k.wraps.Read(client)
	if errors.Is(err, fs.ErrNotExist) {
		return wrapped{}, fmt.Errorf("%w: %s", ErrNoKey, client)
	}
	if err != nil {
		return wrapped{}, err
	}
	var w wrapped
	if err := json.Unmarshal(b, &w); err != nil {
		return wrapped{}, fmt.Errorf("the keys of client %s are damaged: restore them from a backup: %w", client, err)
	}
	if w.Client != client {
		return wrapped{}, fmt.Errorf("the keys of client %q lie where those of client %s belong: restore them from a backup", w.Client, client)
	}
	w.was = b
	return w, nil
}

// clients lists the clients that have keys, or had keys that were destroyed.
func (k *Keyring) clients() ([]string, error) {
	ids, err := k.wraps.Clients()
	return slices.DeleteFunc(ids, func(id string) bool { return !clientID.MatchString(id) }), err
}

// checkWrapped makes sure that the master can open every client's keys.
func (k *Keyring) checkWrapped(m master, clients []string) error {
	for _, c := range clients {
		w, err := k.readWrapped(c)
		if err != nil {
			return err
		}
		if w.Destroyed {
			continue
		}
		if _, err := w.unwrap(m); err != nil {
			return err
		}
	}
	return nil
}
