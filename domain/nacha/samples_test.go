package nacha

import "fmt"

// The people and banks of every sample are made up: Lantern Savings Bank,
// 231380104, sends and receives, 121042882 is the other bank, 091400606 a
// gateway.
const (
	lantern = "231380104"
	other   = "121042882"
	gateway = "091400606"
)

func sampleHeader() FileHeader {
	return FileHeader{
		ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
		ImmediateOrigin: lantern, ImmediateOriginName: "LANTERN SAVINGS BANK",
		CreatedOn: "261120", CreatedAt: "1405", Modifier: "A",
	}
}

// sampleBatch is a batch of Harbor Gym; the class follows from the entries.
func sampleBatch(sec string, number int, entries ...Entry) Batch {
	debits, credits := false, false
	for i := range entries {
		code := TransactionCode(entries[i].Code)
		debits, credits = debits || code.Debit(), credits || code.Credit()
		entries[i].Trace = fmt.Sprintf("%s%07d", lantern[:8], number*100+i+1)
	}
	return Batch{
		Header: BatchHeader{
			ServiceClass: ServiceClass(debits, credits), CompanyName: "HARBOR GYM", CompanyID: "1840000017",
			SEC: sec, Description: "DUES NOV", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: lantern[:8], Number: number,
		},
		Entries: entries,
	}
}

func sampleEntry(code int, cents int64) Entry {
	return Entry{Code: code, Routing: other, Account: "77000001", AmountCents: cents, IndividualID: "MBR-00001", Name: "TEST PERSON 01"}
}

func sampleAddenda() *IATAddenda {
	return &IATAddenda{
		TransactionType: "MIS", ForeignAmountCents: 123456, ForeignTrace: "FT-1", ReceiverID: "RCV-1",
		Receiver:       Party{Name: "ADA EXAMPLE", Street: "22 SAMPLE STREET", CityState: `SCRANTON*PA\`, CountryPostal: `US*18503\`},
		Originator:     Party{Name: "NORTH SENDER", Street: "10 RUE EXEMPLE", CityState: `MONTREAL*QC\`, CountryPostal: `CA*H2Y1C6\`},
		OriginatorBank: Bank{"BANQUE EXEMPLE", "01", "000610001", "CA"},
		ReceiverBank:   Bank{"LANTERN SAVINGS BANK", "01", lantern, "US"},
	}
}

func sampleIAT(number int, entries ...Entry) Batch {
	b := sampleBatch("IAT", number, entries...)
	b.Header.CompanyName = ""
	b.Header.IAT = &IATHeader{
		ForeignExchangeIndicator: "FF", ReferenceIndicator: "3", DestinationCountry: "US",
		OriginatingCurrency: "USD", DestinationCurrency: "USD",
	}
	for i := range b.Entries {
		b.Entries[i].IndividualID, b.Entries[i].Name = "", ""
	}
	return b
}

func sampleReturn(code string) *Return {
	return &Return{Code: code, OriginalTrace: "121042880000071", OriginalRouting: lantern[:8]}
}

func with(e Entry, change func(*Entry)) Entry {
	change(&e)
	return e
}
