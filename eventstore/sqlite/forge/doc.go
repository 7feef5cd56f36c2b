// Package forge changes a log as somebody can who may write into a backup and
// has no key. Only tests use it.
package forge
