package workers

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// clear removes temporary files that are no longer needed: those of the file
// just delivered, and those of the ODFI's other files, left by a process that
// died before it removed them. A failure does no harm: no delivery ever begins
// with them.
func (l *lane) clear(ctx context.Context, at Deliverer, delivered domain.File) {
	err := at.Clear(ctx, func(have string) bool {
		return leftOver(have, delivered.Rendered.Name) || l.needless(ctx, have)
	})
	if err != nil {
		l.Log.Warn("temporary files are left", "file", delivered.ID, "name", delivered.Rendered.Name, "err", err)
	}
}

// tidy removes temporary files that earlier processes left in the outbox. A
// server is cleared with the next file delivered to it.
func (d *Delivery) tidy(ctx context.Context) {
	err := leaderOnly{d.Deliverers[domain.ToOutbox]}.Clear(ctx, func(have string) bool {
		file, ok := d.fileOf(ctx, have, "")
		if !ok {
			return false
		}
		// Only the holder of the ODFI's lane knows whether a file is being
		// staged. A name that is needless stays so: no other copy gets it.
		l, leave, err := d.enter(ctx, file.Opened.ODFI)
		if err != nil {
			return false
		}
		defer leave()
		return l.needless(ctx, have)
	})
	if err != nil {
		d.Log.Warn("temporary files are left in the outbox", "err", err)
	}
}

// needless reports whether a name in a bank's folder is a temporary name of a
// file of the lane's ODFI, other than the one its delivery began with. While
// delivery is off nothing is needless: another process may have staged it. Nor is
// what a later leader put, who may be about to record it.
func (l *lane) needless(ctx context.Context, have string) bool {
	file, ok := l.fileOf(ctx, have, l.odfi)
	if !ok || putLater(ctx, have) {
		return false
	}
	if on, _ := l.Files.Switch.Allowed(l.odfi); !on {
		return false
	}
	if file.State == domain.FileIsDelivering || file.State == domain.DeliveryUnknown {
		return have != file.Temporary() && have != withdrawn(file.Temporary())
	}
	return true
}

// fileOf finds the file of an ODFI, of any for "", that a temporary name in a
// bank's folder belongs to. Files of ODFIs with servers of their own may have
// the same name.
func (d *Delivery) fileOf(ctx context.Context, have, odfi string) (file domain.File, ok bool) {
	name, ok := finalName(have)
	if !ok {
		return file, false
	}
	rows, err := d.Views.FilesNamed(ctx, name)
	rows = slices.DeleteFunc(rows, func(f projections.File) bool { return odfi != "" && f.ODFI != odfi })
	if err != nil || len(rows) == 0 {
		return file, false
	}
	file, err = d.Files.Ledger.File(ctx, rows[0].ID)
	return file, err == nil
}

// finalName is the final name that the temporary name have belongs to.
func finalName(have string) (name string, ok bool) {
	have = strings.TrimSuffix(have, ".withdrawn")
	switch end := strings.LastIndex(have, "."); {
	case end > 1 && strings.HasPrefix(have, ".") && stagedCopy.MatchString(have[end:]):
		return have[1:end], true
	case strings.HasPrefix(have, "."):
		return have[1:], len(have) > 1
	default:
		return strings.CutSuffix(have, ".part")
	}
}

// stagedCopy is what newTemporary adds to a name.
var stagedCopy = regexp.MustCompile(`^\.([0-9]+)-[0-9a-f]{16}$`)

// putLater reports whether a temporary name is of a later term than that of the
// context: who works here was replaced and does not know it yet.
func putLater(ctx context.Context, have string) bool {
	have = strings.TrimSuffix(have, ".withdrawn")
	now, end := eventstore.TermOf(ctx), strings.LastIndex(have, ".")
	if now == 0 || end < 0 {
		return false
	}
	found := stagedCopy.FindStringSubmatch(have[end:])
	if found == nil {
		return false
	}
	put, err := strconv.ParseInt(found[1], 10, 64)
	return err == nil && put > now
}

// leftOver reports whether have is a temporary name for that final name, of
// this or an older release.
func leftOver(have, name string) bool {
	return strings.HasPrefix(have, "."+name+".") || have == "."+name || have == name+".part"
}
