package control

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/user"

	"github.com/achledger/achledger/eventstore/ledger"
)

// ownerHeader carries the name of who asks. Only the folder's owner reaches
// the socket, so it is believed.
const ownerHeader = "Achledger-Actor"

// owner names who runs this process, as events name their actor.
func owner() string {
	name := fmt.Sprint(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return "folder owner " + name
}

// OwnerHeader says the same to a server that is asked by another way than the
// socket, one that only the folder's owner has.
func OwnerHeader() http.Header {
	return http.Header{ownerHeader: []string{owner()}}
}

// AsOwner notes in the context that what is written under it was asked for by
// who runs this process, at the command line.
func AsOwner(ctx context.Context) context.Context {
	return ledger.WithRequest(ctx, "", owner())
}
