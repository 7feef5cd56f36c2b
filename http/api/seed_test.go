package api

import (
	"github.com/achledger/achledger/eventstore/testseed"
)

func init() { testseed.Rapid() }
