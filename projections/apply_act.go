package projections

import (
	"strings"

	"github.com/achledger/achledger/domain"
)

const (
	putAct      = `INSERT INTO acts@(position, actor, client) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`
	findOpsKey  = `SELECT 1 FROM credentials@ WHERE key = ?1 AND client = '` + domain.LedgerClient + `'`
	folderOwner = "folder owner "
)

// act keeps an event that a person or operations caused.
func (p *projector) act(c *logEvent, aggregate string) error {
	switch c.fact.Event.(type) {
	case *domain.TransactionFiled, *domain.TransactionReleasedFromFile:
		return nil
	}
	actor := c.fact.Meta.Actor
	if aggregate != "audit" {
		ours, err := p.ofOperations(actor)
		if err != nil || !ours {
			return err
		}
	}
	return p.exec(putAct, c.recorded.Position, actor, c.recorded.Client)
}

// ofOperations reports whether an actor is a person or a credential of
// operations. The result can be cached: a key is issued before it can be used.
func (p *projector) ofOperations(actor string) (bool, error) {
	if IsPerson(actor) {
		return true, nil
	}
	if ours, known := p.actors[actor]; known {
		return ours, nil
	}
	row, err := p.c.Row(findOpsKey, actor)
	if err != nil {
		return false, err
	}
	keep(p.actors, actor, row != nil)
	return row != nil, nil
}

// IsPerson reports whether an actor of an event is a named person.
func IsPerson(actor string) bool {
	return strings.Contains(actor, "@") || strings.HasPrefix(actor, folderOwner)
}
