package node

import (
	"os"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
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
