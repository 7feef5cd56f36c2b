package api

import (
	"github.com/achledger/achledger/domain"
)

// iatRecord is IATDetails, flat as ACH Connect has it.
type iatRecord struct {
	FromAddress                 string                `json:",omitempty"`
	FromCity                    string                `json:",omitempty"`
	FromState                   string                `json:",omitempty"`
	FromPostalCode              string                `json:",omitempty"`
	FromCountryCode             string                `json:",omitempty"`
	FromDateOfBirth             string                `json:",omitempty"`
	FromBankName                string                `json:",omitempty"`
	FromIdentificationQualifier string                `json:",omitempty"`
	FromBankCountryCode         string                `json:",omitempty"`
	ToAddress                   string                `json:",omitempty"`
	ToCity                      string                `json:",omitempty"`
	ToState                     string                `json:",omitempty"`
	ToPostalCode                string                `json:",omitempty"`
	ToCountryCode               string                `json:",omitempty"`
	ToDateOfBirth               string                `json:",omitempty"`
	ToBankName                  string                `json:",omitempty"`
	ToIdentificationQualifier   string                `json:",omitempty"`
	ToBankCountryCode           string                `json:",omitempty"`
	UltimateReceiverName        string                `json:",omitempty"`
	UltimateReceiverAddress     string                `json:",omitempty"`
	UltimateReceiverCity        string                `json:",omitempty"`
	UltimateReceiverState       string                `json:",omitempty"`
	UltimateReceiverPostalCode  string                `json:",omitempty"`
	UltimateReceiverCountryCode string                `json:",omitempty"`
	UltimateReceiverDateOfBirth string                `json:",omitempty"`
	FCBName                     string                `json:",omitempty"`
	FCBIdentification           string                `json:",omitempty"`
	FCBIdentificationQualifier  string                `json:",omitempty"`
	FCBCountryCode              string                `json:",omitempty"`
	CorrespondentBanks          []correspondentRecord `json:",omitempty"`
	RemittanceInformation       []string              `json:",omitempty"`
	ForeignExchangeIndicator    string                `json:",omitempty"`
	ForeignExchangeReference    string                `json:",omitempty"`
	TransactionTypeCode         string                `json:",omitempty"`
	OriginatingCurrency         string                `json:",omitempty"`
	DestinationCurrency         string                `json:",omitempty"`
}

// correspondentRecord is a correspondent bank after the first.
type correspondentRecord struct {
	Name                    string
	Identification          string
	IdentificationQualifier string
	CountryCode             string
}

func newIATRecord(i domain.IAT) *iatRecord {
	r := &iatRecord{
		FromAddress: i.From.Address, FromCity: i.From.City, FromState: i.From.State,
		FromPostalCode: i.From.PostalCode, FromCountryCode: i.From.Country, FromDateOfBirth: i.From.BornOn,
		FromBankName: i.FromBank.Name, FromIdentificationQualifier: i.FromBank.Qualifier, FromBankCountryCode: i.FromBank.Country,
		ToAddress: i.To.Address, ToCity: i.To.City, ToState: i.To.State,
		ToPostalCode: i.To.PostalCode, ToCountryCode: i.To.Country, ToDateOfBirth: i.To.BornOn,
		ToBankName: i.ToBank.Name, ToIdentificationQualifier: i.ToBank.Qualifier, ToBankCountryCode: i.ToBank.Country,
		RemittanceInformation: i.Remittance, ForeignExchangeIndicator: i.ForeignExchange, ForeignExchangeReference: i.ForeignReference,
		TransactionTypeCode: i.TransactionType, OriginatingCurrency: i.OriginatingCurrency, DestinationCurrency: i.DestinationCurrency,
	}
	if u := i.Ultimate; u != nil {
		r.UltimateReceiverName, r.UltimateReceiverAddress, r.UltimateReceiverCity = u.Name, u.Address, u.City
		r.UltimateReceiverState, r.UltimateReceiverPostalCode, r.UltimateReceiverCountryCode = u.State, u.PostalCode, u.Country
		r.UltimateReceiverDateOfBirth = u.BornOn
	}
	for n, b := range i.Correspondents {
		if n == 0 {
			r.FCBName, r.FCBIdentification, r.FCBIdentificationQualifier, r.FCBCountryCode = b.Name, b.ID, b.Qualifier, b.Country
			continue
		}
		r.CorrespondentBanks = append(r.CorrespondentBanks, correspondentRecord{b.Name, b.ID, b.Qualifier, b.Country})
	}
	return r
}
