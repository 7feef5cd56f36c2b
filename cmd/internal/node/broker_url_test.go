package node

import (
	"strings"
	"testing"
)

func TestABrokersPasswordIsNeverShown(t *testing.T) {
	for url, want := range map[string]string{
		"nats://broker:4222":                                             "nats://broker:4222",
		"nats://achledger:hunter2@broker:4222":                           "nats://achledger:xxxxx@broker:4222",
		"nats://hunter2@broker:4222":                                     "nats://xxxxx@broker:4222",
		"nats://a:hunter2@one:4222, tls://b:hunter2@two:4222,three:4222": "nats://a:xxxxx@one:4222,tls://b:xxxxx@two:4222,nats://three:4222",
		"nats://achledger:hunter2 %zz@broker:4222":                       "",
		"nats://achledger:hunter2@broker:port":                           "",
	} {
		got, err := redacted(url)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s is shown as %q, %v; want %q", url, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error has the password: %v", err)
		}
	}
}
