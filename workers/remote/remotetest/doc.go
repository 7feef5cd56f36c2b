// Package remotetest is a bank's SFTP server for tests: a real one on
// loopback, over a real folder, that can die at the worst moments.
package remotetest
