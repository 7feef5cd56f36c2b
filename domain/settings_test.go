package domain_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// refusedAt is the first field that a refusal names.
func refusedAt(err error) string {
	var r *domain.Refusal
	if errors.As(err, &r) && len(r.Fields) > 0 {
		return r.Fields[0].Pointer
	}
	return ""
}

func TestSettingsThatNoFileCanCarryAreRefusedAtTheirField(t *testing.T) {
	for name, tt := range map[string]struct {
		set func(*domain.Settings)
		at  string // "" where they are taken
	}{
		"a tax number as origin":             {func(s *domain.Settings) { s.File.ImmediateOrigin = "841234567" }, ""},
		"a tax number as destination":        {func(s *domain.Settings) { s.File.ImmediateDestination = "841234567" }, ""},
		"a prefixed tax number as origin":    {func(s *domain.Settings) { s.File.ImmediateOrigin = "1841234567" }, ""},
		"nine letters and digits as origin":  {func(s *domain.Settings) { s.File.ImmediateOrigin = "GYM000017" }, ""},
		"an origin of ten zeros":             {func(s *domain.Settings) { s.File.ImmediateOrigin = "0000000000" }, "/file/immediate_origin"},
		"an origin of nine zeros":            {func(s *domain.Settings) { s.File.ImmediateOrigin = "000000000" }, "/file/immediate_origin"},
		"a destination of ten zeros":         {func(s *domain.Settings) { s.File.ImmediateDestination = "0000000000" }, "/file/immediate_destination"},
		"an origin of eight":                 {func(s *domain.Settings) { s.File.ImmediateOrigin = "84123456" }, "/file/immediate_origin"},
		"a name of the origin with a tab":    {func(s *domain.Settings) { s.File.ImmediateOriginName = "LANTERN\tBANK" }, "/file/immediate_origin_name"},
		"a blank company name":               {func(s *domain.Settings) { s.CompanyName = " " }, "/company_name"},
		"a company name of zeros":            {func(s *domain.Settings) { s.CompanyName = "0000" }, "/company_name"},
		"a company name of punctuation":      {func(s *domain.Settings) { s.CompanyName = "-" }, ""},
		"a company name of 17":               {func(s *domain.Settings) { s.CompanyName = strings.Repeat("A", 17) }, "/company_name"},
		"a company name beyond ASCII":        {func(s *domain.Settings) { s.CompanyName = "CAFÉ" }, "/company_name"},
		"a blank company identification":     {func(s *domain.Settings) { s.CompanyIdentifications = []string{"1840000017", "  "} }, "/company_identifications/1"},
		"a company identification of zeros":  {func(s *domain.Settings) { s.CompanyIdentifications[0] = "0000000000" }, "/company_identifications/0"},
		"a blank description":                {func(s *domain.Settings) { s.DefaultDescription = " " }, "/default_entry_description"},
		"a description of zeros":             {func(s *domain.Settings) { s.DefaultDescription = "000" }, "/default_entry_description"},
		"a blank name":                       {func(s *domain.Settings) { s.Name = " " }, "/name"},
		"a name of what nobody sees":         {func(s *domain.Settings) { s.Name = "\u200b" }, "/name"},
		"a name that turns a line around":    {func(s *domain.Settings) { s.Name = "Harbor \u202eGym" }, "/name"},
		"a name of two lines":                {func(s *domain.Settings) { s.Name = "Harbor\nGym" }, "/name"},
		"a name in another script":           {func(s *domain.Settings) { s.Name = strings.Repeat("日", 200) }, ""},
		"a name of 201":                      {func(s *domain.Settings) { s.Name = strings.Repeat("日", 201) }, "/name"},
		"a description only the ledger sets": {func(s *domain.Settings) { s.DefaultDescription = "Reversal" }, "/default_entry_description"},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings()
			tt.set(&s)
			_, err := domain.OpenClient{ClientID: "gym", Settings: s}.Decide(domain.Client{})
			_, changed := domain.ChangeClient{Settings: s}.Decide(domain.Client{ID: "gym", Version: 1, Settings: settings()})
			if refusedAt(err) != tt.at || refusedAt(changed) != tt.at || (err == nil) != (tt.at == "") {
				t.Errorf("got %v, and for a change %v; want it refused at %q", err, changed, tt.at)
			}
		})
	}
}

// A client that has such a name since an earlier release can be suspended.
func TestAClientOfAnOlderNameCanBeSuspended(t *testing.T) {
	s := settings()
	s.Name = "Harbor\nGym"
	events, err := domain.ChangeClient{Settings: s, Suspended: true, Reason: "unpaid"}.Decide(domain.Client{ID: "gym", Version: 1, Settings: s})
	if len(events) != 1 || err != nil {
		t.Errorf("got %v, %v", events, err)
	}
}

// The same of a bank's own header, and of an ODFI of an ACH Pro profile.
func TestAFileHeaderIsJudgedAlikeWhereverItIsSet(t *testing.T) {
	for origin, at := range map[string]string{"841234567": "", "0000000000": "/immediate_origin", "000000000": "/immediate_origin"} {
		file := settings().File
		file.ImmediateOrigin = origin
		bank := domain.ConfigureBank{Routing: "231380104", Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, File: file}
		if _, err := bank.Decide(domain.Bank{}); strings.TrimPrefix(refusedAt(err), "/file") != at {
			t.Errorf("a bank's origin %s: %v", origin, err)
		}
		odfi := domain.SaveODFI{ODFI: domain.ProfileODFI{ID: "A", Name: "Lantern", Routing: "231380104", File: file}}
		client := settings()
		client.File = file // as agreed with operations
		if _, err := odfi.Decide(client, domain.Profile{}); refusedAt(err) != at {
			t.Errorf("a profile's origin %s: %v", origin, err)
		}
	}
}

func TestAnInternationalPaymentThatNoFileCanCarryIsRefusedAtItsField(t *testing.T) {
	for field, set := range map[string]func(*domain.IAT){
		"FromAddress":             func(i *domain.IAT) { i.From.Address = " " },
		"FromBankName":            func(i *domain.IAT) { i.FromBank.Name = " " },
		"FromBankIdentification":  func(i *domain.IAT) { i.FromBank.ID = "   " },
		"ToAddress":               func(i *domain.IAT) { i.To.Address = " " },
		"ToBankName":              func(i *domain.IAT) { i.ToBank.Name = " " },
		"ToBankIdentification":    func(i *domain.IAT) { i.ToBank.ID = " " },
		"UltimateReceiverName":    func(i *domain.IAT) { i.Ultimate = ptr(i.To); i.Ultimate.Name = " " },
		"UltimateReceiverAddress": func(i *domain.IAT) { i.Ultimate = ptr(i.To); i.Ultimate.Address = "  " },
		"ToPostalCode":            func(i *domain.IAT) { i.Ultimate = ptr(i.To); i.To.PostalCode = strings.Repeat("0", 32) },
		"ToState":                 func(i *domain.IAT) { i.Ultimate = ptr(i.To); i.To.State = "M\x00" },
		"FCBName":                 func(i *domain.IAT) { i.Correspondents = []domain.IATBank{i.ToBank}; i.Correspondents[0].Name = " " },
		"FCBIdentification":       func(i *domain.IAT) { i.Correspondents = []domain.IATBank{i.ToBank}; i.Correspondents[0].ID = " " },
		"CorrespondentBanks/1/Name": func(i *domain.IAT) {
			i.Correspondents = []domain.IATBank{i.ToBank, i.ToBank}
			i.Correspondents[1].Name = " "
		},
		"ForeignExchangeReference":                     func(i *domain.IAT) { i.ForeignReference = " " },
		"ToCountryCode":                                func(i *domain.IAT) { i.To.Country = "  " },
		"ToCountryCode of a receiver that is not sent": func(i *domain.IAT) { i.Ultimate = ptr(i.To); i.To.Country = "usa" },
		"CorrespondentBanks/2/Identification": func(i *domain.IAT) {
			i.Correspondents = []domain.IATBank{i.ToBank, i.ToBank, i.ToBank}
			i.Correspondents[2].ID = " "
		},
		"RemittanceInformation/0": func(i *domain.IAT) { i.Remittance = []string{"A\tB"} },
	} {
		t.Run(field, func(t *testing.T) {
			p := international()
			set(p.IAT)
			_, err := domain.Originate{TransactionID: "t", ItemID: "i", Proposal: p, Number: "12345"}.Decide(
				domain.Client{ID: "gym", Version: 1, Settings: settings()}, domain.Transaction{})
			if at := refusedAt(err); at != "/IATDetails/"+strings.Fields(field)[0] || domain.CodeOf(err) != domain.Invalid {
				t.Errorf("refused at %q: %v", at, err)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func international() domain.Proposal {
	party := domain.IATParty{Name: "TEST PERSON 01", Address: "1 QUAY STREET", City: "PORTSIDE", State: "ME", PostalCode: "04101", Country: "US"}
	bank := domain.IATBank{Name: "BANK OF TOYLAND", ID: "121042882", Qualifier: "01", Country: "CA"}
	return domain.Proposal{
		SEC: "IAT", PushPull: domain.Push, FromRouting: "231380104", FromName: "HARBOR GYM", ToRouting: "121042882", ToAccountType: domain.Checking,
		ToName: "TEST PERSON 01", Description: "PAYROLL", AmountCents: 1025,
		IAT: &domain.IAT{From: party, To: party, FromBank: bank, ToBank: bank},
	}
}

// A client whose settings are from before they were judged so can originate
// with a name of its own.
func TestABlankCompanyNameOfOlderSettingsIsRefusedWithThePayment(t *testing.T) {
	s := settings()
	s.CompanyName = " "
	client := domain.Client{ID: "gym", Version: 1, Settings: s}
	p := domain.Proposal{SEC: "PPD", PushPull: domain.Push, FromRouting: "231380104", ToRouting: "121042882", ToAccountType: domain.Checking,
		ToName: "TEST PERSON 01", Description: "PAYROLL", AmountCents: 1025}
	if _, err := (domain.Originate{Proposal: p, Number: "12345"}).Decide(client, domain.Transaction{}); refusedAt(err) != "/FromName" {
		t.Errorf("without a name: %v", err)
	}
	p.FromName = "FRONT DESK"
	if _, err := (domain.Originate{Proposal: p, Number: "12345"}).Decide(client, domain.Transaction{}); err != nil {
		t.Errorf("with one: %v", err)
	}
}
