package api

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestAProxySaysWhereARequestComesFrom(t *testing.T) {
	behind := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tt := range map[string]struct {
		proxies   []netip.Prefix
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy is named":              {nil, "10.0.0.1:80", []string{"192.0.2.7"}, "10.0.0.1:80"},
		"somebody else says so":          {behind, "192.0.2.1:80", []string{"192.0.2.7"}, "192.0.2.1:80"},
		"the proxy says so":              {behind, "10.0.0.1:80", []string{"192.0.2.7"}, "192.0.2.7"},
		"the proxy says nothing":         {behind, "10.0.0.1:80", nil, "10.0.0.1"},
		"two proxies":                    {behind, "10.0.0.1:80", []string{"192.0.2.7, 10.0.0.2"}, "192.0.2.7"},
		"two proxies in two headers":     {behind, "10.0.0.1:80", []string{"192.0.2.7", "10.0.0.2"}, "192.0.2.7"},
		"the caller invents another":     {behind, "10.0.0.1:80", []string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
		"the caller invents a proxy":     {behind, "10.0.0.1:80", []string{"198.51.100.1, 10.9.9.9, 192.0.2.7"}, "192.0.2.7"},
		"the caller invents nonsense":    {behind, "10.0.0.1:80", []string{"nonsense, 192.0.2.7"}, "192.0.2.7"},
		"nonsense behind a second proxy": {behind, "10.0.0.1:80", []string{"nonsense, 10.0.0.2"}, "10.0.0.2"},
		"all are proxies":                {behind, "10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"with a port":                    {behind, "10.0.0.1:80", []string{"192.0.2.7:5123"}, "192.0.2.7"},
		"IPv6":                           {behind, "[fd00::1]:80", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv4 in IPv6":                   {behind, "[::ffff:10.0.0.1]:80", []string{"::ffff:192.0.2.7"}, "192.0.2.7"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Kit{Options: Options{Proxies: tt.proxies}}
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
			if got := s.remote(r); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
