//go:build !linux

package regular

// RenameNew renames a file in the folder itself and never replaces one.
func (f Folder) RenameNew(from, to string) error { return f.renameUnlessThere(from, to) }
