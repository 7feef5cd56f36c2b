package http_test

import (
	"strings"
	"testing"
	"time"

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

func TestTermsOfABankShowInForecastsAndWindows(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	acme := w.client("business", settings())
	odfi := settings().ODFIs[0]
	w.ops().call("PUT", "/v1/ops/odfis/"+odfi, `{"delivery":{"method":"outbox"},"deadlines":[{"at":"17:00","settles":"by_lead_days"}],"lead_days":{"credit":2}}`).is(200)
	w.clock.advance(9 * time.Hour) // after 17:00
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
