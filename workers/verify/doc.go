// Package verify checks a data folder: the log's chain, the broker's copy of
// the log, the files made from it and the views. It only reads, and can run
// beside a server.
package verify
