//go:build !linux

package workers

func renameNew(from, to string) error { return renameUnlessThere(from, to) }
