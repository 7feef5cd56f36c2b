package seal

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Destroy removes a client's keys for good: nothing sealed for the client can
// be opened again, and nobody can try values against its fingerprints any more.
// The client's entry remains, so that no new key hides the loss. Repeating it
// changes nothing. Another process that has the keys in memory keeps them until
// it ends. A backup keeps them as long as its master key exists.
func (k *Keyring) Destroy(client string) error {
	if !clientID.MatchString(client) {
		return fmt.Errorf("destroy keys: %q is not a client id", client)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.exclusively(func() error {
		w, err := k.readWrapped(client)
		if w.Destroyed {
			return nil
		}
		content, encodeErr := json.MarshalIndent(wrapped{Client: client, Destroyed: true}, "", "  ")
		if encodeErr != nil {
			return encodeErr
		}
		if errors.Is(err, ErrNoKey) {
			return k.wraps.Create(client, content, nil)
		}
		if err != nil { // damaged ones too
			if w.was, err = k.wraps.Read(client); err != nil {
				return err
			}
		}
		return k.wraps.Replace(client, w.was, content)
	})
	if err != nil {
		return fmt.Errorf("destroy the keys of client %s: %w", client, err)
	}
	k.opened[client] = &clientKeys{destroyed: true}
	return nil
}
