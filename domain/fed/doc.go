// Package fed simulates the Federal Reserve and the banks behind it: it takes
// files, rejects what an operator rejects, settles by window, and sends
// acknowledgements, returns, notifications of change, disputes and incoming
// payments. It is seeded and has no clock of its own: the same calls give the
// same bytes. The command, the sandbox and the tests share it.
//
// A receiving bank's answer to an entry is decided by a Script; Scripted is the
// one that reads it from the receiver's name.
package fed
