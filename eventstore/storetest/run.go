package storetest

import (
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// test is one sentence and its proof.
type test struct {
	sentence string
	prove    func(t *testing.T, s eventstore.Store)
}

// Run proves every sentence with a store of its own. open returns an empty
// one and closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) eventstore.Store) {
	for _, group := range []struct {
		about string
		tests []test
	}{
		{"appending", appending},
		{"versions", versions},
		{"idempotency", idempotency},
		{"limits", limits},
		{"concurrency", concurrency},
		{"contexts", contexts},
		{"reading", reading},
		{"hints", hints},
		{"closing", closing},
		{"model", model},
	} {
		t.Run(group.about, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.sentence, func(t *testing.T) { test.prove(t, open(t)) })
			}
		})
	}
}
