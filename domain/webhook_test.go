package domain_test

import (
	"net/netip"
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestAWebhookReachesPublicAddressesOnly(t *testing.T) {
	for address, sandbox := range map[string]bool{ // whether a sandbox may
		"127.0.0.1": true, "127.8.9.10": true, "::1": true, "::ffff:127.0.0.1": true,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "::ffff:10.0.0.1": false, "fd00::1": false, "fc00::1": false,
		"169.254.169.254": false, "168.63.129.16": false, "fe80::1": false, "fe80::1%eth0": false, "100.64.0.1": false, "100.127.255.255": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "0.0.0.0": false, "::": false, "0.1.2.3": false,
		"192.0.0.8": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.9": false, "240.0.0.1": false,
		"64:ff9b::a00:1": false, "2002:a00:1::1": false, "2001:db8::1": false, "2001::1": false, "::10.0.0.1": false, "fec0::1": false,
	} {
		a := netip.MustParseAddr(address)
		if domain.WebhookMayReach(a, false) || domain.WebhookMayReach(a, true) != sandbox {
			t.Errorf("%s: %t, in a sandbox %t", address, domain.WebhookMayReach(a, false), domain.WebhookMayReach(a, true))
		}
	}
	for _, address := range []string{"1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"} {
		if !domain.WebhookMayReach(netip.MustParseAddr(address), false) {
			t.Errorf("%s is refused", address)
		}
	}
	if domain.WebhookMayReach(netip.Addr{}, true) {
		t.Error("no address is reached")
	}
}

func TestAWebhooksAddressIsHeldAgainstWhatMayBeDialled(t *testing.T) {
	for url, where := range map[string]string{
		"https://hooks.example/in?a=b": "everywhere", "https://hooks.example:8443/": "everywhere",
		"http://hooks.example/": "sandbox", "http://127.0.0.1:9000/in": "sandbox", "https://localhost/": "sandbox", "https://[::1]/": "sandbox",
		"": "", "hooks.example": "", "/in": "", "https:///in": "", "mailto:a@b": "", "ftp://hooks.example/": "", "https://u:p@hooks.example/": "",
		"https://hooks.example/#x": "", "https://10.0.0.1/": "", "http://169.254.169.254/latest": "", "https://[fd00::1]/": "", "https://hooks.example:65536/": "", "https://hooks.example:0/": "", "https://100.64.1.1/": "",
	} {
		for _, sandbox := range []bool{false, true} {
			_, err := domain.OpenWebhook{ID: "w", Terms: domain.WebhookTerms{URL: url, Types: []string{"*"}}, Sandbox: sandbox}.Decide(domain.Webhook{})
			if want := where == "everywhere" || sandbox && where == "sandbox"; (err == nil) != want {
				t.Errorf("%q, sandbox %t: %v", url, sandbox, err)
			}
		}
	}
}

func TestTypesOfMessagesAreKnown(t *testing.T) {
	for pattern, known := range map[string]bool{
		"*": true, "origination.*": true, "origination.held": true, "orig*": true, "file.*": true, "file.cut": true, "link.approved": true,
		"return_rate.*": true, "ping": true, "refused_correction.transmitted": true, "file.del*": true,
		"file.held": true, "file.delivery_unknown": true, "link.cancel_requested": true, "return_rate.stopped": true,
		"file.transmitted": false, "file.deliverd": false, "file.sent*": false, "link.open": false, "return_rate.high": false,
		"": false, "file.": false, "origination": false, "origination.settled": false, "*.held": false, "payments.*": false, "o*r": false, "**": false,
	} {
		_, err := domain.OpenWebhook{ID: "w", Terms: domain.WebhookTerms{URL: "https://a.example/", Types: []string{pattern}}}.Decide(domain.Webhook{})
		if (err == nil) != known {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// A type that an older release accepted must not keep its webhook from being
// enabled.
func TestATypeThatDoesNotExistIsRefusedOnlyWhereItIsSet(t *testing.T) {
	is := domain.Webhook{Version: 1, Terms: domain.WebhookTerms{URL: "https://a.example/", Types: []string{"file.sent"}}}
	enabled := true
	if events, err := (domain.ChangeWebhook{Enabled: &enabled}).Decide(is); err != nil || len(events) != 1 {
		t.Errorf("enabled: %v, %v", events, err)
	}
	if _, err := (domain.ChangeWebhook{Enabled: &enabled, Types: []string{"file.sent"}}).Decide(is); domain.CodeOf(err) == "" {
		t.Error("it was set again")
	}
}
