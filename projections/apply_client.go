package projections

import (
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

const (
	putClient = `INSERT INTO clients@(client, name, odfis, suspended, opened_at) VALUES(?1, ?2, ?3, 0, ?4)
		ON CONFLICT DO NOTHING`
	changeClient  = `UPDATE clients@ SET name = ?2, odfis = ?3 WHERE client = ?1`
	suspendClient = `UPDATE clients@ SET suspended = ?2 WHERE client = ?1`
	dropODFIs     = `DELETE FROM client_odfis@ WHERE client = ?1`
	putODFI       = `INSERT INTO client_odfis@(odfi, client) VALUES(?1, ?2) ON CONFLICT DO NOTHING`

	putGuarded = `INSERT INTO guarded@(client, odfi, position) VALUES(?1, ?2, ?3)
		ON CONFLICT DO UPDATE SET position = ?3`
	takeGuarded = `DELETE FROM guarded@ WHERE client = ?1 AND odfi = ?2`

	putCredential = `INSERT INTO credentials@(key, client, scopes, revoked, issued_at) VALUES(?1, ?2, ?3, 0, ?4)
		ON CONFLICT DO NOTHING`
	revokeCredential = `UPDATE credentials@ SET revoked = 1 WHERE key = ?1`
)

// client applies an event of a client's stream.
func (p *projector) client(c *logEvent) error {
	_, id, _ := cutStream(c.recorded.Stream)
	if err := p.changedSettings("client", c); err != nil {
		return err
	}
	switch e := c.fact.Event.(type) {
	case *domain.ClientOpened:
		err := p.exec(putClient, id, e.Settings.Name, odfis(e.Settings), micros(c.fact.Meta.At))
		if err != nil {
			return err
		}
		return p.settings(c, id, e.Settings)
	case *domain.ClientChanged:
		err := p.exec(changeClient, id, e.Settings.Name, odfis(e.Settings))
		if err != nil {
			return err
		}
		return p.settings(c, id, e.Settings)
	case *domain.ClientSuspended:
		return p.exec(suspendClient, id, true)
	case *domain.ClientResumed:
		return p.exec(suspendClient, id, false)
	}
	return nil
}

// settings writes the rows that follow from a client's settings.
func (p *projector) settings(c *logEvent, id string, s domain.Settings) error {
	if err := p.exec(dropODFIs, id); err != nil {
		return err
	}
	for _, odfi := range s.ODFIs {
		if err := p.exec(putODFI, odfi, id); err != nil {
			return err
		}
	}
	return p.guarded(c, id, "", s.Rules)
}

// guarded records whether a client, or else a bank, has rules of the guard.
func (p *projector) guarded(c *logEvent, client, odfi string, rules guard.Rules) error {
	if rules.None() {
		return p.exec(takeGuarded, client, odfi)
	}
	if rules.LooksBack() {
		if err := p.exec(indexAccounts); err != nil {
			return err
		}
	}
	return p.exec(putGuarded, client, odfi, c.recorded.Position)
}

func odfis(s domain.Settings) string { return strings.Join(s.ODFIs, " ") }

// credential applies an event of a credential's stream.
func (p *projector) credential(c *logEvent) error {
	_, key, _ := cutStream(c.recorded.Stream)
	switch e := c.fact.Event.(type) {
	case *domain.CredentialIssued:
		return p.putCredential(key, e.Client, e.Scopes, c.fact.Meta.At)
	case *domain.CredentialIssuedV2:
		return p.putCredential(key, e.Client, e.Scopes, c.fact.Meta.At)
	case *domain.CredentialRevoked:
		return p.exec(revokeCredential, key)
	}
	return nil
}

func (p *projector) putCredential(key, client string, scopes []string, issuedAt time.Time) error {
	return p.exec(putCredential, key, client, strings.Join(scopes, " "), micros(issuedAt))
}
