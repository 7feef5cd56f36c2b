// Package ack reads and writes acknowledgements: what the operator says about a
// file it received. NACHA defines no record for them, and each operator has its
// own text. This package's format has one line for each value and is documented
// in docs/acknowledgement-format.md. A bank's own text is read by a Form.
package ack
