package workers

import (
	"context"
	"sync"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
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
	confirmed := l.confirmed.has(file)
	if way.WriteOnly && !confirmed {
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
	switch elsewhere := moved || len(stale) > 0; { // it is to go to another place, or with other dates
	case location == Final:
		return l.end(ctx, to, file)
	case location == Withdrawn:
		return l.stageDated(ctx, file)
	case location == Corrupt, location == Temporary && elsewhere: // the server lost the content
		return to.Withdraw(ctx, file.Temporary())
	case location == Unreadable && confirmed && elsewhere: // a pause of delivery came in between
		l.confirmed.forget(file.ID)
		if err := to.Withdraw(ctx, file.Temporary()); err != nil {
			return err
		}
		return l.stageDated(ctx, file)
	case location == Temporary, location == Unreadable && confirmed: // the server's response to the upload is all there is
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
	if err := l.Files.at("before begin"); err != nil {
		return err
	}
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	l.confirmed.forget(file.ID)
	if err := to.Publish(ctx, file.Temporary(), file.Rendered.Name); err != nil {
		return err
	}
	l.unrecorded.note(file.ID, file.Temporary())
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
	return l.Files.record(ctx, "delivery unknown", file, domain.MarkDeliveryUnknown{Reason: reason})
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

// copies remembers staged copies of files, where a pause of delivery, a full log
// or the end of a caller's time comes between a step at the bank and the next
// one. The bank may take a copy that has its final name before the log says so,
// and a bank that lets nobody read does not show what it confirmed: then Find
// cannot tell.
type copies struct {
	mu    sync.Mutex
	files map[string]string // by id, the temporary name
}

func (c *copies) note(id, temporary string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil {
		c.files = map[string]string{}
	}
	c.files[id] = temporary
}

// has reports whether a file's present copy is one of them.
func (c *copies) has(file domain.File) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	temporary, ok := c.files[file.ID]
	return ok && temporary == file.Temporary()
}

func (c *copies) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.files, id)
}
