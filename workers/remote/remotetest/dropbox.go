package remotetest

import (
	"io"
	"os"

	"github.com/pkg/sftp"
)

// dropbox accepts files, renames and removals, but lists and reads nothing.
type dropbox struct{ *Server }

// Fileread implements sftp.FileReader.
func (d dropbox) Fileread(*sftp.Request) (io.ReaderAt, error) { return nil, d.refuse() }

// Filelist implements sftp.FileLister.
func (d dropbox) Filelist(*sftp.Request) (sftp.ListerAt, error) { return nil, d.refuse() }

// Filewrite implements sftp.FileWriter.
func (d dropbox) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	return os.OpenFile(r.Filepath, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// Filecmd implements sftp.FileCmder.
func (d dropbox) Filecmd(r *sftp.Request) error {
	switch r.Method {
	case "Rename":
		return os.Rename(r.Filepath, r.Target)
	case "Remove":
		return os.Remove(r.Filepath)
	default:
		return d.refuse()
	}
}

func (d dropbox) refuse() error {
	d.Peeks.Add(1)
	return sftp.ErrSSHFxPermissionDenied
}
