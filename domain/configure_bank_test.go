package domain_test

import (
	"errors"
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestASandboxIsNeverSetUpForSFTP(t *testing.T) {
	c := domain.ConfigureBank{Routing: "231380104", Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &domain.SFTP{
		Host: "sftp.bank.example", User: "lantern", PrivateKeyFile: "key", HostKey: "ssh-ed25519 AAAA", OutboundFolder: "/out",
	}}}
	if events, err := c.Decide(domain.Bank{}); err != nil || len(events) != 1 {
		t.Fatalf("in production: %v, %v", events, err)
	}
	c.Sandbox = true
	if events, err := c.Decide(domain.Bank{}); domain.CodeOf(err) == "" || len(events) != 0 {
		t.Errorf("in a sandbox: %v, %v", events, err)
	}
}

// ODFIs whose files lie in one folder must not call them alike: each numbers
// its own.
func TestNamesThatTwoODFIsInOneFolderCouldShareAreRefused(t *testing.T) {
	const first, second = "231380104", "091400606"
	bank := func(routing, origin, name, folder string) domain.ConfigureBank {
		return domain.ConfigureBank{
			Routing: routing,
			Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &domain.SFTP{
				Host: "sftp.bank.example", User: "lantern", PrivateKeyFile: "key", HostKey: "ssh-ed25519 AAAA", OutboundFolder: folder,
			}},
			BankProfile: domain.BankProfile{FileName: name, Header: &domain.HeaderLiterals{ImmediateOrigin: origin}},
		}
	}
	const plain = "ACH_{date}_{sequence}.txt"
	for name, tt := range map[string]struct {
		one, other domain.ConfigureBank
		refused    bool
	}{
		"alike":                   {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", plain, "/out"), true},
		"of one origin":           {bank(first, "1840000017", plain, "/out"), bank(second, "1840000017", plain, "/out"), false},
		"in folders of their own": {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", plain, "/out/2"), false},
		"told by the routing":     {bank(first, "1840000017", "{routing}_{date}_{sequence}", "/out"), bank(second, "1840000018", "{routing}_{date}_{sequence}", "/out"), false},
		"told by the origin":      {bank(first, "1840000017", "{origin}_{date}_{sequence}", "/out"), bank(second, "1840000018", "{origin}_{date}_{sequence}", "/out"), false},
		"told by a letter":        {bank(first, "1840000017", "A_{date}_{sequence}", "/out"), bank(second, "1840000018", "B_{date}_{sequence}", "/out"), false},
		"told by the file":        {bank(first, "1840000017", "{file}", "/out"), bank(second, "1840000018", "{file}", "/out"), false},
		"the same ODFI again":     {bank(first, "1840000017", plain, "/out"), bank(first, "1840000018", plain, "/out"), false},
	} {
		t.Run(name, func(t *testing.T) {
			o := tt.other
			tt.one.Others = []domain.Bank{{Version: 1, Routing: o.Routing, Delivery: o.Delivery, BankProfile: o.BankProfile}}
			_, err := tt.one.Decide(domain.Bank{})
			var refusal *domain.Refusal
			if errors.As(err, &refusal) != tt.refused || tt.refused && refusal.Fields[0].Pointer != "/file_name" {
				t.Errorf("got %v", err)
			}
		})
	}
}
