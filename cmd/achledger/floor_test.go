package main

import (
	"go/ast"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// eachProduct visits every file that is no test, below some folders.
func eachProduct(t *testing.T, folders []string, visit func(file string, f *ast.File)) {
	t.Helper()
	eachSource(t, func(file string, f *ast.File) {
		if below(file, folders) && !strings.HasSuffix(file, "_test.go") {
			visit(file, f)
		}
	})
}

// Code that reads, decides and writes uses ledger.Execute, which handles version
// errors.
func TestNothingOutsideTheLedgerHandlesAVersionError(t *testing.T) {
	eachProduct(t, []string{"cmd", "http"}, func(file string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Retry" || s.Sel.Name == "RetryUnless") {
				t.Errorf("%s decides again by itself: ledger.Execute and WriteDecided do", file)
			}
			return true
		})
	})
	eachProduct(t, []string{"cmd", "http", "workers", "projections"}, func(file string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "VersionError" {
				t.Errorf("%s handles a VersionError: ledger.Execute, Retry, RetryUnless and Contended do", file)
			}
			return true
		})
	})
}

// records are events that record what was done, which no command decides. They are
// written by ledger.Audit.
var records = []string{"AccountRevealed", "FileRead", "AuditSignedIn", "DeliverySwitched", "KeysRotated", "KeysDestroyed", "CredentialsAccepted", "ActedAlone", "Exported", "RequestRefused"}

// inHand are events that workers may make without a command, by folder.
var inHand = map[string][]string{
	"workers/": {
		"FileOpened", "FileFilled", // values that OpenFile and the append of entries take as they are
		"ProfileFileMade",       // the request as it was kept, shown once its file is cut
		"TransactionOriginated", // what a client's own file says of an entry
	},
	// These record what the bank's files say and how they were read, which is no
	// decision. Commands decide what follows from it.
	"workers/inbound/": {
		"TransactionReceived", "EntryQueued",
		"InboundReceived", "InboundRepeated", "InboundKeyReused", "InboundJudged",
	},
}

func mayName(file, event string) bool {
	for folder, events := range inHand {
		if strings.HasPrefix(file, folder) && slices.Contains(events, event) {
			return true
		}
	}
	return false
}

// Except for the events above, only commands of package domain make events.
func TestNobodyButDomainMakesEventsByHand(t *testing.T) {
	events := map[string]bool{}
	for _, e := range domain.Types() {
		if name := reflect.TypeOf(e).Elem().Name(); !slices.Contains(records, name) {
			events[name] = true
		}
	}
	if !events["TransactionOriginated"] {
		t.Fatalf("read no events: %v", events)
	}
	eachProduct(t, []string{"cmd", "http", "workers"}, func(file string, f *ast.File) {
		named := map[ast.Node]bool{} // in X{}.Type()
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if n.Sel.Name == "Type" {
					named[ast.Unparen(n.X)] = true
				}
			case *ast.CompositeLit:
				s, ok := n.Type.(*ast.SelectorExpr)
				if !ok || named[n] {
					return true
				}
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "domain" && events[s.Sel.Name] && !mayName(file, s.Sel.Name) {
					t.Errorf("%s makes a %s by hand", file, s.Sel.Name)
				}
			}
			return true
		})
	})
}
