package client

import (
	"encoding/json"
	"testing"
)

func TestAnAmountKeepsItsCents(t *testing.T) {
	for text, cents := range map[string]int64{
		`0`: 0, `0.1`: 10, `49`: 4900, `1942.17`: 194217, `"1942.17"`: 194217, `99999999.99`: 9999999999,
	} {
		var a Amount
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := a.Cents(); got != cents || err != nil {
			t.Errorf("%s is %d cents, %v; want %d", text, got, err, cents)
		}
	}
	if written, err := json.Marshal(Cents(10)); string(written) != "0.10" || err != nil {
		t.Errorf("ten cents are written %s, %v", written, err)
	}
}

func TestWhatIsNoAmountIsNotSent(t *testing.T) {
	for _, text := range []Amount{"", ".5", "1.234", "1.+5", "1e3", "a", "1,50"} {
		if written, err := json.Marshal(text); err == nil {
			t.Errorf("%q is written %s", string(text), written)
		}
	}
}
