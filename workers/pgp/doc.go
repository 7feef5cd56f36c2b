// Package pgp encrypts and signs what goes to a bank, and decrypts and verifies
// what comes from one. Keys are read from their files each time, so that a new
// one counts as soon as its file is there. They are judged by the machine's
// time, as the bank judges them by its own.
package pgp
