package node

import (
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// VerifyFolder makes every check of the verify command on a folder.
var VerifyFolder func(*testing.T, folder.Folder)
