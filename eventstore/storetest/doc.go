// Package storetest is what every implementation of eventstore.Store must
// pass. Its cases are sentences about the log; each starts with an empty one.
package storetest
