// Package verify checks a data folder from the outside in: the log's chain,
// its echo, the files it made and the views made from it. It only reads, and
// works beside a running server.
package verify
