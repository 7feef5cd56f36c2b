package node

import (
	"strings"

	"github.com/google/uuid"
)

// proParty is a stored recipient with an account.
type proParty struct{ recipient, account string }

// proRecipient stores a recipient with an account, or changes or deletes one.
func (c *walker) proRecipient() {
	if len(c.recipients) > 2 && c.even() {
		n := c.rng.IntN(len(c.recipients))
		r := c.recipients[n]
		path := "/v1/recipients/" + r.recipient
		c.want(200, "PUT", path, object{"name": "Ada Marsh-Webb", "recipientType": "CONSUMER"}, nil)
		c.want(200, "PUT", path+"/accounts/"+r.account, c.proAccount(), nil)
		if c.even() {
			c.want(204, "DELETE", path+"/accounts/"+r.account, nil, nil)
			c.want(204, "DELETE", path, nil, nil)
			c.want(404, "GET", path, nil, nil)
			c.recipients = append(c.recipients[:n:n], c.recipients[n+1:]...)
		}
		return
	}
	var r struct{ RecipientID string }
	if !c.want(201, "POST", "/v1/recipients", object{"name": "Ada Marsh", "recipientType": "CONSUMER"}, &r) {
		return
	}
	path := "/v1/recipients/" + r.RecipientID
	var a struct{ AccountID string }
	if !c.want(201, "POST", path+"/accounts", c.proAccount(), &a) {
		return
	}
	c.want(200, "GET", path+"/accounts/"+a.AccountID, nil, nil)
	c.recipients = append(c.recipients, proParty{r.RecipientID, a.AccountID})
	c.knows(path, nil, "GET", "DELETE")
	c.knows(path, object{"name": "Mine Now", "recipientType": "CONSUMER"}, "PUT")
	c.knows(path+"/accounts", nil, "GET")
	c.knows(path+"/accounts", c.proAccount(), "POST")
	c.knows(path+"/accounts/"+a.AccountID, nil, "GET", "DELETE")
	c.knows(path+"/accounts/"+a.AccountID, c.proAccount(), "PUT")
	c.w.did("recipient")
}

func (c *walker) proAccount() object {
	return object{"routingNumber": walkBank, "accountNumber": c.w.account(), "accountType": c.one("CHECKING", "SAVINGS")}
}

// proFile makes an ACH Pro file. Half of these files are delivered by us, and half are
// balanced.
func (c *walker) proFile() {
	if c.odfi == "" {
		var o struct{ ODFIID string }
		if !c.want(201, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": walkODFI, "fileLineEndings": "WINDOWS"}, &o) {
			return
		}
		c.odfi = o.ODFIID
		c.knows("/v1/odfis/"+c.odfi, nil, "GET", "DELETE")
		c.knows("/v1/odfis/"+c.odfi, object{"name": "Mine", "routingNumber": walkODFI, "fileLineEndings": "UNIX"}, "PUT")
	}
	var entries []object
	var made []promise
	debits := c.even()
	for range 1 + c.rng.IntN(3) {
		m := promise{kind: "Origination", debit: debits, cents: c.w.cents()}
		e := object{"recipient": object{"name": "Bo Sample", "recipientType": "CONSUMER"}, "account": c.proAccount(),
			"amount": dollars(m.cents), "entryType": map[bool]string{true: "DEBIT", false: "CREDIT"}[debits]}
		if len(c.recipients) > 0 && c.even() {
			r := c.recipients[c.rng.IntN(len(c.recipients))]
			e["recipient"], e["account"] = r.recipient, r.account
		}
		entries, made = append(entries, e), append(made, m)
	}
	batch := object{"entryDescription": "PRO", "secCode": c.one("PPD", "WEB"), "entries": entries,
		"company": object{"name": "HARBOR", "recipientType": "COMPANY", "companyId": c.company()}}
	if c.even() {
		batch["secCode"] = "PPD"
		batch["offsetAccount"] = c.proAccount()
	}
	file := object{"odfi": c.odfi, "delivery": c.one("download", "deliver"), "batches": []object{batch}}
	var f struct{ ACHFileID string }
	key := c.newGUID()
	if !c.makes(201, "/v1/ach-files", file, &f, "Idempotency-Key", key) {
		return
	}
	c.want(201, "POST", "/v1/ach-files", file, &f, "Idempotency-Key", key)
	c.carries[uuid.MustParse(f.ACHFileID).String()] = file["delivery"] == "download" // in the form of file ids
	for _, m := range made {
		c.promised(m)
	}
	path := "/v1/ach-files/" + f.ACHFileID
	c.knows(path, nil, "GET", "DELETE")
	c.knows(path, file, "PUT")
	c.knows(path+"/nacha", nil, "GET")
	c.want(200, "GET", path, nil, nil)
	if _, text := c.request("GET", "/v1/ach-files", nil); !strings.Contains(text, f.ACHFileID) {
		c.w.t.Errorf("the list has no file %s, which was made", f.ACHFileID)
	}
	c.want(409, "DELETE", path, nil, nil)
	c.w.did("ach-file")
}
