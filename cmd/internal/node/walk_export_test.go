package node

import (
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// VerifyFolder makes every check of the verify command on a folder.
var VerifyFolder func(testing.TB, folder.Folder)

// VerifyNode is what it prints of a node's folder and its ledger in a database.
var VerifyNode func(t *testing.T, f folder.Folder, store, outbox string) (ok bool, report string)

// VerifyReport is what the verify command prints of a folder, and whether it
// finds nothing wrong.
var VerifyReport func(testing.TB, folder.Folder) (ok bool, report string)
