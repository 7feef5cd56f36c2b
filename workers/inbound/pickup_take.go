package inbound

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers/remote"
)

// claimPrefix begins the name of a claimed file on a bank's server: prefix, 16
// hexadecimal digits, a hyphen, its own name.
const claimPrefix = ".achledger-"

// cutClaim splits the name of a claimed file.
func cutClaim(name string) (id, own string, ok bool) {
	rest, ok := strings.CutPrefix(name, claimPrefix)
	if !ok {
		return "", "", false
	}
	id, own, ok = strings.Cut(rest, "-")
	return id, own, ok && len(id) == 16 && own != ""
}

// claimed reports whether a name is that of a file that we claimed. With
// AfterPickupLeave nothing is claimed, and files that others claimed are not
// touched.
func (v *visit) claimed(name string) bool {
	_, _, ok := cutClaim(name)
	return ok && v.after != AfterPickupLeave
}

// take picks up a file: it is stored and recorded. kept reports whether there
// is something to apply. An incomplete file is left until it changes.
func (v *visit) take(ctx context.Context, f os.FileInfo) (kept bool, err error) {
	name, unfinished := f.Name(), false
	if !v.claimed(name) {
		if unfinished, err = v.unfinished(ctx, name); err == nil && !unfinished && v.after != AfterPickupLeave {
			name, err = v.claim(ctx, name)
		}
	}
	if err == nil && !unfinished {
		kept, err = v.read(ctx, name)
	}
	switch {
	case unfinished || errors.Is(err, errUnfinished):
		v.incomplete(name, f)
		v.Log.Warn("a file at the bank's SFTP server is unfinished", "bank", v.key(name), "size", f.Size())
		return false, nil
	case errors.Is(err, errTooLarge): // it is not stored here: a person has to look at it there
		v.taken(name, f)
		v.Log.Error("a file at the bank's SFTP server is too large and stays there", "bank", v.key(name), "size", f.Size(), "limit", v.Intake.Largest)
		return false, nil
	case remote.Missing(err) && name == f.Name():
		return false, nil // removed, or claimed by another run, meanwhile
	default:
		return kept, err
	}
}

// taken remembers that a file in its current state is done with.
func (v *visit) taken(name string, f os.FileInfo) {
	v.seen[v.key(name)] = &atBank{size: f.Size(), written: f.ModTime(), taken: true}
	v.there[v.key(name)] = true
}

// incomplete remembers that a file in its current state is unfinished, and since
// when.
func (v *visit) incomplete(name string, f os.FileInfo) {
	was := v.seen[v.key(name)]
	v.taken(name, f)
	s := v.seen[v.key(name)]
	s.again, s.unfinished = time.Now().Add(v.Again), time.Now()
	if was != nil && !was.unfinished.IsZero() { // it was read again: see ready
		s.unfinished, s.alarmed = was.unfinished, was.alarmed
	}
}

// unfinished reports whether a file is incomplete. With AfterPickupLeave only an
// OpenPGP message is examined, because half of one cannot be decrypted; any
// other file is left while it is read.
func (v *visit) unfinished(ctx context.Context, name string) (bool, error) {
	file, err := v.conn.Open(v.path(name))
	if err != nil {
		return false, err
	}
	defer file.Close()
	content, err := v.Intake.bounded(file)
	if err != nil {
		return false, err
	}
	if v.after == AfterPickupLeave {
		if is, err := isMessage(content); err != nil || !is {
			return false, err
		}
	}
	whole, err := v.Intake.finished(ctx, content)
	return !whole, err
}

// claim renames a file, so that what the bank puts under the old name is
// another file.
func (v *visit) claim(ctx context.Context, name string) (string, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	to := claimPrefix + hex.EncodeToString(id[:]) + "-" + name
	v.Intake.at("before claim")
	if err := eventstore.CheckLeader(ctx); err != nil {
		return name, err
	}
	err := v.conn.Rename(v.path(name), v.path(to))
	if remote.Missing(err) {
		return name, err
	}
	if err != nil {
		return name, fmt.Errorf("rename it before it is read (start achledger with --sftp-after leave if the server allows no rename in %s): %w", v.sftp.InboundFolder, err)
	}
	v.Intake.at("after claim")
	return to, nil
}

// read takes in a file under its current name. An acknowledgement is only read;
// see later.
func (v *visit) read(ctx context.Context, name string) (kept bool, err error) {
	file, err := v.conn.Open(v.path(name))
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	from := provenance{name: name, source: FromSFTP}
	if id, own, ok := cutClaim(name); ok && v.after != AfterPickupLeave {
		from.name, from.id = own, id
	} else {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", v.key(name), info.Size(), info.ModTime().UnixNano()))
		from.id = hex.EncodeToString(sum[:8])
	}
	content, err := v.Intake.bounded(file)
	if err != nil {
		return false, err
	}
	came, err := v.Intake.open(ctx, from, content)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, came.drop()) }()
	text, ok, err := v.Intake.textOf(ctx, came)
	if err != nil {
		return false, err
	}
	if ok {
		return false, v.later(came.from, name, text, info)
	}
	o, err := v.Intake.accept(ctx, came.from, came, true)
	if err != nil {
		return false, err
	}
	for _, o := range o.Files() {
		v.Log.Info("file taken from the bank's SFTP server", "bank", v.key(from.name), "id", o.ID, "state", o.State)
	}
	if err := v.finish(ctx, name, from.name); err != nil {
		return true, err // it is read again, which changes nothing
	}
	v.taken(name, info)
	return true, nil
}

// maxTexts bounds the acknowledgements held during one poll, in bytes.
const maxTexts = 4 * longestAcknowledgement

// later holds an acknowledgement until the connection is closed.
func (v *visit) later(from provenance, name string, text answerText, info os.FileInfo) error {
	if !text.whole() {
		return errUnfinished
	}
	if v.bytes += len(text.text); v.bytes > maxTexts && len(v.texts) > 0 {
		return nil // it is read at the next poll
	}
	v.texts = append(v.texts, &heldAck{at: name, name: from.name, from: from, text: text})
	v.taken(name, info)
	return nil
}

// acknowledge applies the acknowledgements that were read, and then connects
// once more to remove or move them. One that failed is read again at the next
// poll.
func (v *visit) acknowledge(ctx context.Context) error {
	var errs []error
	for _, a := range v.texts {
		a.done, a.err = v.Intake.acknowledge(ctx, a.from, a.text)
		if fatal(a.err) || ctx.Err() != nil {
			return a.err
		}
		if a.err != nil {
			v.seen[v.key(a.at)].taken = false
			errs = append(errs, fmt.Errorf("take %s from %s: %w", a.name, v.sftp.Host, a.err))
		}
	}
	if v.after == AfterPickupLeave {
		return errors.Join(errs...)
	}
	err := v.connected(ctx, func() error {
		for _, a := range v.texts {
			var err error
			switch {
			case a.err != nil:
				continue
			case a.done.quarantined(): // it is not stored here: a person has to look at it there
				err = v.giveBack(ctx, a)
			default:
				err = v.finish(ctx, a.at, a.name)
			}
			if err != nil {
				v.seen[v.key(a.at)].taken = false
				errs = append(errs, fmt.Errorf("put %s at %s away: %w", a.name, v.sftp.Host, err))
			}
		}
		return nil
	})
	if err != nil { // they are read and applied again, which changes nothing
		for _, a := range v.texts {
			v.seen[v.key(a.at)].taken = false
		}
	}
	return errors.Join(append(errs, err)...)
}

// giveBack renames a claimed file to its own name, if that is free, and
// remembers that it is done with.
func (v *visit) giveBack(ctx context.Context, a *heldAck) error {
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	if _, err := v.conn.Lstat(v.path(a.name)); !remote.Missing(err) {
		return err // another file has the name: this one stays claimed
	}
	if err := v.conn.Rename(v.path(a.at), v.path(a.name)); err != nil {
		return err
	}
	v.seen[v.key(a.name)] = v.seen[v.key(a.at)]
	return nil
}

// finish removes or moves a file that was taken.
func (v *visit) finish(ctx context.Context, name, own string) error {
	if v.after == AfterPickupLeave {
		return nil
	}
	v.Intake.at("before remove")
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	switch v.after {
	case AfterPickupRemove:
		return v.conn.Remove(v.path(name))
	case AfterPickupDone:
		for n := 1; ; n++ {
			to := path.Join(v.sftp.InboundFolder, string(AfterPickupDone), own)
			if n > 1 {
				to = fmt.Sprintf("%s.%d", to, n)
			}
			if _, err := v.conn.Lstat(to); remote.Missing(err) {
				return v.move(name, to)
			} else if err != nil {
				return err
			}
		}
	default:
		return nil
	}
}

// move moves a file into the folder done. The error of a missing folder is none
// of a missing file, which another run may have moved.
func (v *visit) move(name, to string) error {
	err := v.conn.Rename(v.path(name), to)
	if !remote.Missing(err) {
		return err
	}
	if _, none := v.conn.Stat(path.Dir(to)); remote.Missing(none) {
		return fmt.Errorf("there is no folder %s: make it there, or start achledger with another --sftp-after", path.Dir(to))
	}
	return err
}
