package api

import (
	"net/http"
	"net/netip"
	"strings"
)

// remote returns the address a request comes from. From a trusted proxy it is
// what the proxy says: X-Forwarded-For is read from its right end, where our
// proxies append, to the first address that is not theirs. Everything to the
// left of that may be forged. Nobody else's header is believed.
func (s *Kit) remote(r *http.Request) string {
	if len(s.Proxies) == 0 {
		return r.RemoteAddr
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !s.isProxy(peer.Addr()) {
		return r.RemoteAddr
	}
	from := peer.Addr()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(from); i-- {
		hop, ok := hopAddress(strings.TrimSpace(hops[i]))
		if !ok {
			break // the proxy that wrote it is the last hop that is known
		}
		from = hop
	}
	return from.Unmap().String()
}

// hopAddress reads an address of X-Forwarded-For; some proxies add the port.
func hopAddress(text string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a, true
	}
	if a, err := netip.ParseAddrPort(text); err == nil {
		return a.Addr(), true
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	return a, err == nil
}

func (s *Kit) isProxy(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range s.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
