// Package text converts what people write to what a NACHA file can contain:
// names to printable ASCII, dollars to cents.
//
// Nothing is cut or replaced silently. A function either keeps the meaning, and
// reports that it changed the letters, or returns an error that names the
// character or the rule. Errors never contain the text itself, which may be an
// account number.
package text
