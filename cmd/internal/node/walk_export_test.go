package node

import (
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// VerifyFolder makes all checks of the verify command on a folder.
var VerifyFolder func(testing.TB, folder.Folder)

// VerifyNode returns what verify prints for a node's folder and a ledger in a database.
var VerifyNode func(t *testing.T, f folder.Folder, store, outbox string) (ok bool, report string)

// VerifyReport returns what the verify command prints for a folder, and whether it
// finds no fault.
var VerifyReport func(testing.TB, folder.Folder) (ok bool, report string)
