package domain

import "strings"

// LedgerClient owns streams that belong to no single client.
const LedgerClient = "_ledger"

// Stream names. A client's id is part of the name wherever two clients may
// choose the same id.

// TransactionStream names a transaction's stream.
func TransactionStream(client, id string) string { return "transaction/" + client + "/" + id }

// FileStream names a file's stream.
func FileStream(id string) string { return "file/" + id }

// TraceStream names the stream of trace numbers of an ODFI, by the first
// eight digits of its routing number.
func TraceStream(odfi8 string) string { return "odfi/" + odfi8 }

// OriginStream names the stream of file id modifiers of an immediate origin.
func OriginStream(immediateOrigin string) string { return "origin/" + immediateOrigin }

// ClientStream names a client's stream.
func ClientStream(id string) string { return "client/" + id }

// CredentialStream names a credential's stream.
func CredentialStream(key string) string { return "credential/" + key }

// BankStream names the settings of one of our ODFIs, by routing number.
func BankStream(routing string) string { return "bank/" + routing }

// ClockStream is the stream of the sandbox clock.
const ClockStream = "clock/sandbox"

// SplitTransactionStream is the inverse of TransactionStream.
func SplitTransactionStream(stream string) (client, id string, ok bool) {
	rest, ok := strings.CutPrefix(stream, "transaction/")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/")
}

// Aggregate is the part of a stream's name before the first slash.
func Aggregate(stream string) string {
	name, _, _ := strings.Cut(stream, "/")
	return name
}
