// Package remotetest is a bank's SFTP server for tests: a real server on
// loopback, over a real folder, that can end sessions at chosen moments.
package remotetest
