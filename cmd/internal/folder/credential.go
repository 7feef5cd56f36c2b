package folder

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/achledger/achledger/eventstore/durable"
)

// Credential is what ops.credential holds.
type Credential struct {
	Key    string `json:"key"`
	Secret string `json:"secret"`
}

// WriteCredential writes the operations credential so that only the folder's
// owner can read it.
func (f Folder) WriteCredential(key, secret string) error {
	content, err := json.Marshal(Credential{key, secret})
	if err != nil {
		return err
	}
	if err := durable.Replace(f.CredentialFile(), append(content, '\n')); err != nil {
		return fmt.Errorf("write the operations credential: %w", err)
	}
	return nil
}

// ReadCredential reads it back.
func (f Folder) ReadCredential() (Credential, error) {
	var c Credential
	content, err := os.ReadFile(f.CredentialFile())
	if err == nil {
		err = json.Unmarshal(content, &c)
	}
	if err != nil {
		return c, fmt.Errorf("read the operations credential: %w", err)
	}
	return c, nil
}
