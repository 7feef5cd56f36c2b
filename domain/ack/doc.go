// Package ack reads and writes acknowledgements: what the operator says about a
// file it received. NACHA has no record for them and each operator prints a
// text of its own; this format says the same things, one line each, and is
// documented in docs/acknowledgement-format.md. A bank's own text is read by a
// Form.
package ack
