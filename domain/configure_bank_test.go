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
		"alike":                            {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", plain, "/out"), true},
		"of one origin":                    {bank(first, "1840000017", plain, "/out"), bank(second, "1840000017", plain, "/out"), false},
		"in folders of their own":          {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", plain, "/out/2"), false},
		"alike but for capitals":           {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", "ach_{date}_{sequence}.TXT", "/out"), true},
		"in one folder, spelled otherwise": {bank(first, "1840000017", plain, "/out"), bank(second, "1840000018", plain, "/in/../out/"), true},
		"told by the routing":              {bank(first, "1840000017", "{routing}_{date}_{sequence}", "/out"), bank(second, "1840000018", "{routing}_{date}_{sequence}", "/out"), false},
		"told by the origin":               {bank(first, "1840000017", "{origin}_{date}_{sequence}", "/out"), bank(second, "1840000018", "{origin}_{date}_{sequence}", "/out"), false},
		"told by a letter":                 {bank(first, "1840000017", "A_{date}_{sequence}", "/out"), bank(second, "1840000018", "B_{date}_{sequence}", "/out"), false},
		"told by the file":                 {bank(first, "1840000017", "{file}", "/out"), bank(second, "1840000018", "{file}", "/out"), false},
		"the same ODFI again":              {bank(first, "1840000017", plain, "/out"), bank(first, "1840000018", plain, "/out"), false},
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

// What we put on a server must not be picked up from there as if the bank had
// sent it: the bank would never get it.
func TestNoFolderIsBothOutboundAndInbound(t *testing.T) {
	bank := func(routing, host, out, in string) domain.ConfigureBank {
		return domain.ConfigureBank{Routing: routing, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &domain.SFTP{
			Host: host, User: "lantern", PrivateKeyFile: "key", HostKey: "ssh-ed25519 AAAA", OutboundFolder: out, InboundFolder: in,
		}}}
	}
	const first, second, host = "231380104", "091400606", "sftp.bank.example"
	other := bank(second, host, "/second/out", "/second/in")
	for name, tt := range map[string]struct {
		is domain.ConfigureBank
		at string // of the refusal; empty: none
	}{
		"folders of their own":            {bank(first, host, "/out", "/in"), ""},
		"nothing is picked up":            {bank(first, host, "/out", ""), ""},
		"one folder":                      {bank(first, host, "/out", "/out"), "/delivery/sftp/inbound_folder"},
		"one folder, spelled otherwise":   {bank(first, host, "out/", "./out"), "/delivery/sftp/inbound_folder"},
		"picks up what another ODFI puts": {bank(first, host, "/out", "/second/out/"), "/delivery/sftp"},
		"puts what another ODFI picks up": {bank(first, "SFTP.bank.example.", "/second/in", "/in"), "/delivery/sftp"},
		"at another server":               {bank(first, "sftp.other.example", "/second/in", "/second/out"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			tt.is.Others = []domain.Bank{{Version: 1, Routing: second, Delivery: other.Delivery}}
			_, err := tt.is.Decide(domain.Bank{})
			var refusal *domain.Refusal
			if errors.As(err, &refusal) != (tt.at != "") || tt.at != "" && refusal.Fields[0].Pointer != tt.at {
				t.Errorf("got %v", err)
			}
		})
	}
}
