package workers

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
)

// publish gives a staged file its final name, or finds out whether that
// happened. After a crash it examines the bank's folder; if that does not tell,
// the delivery becomes unknown and the file is not sent again.
func (l *lane) publish(ctx context.Context, file domain.File) error {
	if l.unrecorded.has(file) {
		return l.end(ctx, nil, file)
	}
	way, moved, err := l.whereBegun(ctx, file)
	if err != nil {
		return err
	}
	if way.WriteOnly && l.answered != file.Temporary() {
		return l.unknown(ctx, file, reasons[Unreadable])
	}
	to, err := l.connect(ctx, way)
	var location Location
	if err == nil {
		location, err = to.Find(ctx, file.Temporary(), file.Rendered.Name, file.LeftAs())
	}
	if err != nil && moved && ctx.Err() == nil {
		return l.unknown(ctx, file, "delivery began where the ODFI's files do not go any more, and there is no looking there: "+err.Error())
	}
	if err != nil {
		return err
	}
	terms, err := l.terms(ctx, file)
	if err != nil {
		return err
	}
	stale, err := domain.RedateFile{Now: l.Files.Ledger.Now(), Terms: terms}.Decide(file)
	if err != nil {
		return err
	}
	switch answered := l.answered == file.Temporary(); {
	case location == Final:
		return l.end(ctx, to, file)
	case location == Withdrawn:
		return l.stageDated(ctx, file)
	case location == Corrupt, location == Temporary && (moved || len(stale) > 0): // the server lost the content, or the file is to go elsewhere or with other dates
		return to.Withdraw(ctx, file.Temporary())
	case location == Temporary, location == Unreadable && answered: // the server's response to the upload is all there is
		return l.give(ctx, to, file)
	default:
		return l.unknown(ctx, file, reasons[location])
	}
}

// reasons explain why it is unknown whether a file was delivered.
var reasons = map[Location]string{
	Nowhere:    "delivery began, and the file is neither under its temporary name nor under its final one",
	NameTaken:  "delivery began, and a file with other content bears its name",
	Unreadable: "delivery began, and the bank lets nobody read what is there",
}

// give gives a file its final name.
func (l *lane) give(ctx context.Context, to Deliverer, file domain.File) error {
	l.answered = ""
	if err := l.Files.at("before begin"); err != nil {
		return err
	}
	if err := to.Publish(ctx, file.Temporary(), file.Rendered.Name); err != nil {
		return err
	}
	l.unrecorded.add(file)
	if err := l.Files.at("after begin"); err != nil {
		return err
	}
	return l.end(ctx, to, file)
}

// end records a delivery, and removes temporary files if there is a connection.
func (l *lane) end(ctx context.Context, at Deliverer, file domain.File) error {
	if err := l.delivered(ctx, file); err != nil {
		return err
	}
	if at != nil {
		l.clear(ctx, at, file)
	}
	return l.Files.at("after clear")
}

func (l *lane) unknown(ctx context.Context, file domain.File, reason string) error {
	l.Log.Error("nobody knows whether a file was delivered", "file", file.ID, "name", file.Rendered.Name, "reason", reason)
	return l.Files.record(ctx, "delivery unknown", file, domain.DoubtDelivery{Reason: reason})
}

// whereBegun returns where the delivery of a file began. Moved reports that the
// ODFI's files now go elsewhere. The same place is reached with the present
// keys.
func (l *lane) whereBegun(ctx context.Context, file domain.File) (way domain.DeliverySettings, moved bool, err error) {
	now, err := l.Files.Ledger.Bank(ctx, l.odfi)
	if err != nil {
		return way, false, err
	}
	then, err := l.Files.Ledger.BankAsOf(ctx, l.odfi, file.BegunAt)
	if err != nil {
		return way, false, err
	}
	way = then.Leaves()
	way.Method = file.Delivering.Method
	if way.SamePlace(now.Leaves()) {
		return now.Leaves(), false, nil
	}
	return way, true, nil
}

// unrecorded remembers the files that have their final name although the log
// does not say so yet, because the log was full or the caller's time was over.
// The bank may take such a file before it is recorded, and then Find cannot
// tell.
type unrecorded struct {
	mu    sync.Mutex
	files map[string]string // by id, the temporary name that was renamed
}

func (u *unrecorded) add(file domain.File) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.files == nil {
		u.files = map[string]string{}
	}
	u.files[file.ID] = file.Temporary()
}

func (u *unrecorded) has(file domain.File) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	temporary, ok := u.files[file.ID]
	return ok && temporary == file.Temporary()
}

func (u *unrecorded) forget(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.files, id)
}
