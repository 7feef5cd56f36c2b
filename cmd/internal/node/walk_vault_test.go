package node

import (
	"encoding/json"
	"encoding/xml"
	"strings"
)

// vaulted is an answer of the vault, in JSON or XML.
type vaulted struct {
	XMLName xml.Name `json:"-" xml:"payload"`
	Token   struct {
		ID    string `json:"token-id" xml:"token-id"`
		Times int    `json:"times-used" xml:"times-used"`
	} `json:"ach-token" xml:"ach-token"`
	Transaction struct {
		ID string `json:"transaction-id" xml:"transaction-id"`
	} `json:"ach-transaction" xml:"ach-transaction"`
}

// vault makes a request to the vault, in JSON or in XML.
func (c *walker) vault(method, path, root string, fields object) (int, vaulted) {
	inXML := c.even()
	var body any
	var headers []string
	if inXML {
		var b strings.Builder
		b.WriteString("<" + root + ">")
		for name, value := range fields {
			b.WriteString("<" + name + ">")
			_ = xml.EscapeText(&b, []byte(value.(string)))
			b.WriteString("</" + name + ">")
		}
		b.WriteString("</" + root + ">")
		body, headers = b.String(), []string{"Content-Type", "application/xml", "Accept", "application/xml"}
	} else if fields != nil {
		asJSON := object{}
		for name, value := range fields {
			asJSON[name] = value
			if name == "create-token" {
				asJSON[name] = value == "true"
			}
		}
		body = asJSON
	}
	status, text := c.request(method, path, body, headers...)
	var v vaulted
	if status != 200 {
		return status, v
	}
	err := json.Unmarshal([]byte(text), &v)
	if inXML {
		err = xml.Unmarshal([]byte(text), &v)
		c.w.did("token XML")
	}
	if err != nil {
		c.w.t.Errorf("%s %s: %v in %s", method, path, err, text)
	}
	return status, v
}

func (c *walker) vaultAccount() object {
	return object{"routing-number": walkBank, "account-number": c.w.account(), "account-type": c.one("Checking", "Savings"),
		"individual-name": "Ada Marsh", "software-type": "walk", "software-type-version": "v1"}
}

func (c *walker) vaultStore() {
	status, v := c.vault("POST", "/rest/v2/ach/tokens", "ach-token", c.vaultAccount())
	if status != 200 || v.Token.ID == "" {
		c.w.t.Errorf("storing a token answers %d %+v", status, v)
		return
	}
	c.stored(v.Token.ID)
}

// stored adds a token to the model.
func (c *walker) stored(id string) {
	path := "/rest/v2/ach/tokens/" + id
	if status, _ := c.vault("GET", path, "ach-token", nil); status != 200 {
		c.w.t.Errorf("the token just stored answers %d", status)
	}
	c.tokens = append(c.tokens, id)
	c.knows(path, nil, "GET", "DELETE")
	c.knows(path, c.vaultAccount(), "PUT")
	c.w.did("token")
}

// vaultPay pays to an account in full, stored or not, or by its token.
func (c *walker) vaultPay() {
	m := promise{kind: "Origination", debit: c.even(), cents: c.w.cents()}
	fields := c.vaultAccount()
	path := "/rest/v2/ach/transactions/credit"
	if m.debit {
		path = "/rest/v2/ach/transactions/debit"
	}
	used := 0
	if len(c.tokens) > 0 && c.even() {
		token := c.tokens[c.rng.IntN(len(c.tokens))]
		_, v := c.vault("GET", "/rest/v2/ach/tokens/"+token, "ach-token", nil)
		used = v.Token.Times + 1
		fields = object{"token-id": token}
	} else if c.even() {
		fields["create-token"] = "true"
	}
	fields["amount"] = dollars(m.cents).String()
	fields["standard-entry-class-code"] = c.one("PPD", "WEB")
	if fields["standard-entry-class-code"] == "WEB" && !m.debit {
		fields["standard-entry-class-code"] = "PPD" // WEB credits are from person to person only
	}
	status, v := c.vault("POST", path, "ach-transaction", fields)
	if c.suspended && status >= 400 && status < 500 {
		return
	}
	if status != 200 || v.Transaction.ID == "" {
		c.w.t.Errorf("a payment of the vault answers %d %+v", status, v)
		return
	}
	m.tx = v.Transaction.ID
	c.promised(m)
	if v.Token.ID != "" && fields["create-token"] == "true" {
		c.stored(v.Token.ID)
	}
	if used > 0 {
		if _, v := c.vault("GET", "/rest/v2/ach/tokens/"+fields["token-id"].(string), "ach-token", nil); v.Token.Times != used {
			c.w.t.Errorf("a token was used %d times and says %d", used, v.Token.Times)
		}
	}
	c.w.did("vault payment")
}

// vaultChange replaces or deletes a token.
func (c *walker) vaultChange() {
	if len(c.tokens) == 0 {
		return
	}
	n := c.rng.IntN(len(c.tokens))
	path := "/rest/v2/ach/tokens/" + c.tokens[n]
	if c.even() {
		if status, _ := c.vault("PUT", path, "ach-token", c.vaultAccount()); status != 200 {
			c.w.t.Errorf("replacing a token answers %d", status)
		}
		return
	}
	if status, _ := c.vault("DELETE", path, "ach-token", nil); status != 200 {
		c.w.t.Errorf("deleting a token answers %d", status)
	}
	if status, _ := c.vault("GET", path, "ach-token", nil); status != 404 {
		c.w.t.Errorf("a deleted token answers %d", status)
	}
	c.tokens = append(c.tokens[:n:n], c.tokens[n+1:]...)
}
