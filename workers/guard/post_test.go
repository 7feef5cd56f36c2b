package guard

import "testing"

func TestWhatIsNotEncryptedStaysOnThisMachine(t *testing.T) {
	for address, stays := range map[string]bool{
		"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		"10.0.0.1:80": false, "192.0.2.1:80": false, "[fe80::1]:80": false, "localhost:80": false, "": false,
	} {
		if err := loopbackOnly("tcp", address, nil); (err == nil) != stays {
			t.Errorf("%q: %v", address, err)
		}
	}
}
