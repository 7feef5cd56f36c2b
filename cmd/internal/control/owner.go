package control

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/user"

	"github.com/achledger/achledger/eventstore/ledger"
)

// ownerHeader carries the name of the caller. Only the folder's owner can reach
// the socket, so it is trusted.
const ownerHeader = "Achledger-Actor"

// owner names the user who runs this process, as events name their actor.
func owner() string {
	name := fmt.Sprint(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return "folder owner " + name
}

// OwnerHeader is the same header for a server reached otherwise than through
// the socket, by a way that only the folder's owner has.
func OwnerHeader() http.Header {
	return http.Header{ownerHeader: []string{owner()}}
}

// AsOwner records in the context that what is written under it was asked for by
// the user who runs this process, on the command line.
func AsOwner(ctx context.Context) context.Context {
	return ledger.WithRequest(ctx, "", owner())
}
