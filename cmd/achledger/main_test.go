package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts and the crash test run the program itself, with the
// race detector where the tests have it.
func TestMain(m *testing.M) {
	testscript.Main(withDatabase{m}, map[string]func(){
		"achledger": main,
		"enter":     enter,
		"browse":    browse,
	})
}

// The scripts in testdata are what a person would type.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":   server,
			"call":     call,
			"capture":  capture,
			"flip":     flip,
			"await":    await,
			"until":    until,
			"code":     code,
			"database": database(t),
			"broker":   startBroker,
		},
		UpdateScripts: os.Getenv("UPDATE_STORIES") != "",
	})
}
