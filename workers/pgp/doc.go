// Package pgp encrypts and signs files for a bank, and decrypts and verifies
// files from one. Keys are read from their files each time, so a new key takes
// effect when its file is there. Their validity is checked by machine time, as
// the bank checks them by its own clock.
package pgp
