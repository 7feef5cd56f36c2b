package domain_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

const lantern = "231380104"

func outbox(p domain.BankProfile) domain.ConfigureBank {
	return domain.ConfigureBank{Routing: lantern, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, BankProfile: p}
}

// bankRefuses is the field that is refused, and by which rule; "" for none.
func bankRefuses(t *testing.T, c domain.ConfigureBank) string {
	t.Helper()
	_, err := c.Decide(domain.Bank{})
	var r *domain.Refusal
	if err == nil {
		return ""
	}
	if !errors.As(err, &r) || len(r.Fields) != 1 {
		t.Fatalf("got %v, want one field refused", err)
	}
	return r.Fields[0].Pointer + " " + r.Fields[0].Code
}

// A template by which two files could have one name is refused, as is one that
// no folder could take.
func TestFileNameTemplates(t *testing.T) {
	for template, want := range map[string]string{
		"":                                       "",
		"{origin}-{date}-{time}-{modifier}.ach":  "",
		"ACH_{origin}_{yymmdd}_{sequence:5}.txt": "",
		"{routing}{mmddyyyy}{sequence}":          "/file_name unique",
		"{date}-{time}-{modifier}":               "/file_name unique",
		"{origin}-{time}-{modifier}":             "/file_name unique",
		"{origin}-{date}-{modifier}":             "/file_name unique",
		"{client}-{file}.ach":                    "",
		"{origin}-{date}-{sequence}-{batch}":     "/file_name placeholder",
		"{origin:2}-{date}-{sequence}":           "/file_name placeholder",
		"out/{origin}-{date}-{sequence}":         "/file_name alphabet",
		"{origin-{date}-{sequence}":              "/file_name alphabet",
		".{origin}-{date}-{sequence}":            "/file_name unfinished",
		"{origin}-{date}-{sequence}.part":        "/file_name unfinished",
		strings.Repeat("x", 100) + "-{file}":     "/file_name length",
	} {
		if got := bankRefuses(t, outbox(domain.BankProfile{FileName: template})); got != want {
			t.Errorf("%q: refused %q, want %q", template, got, want)
		}
	}
	fixed := outbox(domain.BankProfile{FileName: "{routing}{mmddyyyy}{sequence}", Header: &domain.HeaderLiterals{ImmediateOrigin: "1840000017"}})
	if got := bankRefuses(t, fixed); got != "" {
		t.Errorf("under one origin for all: refused %q", got)
	}
	fixed.FileName = "ACH{date}{sequence}"
	if got := bankRefuses(t, fixed); got != "/file_name unique" {
		t.Errorf("in the outbox, where other banks' files are: refused %q", got)
	}
}

func TestWhatNoHeaderCouldBearIsRefusedWithItsField(t *testing.T) {
	for want, h := range map[string]domain.HeaderLiterals{
		"/header/immediate_origin header-id":      {ImmediateOrigin: "000000000"},
		"/header/immediate_destination header-id": {ImmediateDestination: "6100"},
		"/header/immediate_origin_name alphabet":  {ImmediateOriginName: "LANTERNÉ"},
		"/header/reference length":                {Reference: "123456789"},
	} {
		if got := bankRefuses(t, outbox(domain.BankProfile{Header: &h})); got != want {
			t.Errorf("refused %q, want %q", got, want)
		}
	}
	if got := bankRefuses(t, outbox(domain.BankProfile{MaxBatchesPerFile: -1})); got != "/max_batches_per_file range" {
		t.Errorf("refused %q", got)
	}
}

func TestTheProbeIsAFileAsTheBankWouldGetIt(t *testing.T) {
	bank := domain.Bank{Routing: lantern, BankProfile: domain.BankProfile{
		FileName: "ACH_{origin}_{yymmdd}_{sequence}.txt",
		Header:   &domain.HeaderLiterals{ImmediateOrigin: "1840000017", ImmediateOriginName: "HARBOR", Reference: "LINE7"},
	}}
	probe, err := bank.Probe()
	if err != nil || probe.Name != "ACH_1840000017_260102_001.txt" {
		t.Fatalf("called %q, %v", probe.Name, err)
	}
	summary, err := nacha.Check(strings.NewReader(probe.Content))
	if h := summary.Header; err != nil || len(summary.Problems) > 0 || h.ImmediateOrigin != "1840000017" || h.ImmediateOriginName != "HARBOR" || h.Reference != "LINE7" {
		t.Errorf("its header is %+v, %v, %v", h, summary.Problems, err)
	}
}
