// Package freeport finds ports for servers of tests and of make cluster that need
// to know their port before they listen, or to listen there again.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports are taken from below those that the kernel gives to connections and to
// whoever asks for any port: one of those may be gone before its server listens.
const (
	first = 18000
	last  = 31999
)

// Of returns ports of 127.0.0.1 on which nobody listened just now.
func Of(n int) (ports []int, err error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			err = errors.Join(err, l.Close())
		}
	}()
	for tries := 0; len(ports) < n; tries++ {
		port := first + rand.IntN(last-first)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			if tries > 1000 {
				return nil, err
			}
			continue
		}
		held, ports = append(held, l), append(ports, port)
	}
	return ports, nil
}

// One returns a port for a test.
func One(t testing.TB) int {
	t.Helper()
	ports, err := Of(1)
	if err != nil {
		t.Fatal(err)
	}
	return ports[0]
}
