package api

import (
	"errors"
	"os"
)

// SpoolPattern matches the names that files of Unnamed have for a moment.
const SpoolPattern = "achledger-bulk-*"

// Unnamed creates a file and unlinks it, so that it is gone when the process
// ends, however that ends.
func Unnamed(folder string) (*os.File, error) {
	f, err := os.CreateTemp(folder, SpoolPattern)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
