package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// steps bounds how many steps one call takes: render, put, begin, and again
// after being dated again, with another process in between.
const steps = 16

func (d *Delivery) deliver(ctx context.Context, id string) error {
	for range steps {
		file, err := d.Files.Ledger.File(ctx, id)
		if err != nil {
			return err
		}
		done, err := d.step(ctx, file)
		var moved *eventstore.VersionError
		if errors.As(err, &moved) {
			continue // another process did something: look again
		}
		if err != nil {
			return fmt.Errorf("deliver file %s: %w", id, err)
		}
		if done {
			return nil
		}
	}
	return fmt.Errorf("deliver file %s: it does not come to rest", id)
}

// step does the next thing there is to do for a file; done means that there
// is nothing, now.
func (d *Delivery) step(ctx context.Context, file domain.File) (done bool, err error) {
	if ok, _ := d.Files.Gate.Allowed(file.Opened.ODFI); !ok {
		return true, nil
	}
	switch file.State {
	case domain.FileIsCut:
		if dated, err := d.redate(ctx, file); dated || err != nil {
			return false, err
		}
		return false, d.Files.Render(ctx, file)
	case domain.FileIsRendered:
		if file.Opened.Method == domain.ByDownload {
			return true, nil
		}
		if dated, err := d.redate(ctx, file); dated || err != nil {
			return false, err
		}
		return false, d.put(ctx, file)
	case domain.FileIsDelivering:
		return false, d.begin(ctx, file)
	default:
		return true, nil
	}
}

// redate decides a file's dates again if the deadline they were decided for
// has passed. A file that the client carries is the client's from its cut on,
// and keeps its dates.
func (d *Delivery) redate(ctx context.Context, file domain.File) (dated bool, err error) {
	if file.Opened.Method == domain.ByDownload {
		return false, nil
	}
	again, ok := domain.Redate(d.Files.Ledger.Now(), file.DatedAt(), file.Batches)
	if !ok {
		return false, nil
	}
	d.Log.Warn("file dated again", "file", file.ID, "client", file.Opened.Client, "why", again.Why)
	return true, d.Files.append(ctx, "redated", &file, again)
}

// put stores the file under its temporary name. From the event on it counts
// as one that may have left.
func (d *Delivery) put(ctx context.Context, file domain.File) error {
	to, err := d.to(ctx, file)
	if err != nil {
		return err
	}
	content, err := d.Files.Bytes(ctx, file.ID)
	if err != nil {
		return err
	}
	if err := to.Put(ctx, file.Rendered.Name, content); err != nil {
		return err
	}
	return d.Files.append(ctx, "delivering", &file, domain.FileDelivering{Method: file.Opened.Method})
}

// begin gives a file that was put its final name, or finds out what became of
// it: after a crash only looking helps, and where that does not tell, nothing
// is sent blindly.
func (d *Delivery) begin(ctx context.Context, file domain.File) error {
	to, err := d.to(ctx, file)
	if err != nil {
		return err
	}
	name := file.Rendered.Name
	place, err := to.Look(ctx, name, file.Rendered.SHA256)
	if err != nil {
		return err
	}
	switch place {
	case Temporary:
		if dated, err := d.redate(ctx, file); dated || err != nil {
			return err
		}
		if err := d.Files.at("before begin"); err != nil {
			return err
		}
		if err := to.Begin(ctx, name); err != nil {
			return err
		}
		if err := d.Files.at("after begin"); err != nil {
			return err
		}
		return d.delivered(ctx, file)
	case Final:
		return d.delivered(ctx, file)
	case Spoiled: // the server lost what it had
		content, err := d.Files.Bytes(ctx, file.ID)
		if err != nil {
			return err
		}
		return to.Put(ctx, name, content)
	default:
		reason := "delivery began, and the file is neither under its temporary name nor under its final one"
		if place == Foreign {
			reason = "delivery began, and a file with other content bears its name"
		}
		d.Log.Error("nobody knows whether a file was delivered", "file", file.ID, "name", name, "reason", reason)
		return d.Files.append(ctx, "delivery unknown", &file, domain.FileDeliveryUnknown{Reason: reason})
	}
}

func (d *Delivery) delivered(ctx context.Context, file domain.File) error {
	if err := d.Files.append(ctx, "delivered", &file, domain.FileDelivered{}); err != nil {
		return err
	}
	d.Log.Info("file delivered", "file", file.ID, "client", file.Opened.Client, "name", file.Rendered.Name)
	return nil
}

func (d *Delivery) to(ctx context.Context, file domain.File) (Deliverer, error) {
	if file.Opened.Method == domain.BySFTP && d.SFTP != nil {
		return d.SFTP.To(ctx, file.Opened.ODFI)
	}
	to, ok := d.Deliverers[file.Opened.Method]
	if !ok {
		return nil, fmt.Errorf("nothing here delivers by %q", file.Opened.Method)
	}
	return to, nil
}
