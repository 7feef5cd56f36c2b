package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/pgp"
	"github.com/achledger/achledger/workers/remote"
)

// ledger checks the data folder, and the settings in its log.
func (c *configCheck) ledger(ctx context.Context) {
	r, err := c.openReader(ctx)
	if err != nil {
		c.fault("", err)
	}
	if r == nil {
		return
	}
	defer r.Close()
	if err := c.settings(ctx, r); err != nil {
		c.note("the settings of ODFIs and clients were not checked: %v", err)
	}
}

// openReader opens the ledger for reading, or returns nil if there is none
// yet.
func (c *configCheck) openReader(ctx context.Context) (*Reader, error) {
	c.secret("", string(c.Folder.Keys())+"/master")
	if c.Database.URL != "" {
		if err := sharesEnough(c.Kind, c.Database.Outbox, c.Database.Inbox); err != nil {
			c.fault("", err)
		}
		if !c.reach {
			c.note("the database, and the settings in it, were not checked: add --reach")
			return nil, nil
		}
		return c.database(ctx)
	}
	has, err := c.Folder.HasLog()
	if err != nil {
		return nil, err
	}
	if !has {
		c.note("%s holds no ledger yet: the first start makes one", c.Folder)
		return nil, nil
	}
	for _, err := range []error{c.Folder.MustBeWhole(), c.Folder.Settle(c.Kind), c.Folder.KeysExist()} { // where a log exists, Settle only checks
		if err != nil {
			c.fault("", err)
		}
	}
	return OpenReader(ctx, c.Folder)
}

// database opens the ledger in the database, and checks that it is the one that the flags,
// the master key and the shared folders are for.
func (c *configCheck) database(ctx context.Context) (*Reader, error) {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	r, err := OpenDatabaseReader(ctx, c.Folder, c.Database.URL, c.Database.Outbox)
	if err != nil {
		return nil, err
	}
	l, err := r.Store.(*postgres.Store).Ledger(ctx)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err := c.Kind.MustBe(folder.Kind(l.Kind)); err != nil {
		c.fault("", err)
	}
	if err := seal.CheckMark(c.Folder.Keys(), l.Mark); err != nil && c.Database.NextMaster == "" {
		c.fault("", err)
	}
	for flag, path := range map[string]string{"--outbox": c.Database.Outbox, "--inbox": c.Database.Inbox} {
		if err := folder.CheckShared(path, l.ID); path != "" && err != nil {
			c.fault(flag, err)
		}
	}
	return r, nil
}

// settings validates the settings of every ODFI and client in the log by the
// current rules.
func (c *configCheck) settings(ctx context.Context, r *Reader) error {
	views, err := r.Views(ctx)
	if err != nil {
		return err
	}
	defer views.Close()
	known, err := views.Receivers(ctx)
	if err != nil {
		return err
	}
	var banks []domain.Bank
	for _, routing := range known.Banks {
		bank, err := r.Ledger.Bank(ctx, routing)
		if err != nil {
			return err
		}
		if bank.Version > 0 {
			banks = append(banks, bank)
		}
	}
	for _, bank := range banks {
		c.bank(ctx, bank, banks)
	}
	for _, id := range known.Clients {
		client, err := r.Ledger.Client(ctx, id)
		if err != nil {
			return err
		}
		c.refused("client "+id, client.Settings.Check())
	}
	return nil
}

// refused reports each field of a refusal.
func (c *configCheck) refused(whose string, err error) {
	var refusal *domain.Refusal
	switch {
	case err == nil:
	case errors.As(err, &refusal) && len(refusal.Fields) > 0:
		for _, f := range refusal.Fields {
			c.fault(whose+" "+strings.ReplaceAll(strings.TrimPrefix(f.Pointer, "/"), "/", "."), errors.New(f.Message))
		}
	default:
		c.fault(whose, err)
	}
}

func (c *configCheck) bank(ctx context.Context, b domain.Bank, all []domain.Bank) {
	whose := "ODFI " + b.Routing
	_, err := domain.ConfigureBank{
		Routing: b.Routing, Delivery: b.Leaves(), File: b.File, Rules: b.Rules, BankProfile: b.BankProfile, Others: all, Sandbox: c.Kind == folder.Sandbox,
	}.Decide(domain.Bank{})
	c.refused(whose, err)
	if way := b.Leaves(); way.Method == domain.BySFTP && way.SFTP != nil {
		c.server(ctx, whose, *way.SFTP)
	}
	if b.PGP == nil {
		return
	}
	faults, warnings := pgp.Check(b.PGP, time.Now())
	for _, f := range faults {
		c.fault(whose, f)
	}
	for _, w := range warnings {
		c.warn(whose, "%s", w)
	}
	for _, file := range append(b.PGP.SignWith, b.PGP.DecryptWith...) {
		c.secret(whose, file)
	}
}

// server checks the login data for a bank's server, and logs in if reach is
// set.
func (c *configCheck) server(ctx context.Context, whose string, s domain.SFTP) {
	if err := remote.Check(s); err != nil {
		c.fault(whose+" delivery.sftp", err)
		return
	}
	c.secret(whose+" delivery.sftp.private_key_file", s.PrivateKeyFile)
	if !c.reach {
		return
	}
	conn, err := remote.Dial(ctx, s)
	if err != nil {
		c.fault(whose+" delivery.sftp", fmt.Errorf("it is not reached: %w", err))
		return
	}
	if err := conn.Close(); err != nil {
		c.warn(whose+" delivery.sftp", "its session did not end well: %v", err)
	}
}
