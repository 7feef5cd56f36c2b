package node

import (
	"encoding/json"
	"strings"
)

// walkLink is a relationship as its client knows it.
type walkLink struct {
	holder, id string
	gone       bool
}

func (l *walkLink) path() string { return "/v1/accounts/" + l.holder + "/ach_relationships" }

// link opens a relationship, by numbers or through Plaid.
func (c *walker) link() {
	l := &walkLink{holder: c.newGUID()}
	body := object{"account_owner_name": "Ada Marsh", "bank_account_type": c.one("CHECKING", "SAVINGS"),
		"bank_account_number": c.w.account(), "bank_routing_number": walkBank, "nickname": "Rainy days"}
	var made struct{ ID, Status string }
	if !c.makes(200, l.path(), body, &made) {
		return
	}
	l.id = made.ID
	c.want(200, "GET", l.path()+"/"+l.id, nil, nil)
	body["bank_account_number"] = c.w.account()
	c.want(409, "POST", l.path(), body, nil)
	if _, text := c.request("GET", l.path(), nil); !strings.Contains(text, l.id) {
		c.w.t.Errorf("the list has no relationship %s, which was made", l.id)
	}
	c.links = append(c.links, l)
	c.knows(l.path()+"/"+l.id, nil, "GET", "DELETE")
	c.knows(l.path()+"/"+l.id+"/verify", object{"amounts": []string{"0.12", "0.34"}}, "POST")
	c.w.did("relationship")
}

// transfer moves money over a relationship that is approved, or takes a
// transfer back.
func (c *walker) transfer() {
	if len(c.links) == 0 {
		c.link()
		return
	}
	l := c.links[c.rng.IntN(len(c.links))]
	var at struct{ Status string }
	if !c.want(200, "GET", l.path()+"/"+l.id, nil, &at) {
		return
	}
	m := promise{kind: "Origination", debit: c.even(), cents: c.w.cents()}
	body := object{"transfer_type": "ach", "relationship_id": l.id, "amount": dollars(m.cents).String(), "direction": "OUTGOING"}
	if m.debit {
		body["direction"] = "INCOMING"
	}
	path := "/v1/accounts/" + l.holder + "/transfers"
	var made struct{ ID string }
	if before := at.Status; before != "APPROVED" {
		status, text := c.request("POST", path, body)
		if status >= 400 && status < 500 {
			return
		}
		c.want(200, "GET", l.path()+"/"+l.id, nil, &at)
		if status != 200 || at.Status != "APPROVED" || json.Unmarshal([]byte(text), &made) != nil { // approved in between?
			c.w.t.Errorf("a transfer over a relationship that is %s answers %d %s", before, status, text)
			return
		}
	} else if !c.makes(200, path, body, &made) {
		return
	}
	m.tx = made.ID
	c.promised(m)
	if _, text := c.request("GET", path, nil); !strings.Contains(text, m.tx) {
		c.w.t.Errorf("the list has no transfer %s, which was made", m.tx)
	}
	c.knows(path+"/"+m.tx, nil, "GET", "DELETE")
	if c.rng.IntN(4) == 0 {
		status, text := c.request("DELETE", path+"/"+m.tx, nil)
		switch status {
		case 204:
			c.died(m.tx, c.origin(m.tx).event)
		case 409: // it was filed meanwhile
		default:
			c.w.t.Errorf("canceling a transfer answers %d %s", status, text)
		}
	}
	c.w.did("transfer")
}

// unlink ends a relationship.
func (c *walker) unlink() {
	if len(c.links) < 3 {
		return
	}
	l := c.links[c.rng.IntN(len(c.links))]
	if !l.gone {
		l.gone = c.want(204, "DELETE", l.path()+"/"+l.id, nil, nil)
	}
}
