//go:build !linux

package conn

// runAll is by the driver, because a linker of another system may not have
// SQLite's functions where this package is linked.
var runAll = runByDriver
