package domain_test

import (
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
