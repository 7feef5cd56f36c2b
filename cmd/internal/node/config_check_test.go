package node

import (
	"os"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/pgp/pgptest"
)

// Each key of a bank is checked for its purpose. A finding names the ODFI and the
// setting.
func TestConfigCheckLooksAtTheKeysOfBanks(t *testing.T) {
	us, bank := pgptest.New(t, "lantern"), pgptest.New(t, "operator", pgptest.Expires("10d"))
	ours := us.Private()
	if err := os.Chmod(ours, 0o640); err != nil {
		t.Fatal(err)
	}
	set := domain.Bank{Version: 1, Routing: "231380104", Delivery: domain.DeliverySettings{Method: domain.ToOutbox}}
	set.PGP = &domain.PGP{EncryptTo: []string{bank.Public()}, SignWith: []string{ours}, VerifyWith: []string{"/nowhere.asc"}}
	c := &configCheck{}
	c.bank(t.Context(), set, nil)
	var said []string
	for _, f := range c.found {
		said = append(said, string(f.Level)+" "+f.String())
	}
	for _, want := range []string{
		"error ODFI 231380104: pgp.verify_with: the key file /nowhere.asc: ",
		"warning ODFI 231380104: pgp.encrypt_to: the key ",
		"warning ODFI 231380104: others on this machine can read " + ours,
	} {
		if all := strings.Join(said, "\n"); !strings.Contains(all, want) {
			t.Errorf("%q is not said:\n%s", want, all)
		}
	}
	if len(said) != 3 {
		t.Errorf("%d findings", len(said))
	}
}

// Everything for which a node would refuse to start is said, and all of it at once.
func TestConfigCheckLooksAtTheLedgerInADatabase(t *testing.T) {
	c := newCluster(t)
	check := func(change func(*Options)) string {
		t.Helper()
		o := Options{Folder: c.node(), Kind: folder.Sandbox, Listen: "127.0.0.1:0"}
		c.options(&o)
		change(&o)
		var said []string
		for _, f := range CheckConfig(t.Context(), o, true) {
			if f.Level == Fault {
				said = append(said, f.String())
			}
		}
		return strings.Join(said, "\n")
	}
	if said := check(func(*Options) {}); said != "" {
		t.Errorf("a node that would start: %s", said)
	}
	must(t, folder.Share(c.path("theirs"), "other"))
	must(t, os.Mkdir(c.path("used"), 0o700))
	must(t, os.WriteFile(c.path("used", "file"), nil, 0o600))
	other := folder.Folder(t.TempDir())
	must(t, os.Mkdir(other.Keys(), 0o700))
	_, err := seal.MakeMaster(other.Keys())
	must(t, err)
	said := check(func(o *Options) {
		o.Kind, o.Folder, o.Database.Outbox, o.Database.Inbox = folder.Production, other, c.path("theirs"), c.path("used")
	})
	for _, want := range []string{"made as a sandbox", "the master key is another one", "--outbox: ", "is that of ledger other", "--inbox: ", "is not empty"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	if said := check(func(o *Options) { o.Database.Inbox = "" }); !strings.Contains(said, "needs --outbox and --inbox") {
		t.Errorf("a sandbox without an inbox: %s", said)
	}
	if found, err := os.ReadDir(c.path("used")); err != nil || len(found) != 1 {
		t.Errorf("the check changed a folder: %v, %v", found, err)
	}
}
