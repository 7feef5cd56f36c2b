// Package demo tells the story of a payday at a made-up bank on a real server:
// everything it prints happened, over HTTP, and leaves a normal ledger.
package demo
