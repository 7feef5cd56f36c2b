// Package connect is ACH Connect: transactions one by one and in bulk, their
// events and answers, and access tokens.
package connect
