package http_test

import (
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

func TestABankIsSetUpAndShowsAProbe(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	ops := w.ops()
	const path = "/v1/ops/odfis/231380104"
	body := `{"delivery":{"method":"outbox"},"file_name":"{origin}_{date}_{sequence}.txt","header":{"reference":"LINE7"},"max_entries_per_file":500}`
	a := ops.call("PUT", path, body).is(200)
	if name, content := a.text("probe", "name"), a.text("probe", "content"); name != "000000001_20260102_001.txt" || !strings.Contains(content, "LINE7   \n5200") && !strings.Contains(content, "LINE7   \n5220") {
		t.Errorf("the probe is %s:\n%s", name, content)
	}
	a = ops.call("GET", path, "").is(200)
	if a.text("file_name") != "{origin}_{date}_{sequence}.txt" || a.number("max_entries_per_file") != 500 || a.text("header", "reference") != "LINE7" {
		t.Errorf("it stands as %s", a.body)
	}
	ops.call("PUT", path, `{"delivery":{"method":"outbox"},"file_name":"{date}.txt"}`).problem(400, "invalid").names("/file_name")
	ops.call("PUT", path, `{"delivery":{"method":"outbox"},"header":{"origin":"1"}}`).problem(400, "invalid").names("/header/origin")
}

func TestABankWithoutSettingsIsNamedByItsNumber(t *testing.T) {
	ops := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }).ops()
	for routing, says := range map[string]string{"231380104": "ODFI 231380104 has no settings", "nonsense": "routing number must be nine digits"} {
		if a := ops.call("GET", "/v1/ops/odfis/"+routing, "").is(404); !strings.Contains(string(a.body), says) {
			t.Errorf("it does not say %q: %s", says, a.body)
		}
	}
}

func TestTermsOfABankShowInForecastsAndWindows(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	acme := w.client("business", settings())
	odfi := settings().ODFIs[0]
	w.ops().call("PUT", "/v1/ops/odfis/"+odfi, `{"delivery":{"method":"outbox"},"deadlines":[{"at":"17:00","settles":"by_lead_days"}],"lead_days":{"credit":2}}`).is(200)
	w.clock.Advance(9 * time.Hour) // after 17:00
	a := acme.call("GET", "/v1/windows", "").is(200)
	if a.text("odfi") != odfi || !strings.Contains(string(a.body), "the bank's at 17:00") {
		t.Errorf("windows: %s", a.body)
	}
	a = acme.originate(proposal()).is(201)
	if on, why := a.text("EffectiveEntryDate"), a.text("EffectiveEntryDateReason"); !strings.Contains(why, "a credit settles 2 banking days later") {
		t.Errorf("forecast %s because %q", on, why)
	}
	w.ops().call("PUT", "/v1/ops/odfis/"+odfi, `{"delivery":{"method":"outbox"},"lead_days":{"credit":6}}`).problem(400, "invalid").names("/lead_days/credit")
}

// Two ODFIs that deliver to one folder cannot be given one name for their files.
func TestAFileNameThatAnotherODFIsFilesBearIsRefused(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	ops := w.ops()
	body := func(origin, folder string) string {
		return `{"delivery":{"method":"sftp","sftp":{"host":"sftp.bank.example","user":"lantern","private_key_file":"key","host_key":"ssh-ed25519 AAAA","outbound_folder":"` +
			folder + `"}},"file_name":"ACH_{date}_{sequence}.txt","header":{"immediate_origin":"` + origin + `"}}`
	}
	ops.call("PUT", "/v1/ops/odfis/231380104", body("1840000017", "/out")).is(200)
	ops.call("PUT", "/v1/ops/odfis/121042882", body("1840000018", "/out")).problem(422, "rule-broken").names("/file_name")
	ops.call("PUT", "/v1/ops/odfis/121042882", body("1840000018", "/out/2")).is(200)
	ops.call("PUT", "/v1/ops/odfis/231380104", body("1840000019", "/out")).is(200)
}

// An unusable key is refused with the setting that names its file. A key that
// expires soon is accepted with a warning.
func TestKeysOfABankAreLookedAtWhenTheyAreSet(t *testing.T) {
	w := newWorld(t, func(o *api.Options) {
		o.Inbound = struct{ api.Inbound }{}
		o.CheckKeys = func(p *domain.PGP) ([]domain.FieldError, []string) {
			if p.EncryptTo[0] == "gone.asc" {
				return []domain.FieldError{{Pointer: "/pgp/encrypt_to/0", Code: "key", Message: "no such file"}}, nil
			}
			return nil, []string{"it ends soon"}
		}
	})
	const path = "/v1/ops/odfis/231380104"
	w.ops().call("PUT", path, `{"delivery":{"method":"outbox"},"pgp":{"encrypt_to":["gone.asc"],"sign_with":["ours.asc"]}}`).problem(422, "rule-broken").names("/pgp/encrypt_to/0")
	w.ops().call("PUT", path, `{"delivery":{"method":"outbox"},"pgp":{"encrypt_to":["bank.asc"]}}`).problem(400, "invalid").names("/pgp/decrypt_with")
	a := w.ops().call("PUT", path, `{"delivery":{"method":"outbox"},"pgp":{"encrypt_to":["bank.asc"],"sign_with":["ours.asc"],"accept_plain":["files"]}}`).is(200)
	if !strings.Contains(string(a.body), "it ends soon") {
		t.Errorf("it says %s", a.body)
	}
}

// At a bank that takes balanced batches only, an entry without an offset account to
// balance it is refused when it is submitted, with the field.
func TestABankThatTakesBalancedBatchesOnly(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	acme, ops := w.client("business", settings()), w.ops()
	path, client := "/v1/ops/odfis/"+settings().ODFIs[0], "/v1/ops/clients/business"
	a := ops.call("PUT", path, `{"delivery":{"method":"outbox"},"balance":"required"}`).is(200)
	if probe := a.text("probe", "content"); strings.Count(probe, domain.OffsetID) != 2 || strings.Count(probe, "\n5200") != 2 {
		t.Errorf("the probe is\n%s", probe)
	}
	acme.originate(proposal()).problem(422, "rule-broken").names("/CompanyIdentification")
	company := settings().CompanyIdentifications[0]
	offset := func(company, routing, account, kind string) string {
		return `{"balance":[{"company_identification":"` + company + `","routing":"` + routing + `","account":"` + account + `","type":"` + kind + `"}]}`
	}
	for at, body := range map[string]string{
		"/balance/0/company_identification": offset("1000000000", "231380104", "5500112233", "checking"),
		"/balance/0/routing":                offset(company, "231380105", "5500112233", "checking"),
		"/balance/0/account":                offset(company, "231380104", "55*", "checking"),
		"/balance/0/type":                   offset(company, "231380104", "5500112233", "loan"),
	} {
		ops.call("PATCH", client, body).problem(400, "invalid").names(at)
	}
	a = ops.call("PATCH", client, offset(company, "231380104", "5500112233", "checking")).is(200)
	if body := string(a.body); strings.Contains(body, "5500112233") || !strings.Contains(body, `"account":"*****2233"`) {
		t.Errorf("the client shows as %s", body)
	}
	acme.originate(proposal()).is(201)
	ops.call("PATCH", client, offset(company, "231380104", "*****2233", "savings")).is(200)
	before, err := w.ledger.Client(t.Context(), "business")
	w.must(err)
	ops.call("PATCH", client, offset(company, "231380104", "*****2233", "savings")).is(200)
	after, err := w.ledger.Client(t.Context(), "business")
	w.must(err)
	if number, err := w.ledger.OpenAccount("business", after.Settings.Balance[0].Account); err != nil || number != "5500112233" || before.Version != after.Version {
		t.Errorf("the account is %q, %v; version %d then %d", number, err, before.Version, after.Version)
	}
	ops.call("PUT", path, `{"delivery":{"method":"outbox"},"segment":"direction"}`).problem(422, "rule-broken").names("/segment")
	ops.call("PATCH", client, `{"balance":[]}`).is(200)
	ops.call("PUT", path, `{"delivery":{"method":"outbox"},"segment":"direction"}`).is(200)
	ops.call("PATCH", client, offset(company, "231380104", "5500112233", "checking")).problem(422, "rule-broken").names("/balance")
}
