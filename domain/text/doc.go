// Package text turns what people write into what a NACHA file can carry:
// names into printable ASCII, dollars into cents.
//
// Nothing is cut or replaced in silence. A function either keeps the meaning,
// and says that it changed the letters, or returns an error that names the
// character or the rule. Errors never hold the text itself, which may be an
// account number.
package text
