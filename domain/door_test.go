package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// inFile is the file that a cut makes of one item.
func inFile(t *domain.Transaction, i *domain.Item, number string, s domain.FileSettings) (nacha.File, error) {
	e, err := t.EntryOf(i)
	if err != nil {
		return nacha.File{}, err
	}
	e.Entry.Account = number
	return fileOf(e, t.ODFI(), s), nil
}

// fileOf is a file of one entry, as a cut decides the rest of it.
func fileOf(e domain.Entry, odfi string, s domain.FileSettings) nacha.File {
	h := e.Header
	debit := nacha.TransactionCode(e.Entry.Code).Debit()
	h.Number, h.ServiceClass, h.SettlementDay = 1, nacha.ServiceClass(debit, !debit), ""
	if e.Entry.Kind() == nacha.KindForward {
		h.EffectiveOn = "261123"
	}
	e.Entry.Trace = odfi[:8] + "0000017"
	return nacha.File{
		Header: nacha.FileHeader{
			ImmediateDestination: s.ImmediateDestination, ImmediateDestinationName: s.ImmediateDestinationName,
			ImmediateOrigin: s.ImmediateOrigin, ImmediateOriginName: s.ImmediateOriginName,
			CreatedOn: "261120", CreatedAt: "1430", Modifier: "A",
		},
		Batches: []nacha.Batch{{Header: h, Entries: []nacha.Entry{e.Entry}}},
	}
}

// leaves renders the file and reads it back with the strict reader.
func leaves(t *testing.T, f nacha.File, what any) {
	t.Helper()
	content, err := nacha.Render(f, "\n")
	if err == nil {
		c := nacha.NewComparison(f.Header)
		c.Batch(f.Batches[0].Header)
		c.Entry(f.Batches[0].Entries[0])
		_, _ = c.Write(content)
		err = c.Close()
	}
	if err != nil {
		t.Fatalf("%v\n%+v\n%q\n%s", err, f, what, content)
	}
}

// Whatever settings and proposals are taken, the file they make is written,
// and the strict reader finds in it what was asked. A client's own settings
// are drawn as often as its entries; half of the entries belong to a client
// whose settings are in order, so that every class comes through often.
func TestWhatTheDoorTookRendersAndReadsBack(t *testing.T) {
	n, d := rolls(t, 20_000)
	taken, clients := map[string]int{}, 0
	for roll := range n {
		s := settings()
		s.ODFIs = []string{"231380104", "091400606"}
		if roll%2 == 0 {
			drawn := d.settings()
			if events, err := (domain.OpenClient{ClientID: "gym", Settings: drawn}).Decide(domain.Client{}); err == nil {
				s = events[0].(domain.ClientOpened).Settings
				clients++
			}
		}
		sec := domain.OriginatedSECs[d.IntN(len(domain.OriginatedSECs))]
		p, number := d.proposal(sec, s), d.account()
		client := domain.Client{ID: "gym", Version: 1, Settings: s}
		events, err := domain.Originate{TransactionID: "t", ItemID: "i", Proposal: p, Number: number}.Decide(client, domain.Transaction{})
		if err != nil {
			if domain.CodeOf(err) == "" {
				t.Fatalf("roll %d: %v is no refusal", roll, err)
			}
			continue
		}
		taken[sec]++
		made := events[0].(domain.TransactionOriginated)
		transaction := domain.Transaction{Client: "gym"}
		transaction.Evolve(domain.Fact{Event: &made, Version: 1})
		f, err := inFile(&transaction, transaction.Origination(), number, s.File)
		if err != nil {
			t.Fatalf("roll %d: %v", roll, err)
		}
		leaves(t, f, p)
		leavesAgain(t, &transaction, number, s.File)
	}
	t.Logf("%d settings taken, and of entries %v", clients, taken)
	for _, sec := range domain.OriginatedSECs {
		if taken[sec] < n/100 {
			t.Errorf("of %s only %d entries of %d were taken", sec, taken[sec], n)
		}
	}
	if clients < n/20 {
		t.Errorf("only %d settings of %d were taken", clients, n/2)
	}
}

// leavesAgain does the same for the entry's reversal and for a second
// presentment, which are made of it.
func leavesAgain(t *testing.T, transaction *domain.Transaction, number string, s domain.FileSettings) {
	t.Helper()
	kinds := []domain.ItemKind{domain.Reversal}
	if transaction.Originated.Proposal.PushPull == domain.Pull {
		kinds = append(kinds, domain.Retry)
	}
	if transaction.Originated.Proposal.Prenote() {
		return
	}
	for _, kind := range kinds {
		f, err := inFile(transaction, &domain.Item{Kind: kind, Direction: domain.ToFed}, number, s)
		if err != nil {
			t.Fatal(err)
		}
		leaves(t, f, kind)
	}
}

// The rules that the door asks are those of the reader too: an entry with
// whatever in its fields is refused by Renderable or reads back as it is.
func TestWhatIsRenderableRendersAndReadsBack(t *testing.T) {
	n, d := rolls(t, 20_000)
	d.odds = 20
	passed := 0
	for range n {
		e := d.entry()
		if e.Entry.Account == "" || e.Renderable("231380104") != nil { // an empty one stands for a sealed one
			continue
		}
		passed++
		leaves(t, fileOf(e, "231380104", settings().File), e)
	}
	t.Logf("%d entries were renderable", passed)
	if passed < n/20 {
		t.Errorf("only %d entries of %d were renderable", passed, n)
	}
}

// entry is one of any class that can be written, with anything in its fields.
func (d dice) entry() domain.Entry {
	sec := d.of("PPD", "CCD", "WEB", "TEL", "CTX", "IAT", "CIE", "POP", "ARC", "BOC", "RCK", "POS", "SHR")
	h := nacha.BatchHeader{
		CompanyName: d.text("HARBOR GYM", 16), DiscretionaryData: d.maybe("LOCKER 4", 20), CompanyID: d.text("1840000017", 10), SEC: sec,
		Description: d.text("DUES NOV", 10), DescriptiveDate: d.maybe("NOV 26", 6), OriginatorStatus: "1", ODFI: "23138010",
	}
	e := nacha.Entry{
		Code: []int{22, 23, 24, 27, 28, 29, 32, 33, 37, 38, 42, 43, 47, 48, 52, 53, 55, 57, 26, 21, 99}[d.IntN(21)], Routing: d.routing(),
		Account: d.account(), AmountCents: d.cents(), Name: d.text("TEST PERSON 01", 22), IndividualID: d.maybe("MEMBER 17", 15),
		Discretionary: d.maybe("S", 2),
	}
	if d.IntN(3) > 0 {
		e.AmountCents = max(0, e.AmountCents%2_000_000)
	}
	if code := nacha.TransactionCode(e.Code); code.Prenote() || code.ZeroDollar() {
		e.AmountCents = 0
	}
	for range max(0, d.IntN(5)-2) {
		e.Addenda05 = append(e.Addenda05, d.text("INVOICE 17", 80))
	}
	switch sec {
	case "POS", "SHR":
		e.Addenda02 = d.text("REF1234ABCTERM01SER0011120AUTH01MAIN STREET 1              PORTSIDE       ME", 76)
	case "CTX":
		e.Name = d.text("TEST SUPPLIER 01", 16)
	case "CIE":
		e.Name, e.IndividualID = d.text("TEST PERSON 01", 15), d.maybe("MEMBER 17", 22)
	case "IAT":
		d.foreign(&h, &e)
	}
	return domain.Entry{Header: h, Entry: e}
}

// foreign turns an entry into an IAT one.
func (d dice) foreign(h *nacha.BatchHeader, e *nacha.Entry) {
	i := d.iat()
	h.CompanyName, h.DiscretionaryData, h.DescriptiveDate = "", "", ""
	h.IAT = &nacha.IATHeader{
		ForeignExchangeIndicator: i.ForeignExchange, ReferenceIndicator: d.of("1", "2", "3", "3"), ForeignExchangeReference: i.ForeignReference,
		DestinationCountry: d.text("CA", 2), OriginatingCurrency: d.text("USD", 3), DestinationCurrency: d.text("CAD", 3),
	}
	bank := func(b domain.IATBank) nacha.Bank {
		return nacha.Bank{Name: b.Name, Qualifier: b.Qualifier, ID: b.ID, Country: b.Country}
	}
	party := func(p domain.IATParty) nacha.Party {
		return nacha.Party{Name: p.Name, Street: p.Address, CityState: d.text("PORTSIDE*ME\\", 35), CountryPostal: d.text("US*04101\\", 35)}
	}
	e.Name, e.IndividualID, e.Discretionary, e.Addenda05 = "", "", "", nil
	e.IAT = &nacha.IATAddenda{
		TransactionType: d.text("MIS", 3), ForeignAmountCents: e.AmountCents, ForeignTrace: d.maybe("TRACE", 22), ReceiverID: d.maybe("ID", 15),
		Receiver: party(i.To), Originator: party(i.From), OriginatorBank: bank(i.FromBank), ReceiverBank: bank(i.ToBank), Remittance: i.Remittance,
	}
	for _, b := range i.Correspondents {
		e.IAT.Correspondents = append(e.IAT.Correspondents, bank(b))
	}
}
