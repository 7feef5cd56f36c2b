// Command achledger is an ACH ledger: it takes transactions over HTTP, keeps
// them as events, and turns them into NACHA files.
package main

func main() {}
