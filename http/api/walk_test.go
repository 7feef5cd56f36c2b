package api

import (
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// An unauthenticated caller can send a body of nothing but brackets in one packet.
// Before this was fixed, 9,000 levels took 87 MB for the pointer of every level, and
// each level was read again for every level around it.
func TestABodyIsWalkedOnceHoweverDeepItIs(t *testing.T) {
	const levels = 9000
	body := []byte(`{"of":` + strings.Repeat(`[`, levels) + strings.Repeat(`]`, levels) + `}`)
	var into struct {
		Of json.RawMessage `json:"of"`
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := Strictly(body, &into); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("%d bytes of memory for a body of %d", took, len(body))
	}
}

func TestWhatIsThereTwiceIsNamedByItsPlace(t *testing.T) {
	for body, pointer := range map[string]string{
		`{"of":[[[1,{"a":1,"":{"b":1,"b":2}}]]]}`:                "/of/0/0/1//b",
		"{ \"of\" : [ 1 , { } ,\n{ \"a\" : [] , \"a\" : 1 } ] }": "/of/2/a",
		`{"of":{"x":"}],{[\"","y":[{},[]],"x":null}}`:            "/of/x",
	} {
		var into struct {
			Of json.RawMessage `json:"of"`
		}
		var refusal *domain.Refusal
		err := Strictly([]byte(body), &into)
		if !errors.As(err, &refusal) || len(refusal.Fields) != 1 || refusal.Fields[0].Pointer != pointer {
			t.Errorf("%s: %v, want a complaint at %s", body, err, pointer)
		}
	}
}
