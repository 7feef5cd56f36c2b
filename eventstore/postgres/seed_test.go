package postgres_test

import (
	"github.com/achledger/achledger/eventstore/testseed"
	_ "pgregory.net/rapid" // its flags come first
)

func init() { testseed.Rapid() }
