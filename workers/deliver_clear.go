package workers

import (
	"context"
	"regexp"
	"strings"

	"github.com/achledger/achledger/domain"
)

// clear removes temporary names that are not needed any more: what is left of
// the file that was just delivered, and of others of its ODFI, should a
// process have died before it cleared up. Where it fails they do no harm:
// nothing is ever begun with them.
func (l *lane) clear(ctx context.Context, at Deliverer, delivered domain.File) {
	err := at.Clear(ctx, func(have string) bool {
		return leftOver(have, delivered.Rendered.Name) || l.needless(ctx, have)
	})
	if err != nil {
		l.Log.Warn("temporary files are left", "file", delivered.ID, "name", delivered.Rendered.Name, "err", err)
	}
}

// tidy clears the outbox of what earlier processes left there. At a server
// that is done with the next file that is delivered to it.
func (d *Delivery) tidy(ctx context.Context) {
	err := d.Deliverers[domain.ToOutbox].Clear(ctx, func(have string) bool {
		file, ok := d.fileOf(ctx, have)
		if !ok {
			return false
		}
		// Only who delivers for the ODFI knows whether a put is under way; what
		// is needless then stays so, as no other put gets the name.
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

// needless reports whether a name in a bank's folder is a temporary one of a
// file of the lane's ODFI, and not the one with which the file's delivery
// began. Of a file that may have been put by another process, because
// delivery is off here, nothing is.
func (l *lane) needless(ctx context.Context, have string) bool {
	file, ok := l.fileOf(ctx, have)
	if !ok || file.Opened.ODFI != l.odfi {
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

// fileOf is the file of which a name in a bank's folder is a temporary one.
func (d *Delivery) fileOf(ctx context.Context, have string) (file domain.File, ok bool) {
	name, ok := finalName(have)
	if !ok {
		return file, false
	}
	row, ok, err := d.Views.FileNamed(ctx, name)
	if err != nil || !ok {
		return file, false
	}
	file, err = d.Files.Ledger.File(ctx, row.ID)
	return file, err == nil
}

// finalName is the name of the file of which have would be a temporary one.
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

// stagedCopy is what newTemporary puts behind a name.
var stagedCopy = regexp.MustCompile(`^\.[0-9]+-[0-9a-f]{16}$`)

// leftOver reports whether a name in a bank's folder is a temporary one of the
// file with that final name, older releases' included.
func leftOver(have, name string) bool {
	return strings.HasPrefix(have, "."+name+".") || have == "."+name || have == name+".part"
}
