package main

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// floor is the minimal server that takes payments so that none is lost or
// taken twice: echo, JSON, and a group commit that writes three rows for each
// payment: the payment, chained to the one before by its hash; its idempotency
// key; and an outbox row for subscribers. It does not validate, encrypt,
// project or publish.
type floor struct {
	conn                  *connection // inserts payments
	keys, outbox          driver.Stmt
	unwritten             chan *floorPayment
	stopped, closed       chan struct{}
	position              int64
	hash                  [sha256.Size]byte
	clientKey, clientWord string
}

// floorPayment is a payment that waits for its commit.
type floorPayment struct {
	id   string
	data []byte
	done chan error
}

const floorSchema = `
CREATE TABLE payments(position INTEGER PRIMARY KEY, id TEXT NOT NULL, data BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE keys(client TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(client, key)) STRICT, WITHOUT ROWID;
CREATE TABLE outbox(position INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;`

func openFloor(path string) (*floor, error) {
	conn, err := connect(path, floorSchema, "INSERT INTO payments(position, id, data, hash) VALUES(?,?,?,?)")
	if err != nil {
		return nil, err
	}
	f := &floor{
		conn: conn, unwritten: make(chan *floorPayment, inFlight), stopped: make(chan struct{}), closed: make(chan struct{}),
		clientKey: uuid.NewString(), clientWord: uuid.NewString(),
	}
	if f.keys, err = conn.Prepare("INSERT INTO keys(client, key, position) VALUES(?,?,?)"); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if f.outbox, err = conn.Prepare("INSERT INTO outbox(position, data) VALUES(?,?)"); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	go f.write()
	return f, nil
}

func (f *floor) close() error {
	close(f.stopped)
	<-f.closed
	return f.conn.Close()
}

func (f *floor) write() {
	defer close(f.closed)
	for {
		batch, open := nextBatch(f.unwritten, f.stopped)
		if !open {
			return
		}
		position, hash := f.position, f.hash
		err := f.conn.commit(func() error {
			for _, p := range batch {
				if err := f.insert(p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			f.position, f.hash = position, hash
		}
		for _, p := range batch {
			p.done <- err
		}
	}
}

func (f *floor) insert(p *floorPayment) error {
	f.position++
	f.hash = sha256.Sum256(append(f.hash[:], p.data...))
	if err := execute(f.conn.insert, f.position, p.id, p.data, f.hash[:]); err != nil {
		return err
	}
	if err := execute(f.keys, f.clientKey, p.id, f.position); err != nil {
		return err
	}
	return execute(f.outbox, f.position, p.data)
}

// floorRecord is a payment in the request and the response, with the same
// fields as the program's.
type floorRecord struct {
	ID                     string    `json:"TransactionID"`
	At                     time.Time `json:"CreatedAt"`
	StandardEntryClassCode string
	TransactionType        string
	ToRouting              string
	ToAccount              string
	ToAccountType          string
	ToName                 string
	ToIdentification       string
	Description            string
	Amount                 json.Number
}

// take handles POST /api/transaction.
func (f *floor) take(c echo.Context) error {
	if key, word, ok := c.Request().BasicAuth(); !ok || key != f.clientKey || word != f.clientWord {
		return echo.ErrUnauthorized
	}
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	var r floorRecord
	if err := json.Unmarshal(body, &r); err != nil {
		return echo.NewHTTPError(http.StatusBadRequest, err.Error())
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	r.ID, r.At = id.String(), time.Now().UTC()
	p := &floorPayment{id: r.ID, done: make(chan error, 1)}
	if p.data, err = json.Marshal(r); err != nil {
		return err
	}
	f.unwritten <- p
	if err := <-p.done; err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, r)
}

// serveFloor writes a client's credential to the folder, as serveBare does, and
// prints its address.
func serveFloor(ctx context.Context, dir folder.Folder, out io.Writer) (err error) {
	if err := os.MkdirAll(string(dir), 0o700); err != nil {
		return err
	}
	f, err := openFloor(filepath.Join(string(dir), "floor.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	if err := dir.WriteCredential(f.clientKey, f.clientWord); err != nil {
		return err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.POST("/api/transaction", f.take)
	if e.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s\n", e.Listener.Addr())
	go func() {
		<-ctx.Done()
		_ = e.Shutdown(context.WithoutCancel(ctx))
	}()
	if err := e.Start(""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
