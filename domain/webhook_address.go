package domain

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// notPublic are addresses that netip has no predicate for: of the network
// itself, of carriers, for documentation and tests, and those that carry an
// IPv4 address, which may be any of the others. Source: the IANA registries of
// special-purpose addresses. 168.63.129.16 is in none of them: every machine in
// Azure reaches the platform there, which answers with the machine's
// configuration.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"),
}

// WebhookMayReach reports whether messages may be sent to an address: to a
// public one, and in a sandbox to this machine.
func WebhookMayReach(a netip.Addr, sandbox bool) bool {
	a = a.Unmap().WithZone("")
	if a.IsLoopback() {
		return sandbox
	}
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// maxWebhookURL bounds a webhook's address, in bytes.
const maxWebhookURL = 1000

// checkWebhookURL checks the form of an address. The IP addresses of a host
// name are checked when they are dialled.
func checkWebhookURL(f *fields, text string, sandbox bool) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		f.bad("/url", "required", "is required")
		return
	case len(text) > maxWebhookURL:
		f.bad("/url", "length", "at most %d characters", maxWebhookURL)
		return
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		f.bad("/url", "url", "must be an absolute URL")
		return
	case u.User != nil:
		f.bad("/url", "user", "must hold no user and no password: messages are signed")
	case u.Fragment != "":
		f.bad("/url", "fragment", "must end before the #")
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && (err != nil || port == 0) {
		f.bad("/url", "port", "port %.10s: must be from 1 to 65535", u.Port())
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "https" && !(sandbox && scheme == "http") {
		f.against("/url", "https", "must begin with https://")
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	address, err := netip.ParseAddr(host)
	if err == nil && !WebhookMayReach(address, sandbox) || !sandbox && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		f.against("/url", "address", "must be reachable from the internet: this address is not")
	}
}
