// Package control lets commands reach the server that runs on a data folder.
// The server is the only process that writes there; a command that wants
// something written asks it on the folder's control.sock, a small HTTP server
// whose file only the folder's owner can open.
package control
