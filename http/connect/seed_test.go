package connect

import (
	_ "pgregory.net/rapid" // its flags come first

	"github.com/achledger/achledger/eventstore/testseed"
)

func init() { testseed.Rapid() }
