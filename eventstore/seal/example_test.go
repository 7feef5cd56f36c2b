package seal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/eventstore/seal"
)

func Example() {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	keys, err := seal.Open(filepath.Join(dir, "keys"))
	if err != nil {
		panic(err)
	}
	sealed, err := keys.Seal("acme", []byte("123456789"), "account number")
	if err != nil {
		panic(err)
	}
	plain, err := keys.Open("acme", sealed, "account number")
	fmt.Println(string(plain), err)

	err = keys.Destroy("acme")
	fmt.Println(err)
	_, err = keys.Open("acme", sealed, "account number")
	fmt.Println(err, seal.NotCheckable(err))
	// Output:
	// 123456789 <nil>
	// <nil>
	// open sealed value: the client's keys were destroyed: acme true
}

func BenchmarkSeal(b *testing.B) {
	keys, err := seal.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	number := []byte("00012345678901234")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keys.Seal("acme", number, "account number"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	keys, err := seal.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keys.Fingerprint("acme", "091000019", "00012345678901234"); err != nil {
			b.Fatal(err)
		}
	}
}
