package nacha

// FileHeader is record 1, and the values needed for record 9.
type FileHeader struct {
	ImmediateDestination     string `json:"immediate_destination"` // nine or ten characters, as agreed with the bank
	ImmediateDestinationName string `json:"immediate_destination_name"`
	ImmediateOrigin          string `json:"immediate_origin"`
	ImmediateOriginName      string `json:"immediate_origin_name"`
	CreatedOn                string `json:"created_on"` // YYMMDD, New York
	CreatedAt                string `json:"created_at"` // HHMM, New York
	Modifier                 string `json:"modifier"`   // A-Z, 0-9
	Reference                string `json:"reference,omitempty"`
}

// File is a whole file in memory.
type File struct {
	Header  FileHeader
	Batches []Batch
}

// Batch is record 5 with its entries; record 8 is computed.
type Batch struct {
	Header  BatchHeader
	Entries []Entry
}

// BatchHeader is record 5. IAT is set for the international layout, which has
// no company name, discretionary data or descriptive date; an IAT correction
// (SEC COR, indicator IATCOR) uses it too.
type BatchHeader struct {
	ServiceClass      int        `json:"service_class"` // 200 mixed, 220 credits, 225 debits
	CompanyName       string     `json:"company_name,omitempty"`
	DiscretionaryData string     `json:"discretionary_data,omitempty"`
	CompanyID         string     `json:"company_id"`
	SEC               string     `json:"sec"`
	Description       string     `json:"description"`
	DescriptiveDate   string     `json:"descriptive_date,omitempty"`
	EffectiveOn       string     `json:"effective_on"`             // YYMMDD
	SettlementDay     string     `json:"settlement_day,omitempty"` // Julian day, stamped by the operator
	OriginatorStatus  string     `json:"originator_status"`        // "1" for a bank
	ODFI              string     `json:"odfi"`                     // first eight digits of the sending bank
	Number            int        `json:"number"`
	IAT               *IATHeader `json:"iat,omitempty"`
}

// IATHeader holds the fields of record 5 that only IAT batches have.
type IATHeader struct {
	Indicator                string `json:"indicator,omitempty"` // blank, or IATCOR
	ForeignExchangeIndicator string `json:"foreign_exchange_indicator"`
	ReferenceIndicator       string `json:"reference_indicator"` // 1 rate, 2 reference number, 3 blank
	ForeignExchangeReference string `json:"foreign_exchange_reference,omitempty"`
	DestinationCountry       string `json:"destination_country"`
	OriginatingCurrency      string `json:"originating_currency"`
	DestinationCurrency      string `json:"destination_currency"`
}

// Entry is record 6 with its addenda. Account keeps leading and inner spaces;
// only the padding after it is dropped. In CIE and MTE records the positions of
// Name and IndividualID are exchanged; here they are not.
type Entry struct {
	Code          int    `json:"code"`    // transaction code
	Routing       string `json:"routing"` // nine digits
	Account       string `json:"account"`
	AmountCents   int64  `json:"amount_cents"`
	IndividualID  string `json:"individual_id,omitempty"`
	Name          string `json:"name,omitempty"`
	Discretionary string `json:"discretionary,omitempty"` // two characters; WEB and TEL: payment type
	Trace         string `json:"trace"`                   // fifteen digits
	OFAC          string `json:"ofac,omitempty"`          // IAT position 77
	SecondaryOFAC string `json:"secondary_ofac,omitempty"`

	Addenda02     string         `json:"addenda02,omitempty"` // POS and SHR: terminal information, positions 4-79
	Addenda05     RunningText    `json:"addenda05,omitempty"` // payment related information
	IAT           *IATAddenda    `json:"iat,omitempty"`
	Correction    *Correction    `json:"correction,omitempty"`     // 98
	Return        *Return        `json:"return,omitempty"`         // 99, R01-R53, R80-R85, R90
	Dishonored    *Dishonored    `json:"dishonored,omitempty"`     // 99, R61-R70
	Contested     *Contested     `json:"contested,omitempty"`      // 99, R71-R77
	RefusedChange *RefusedChange `json:"refused_change,omitempty"` // 98, C61-C69
}

// Party is a name and an address of an IAT entry. CityState and CountryPostal
// are the text of the file, with its * and \ delimiters.
type Party struct {
	Name          string `json:"name,omitempty"`
	Street        string `json:"street,omitempty"`
	CityState     string `json:"city_state,omitempty"`     // CITY*STATE\
	CountryPostal string `json:"country_postal,omitempty"` // COUNTRY*POSTAL\
	// BirthDate is the content of positions 74-83 of addenda 12 and 16: from
	// 2027-03-19 on a person's date of birth, YYYY-MM-DD.
	BirthDate string `json:"birth_date,omitempty"`
}

// Bank is a bank of an IAT entry.
type Bank struct {
	Name      string `json:"name"`
	Qualifier string `json:"qualifier"` // 01 national, 02 BIC, 03 IBAN
	ID        string `json:"id"`
	Country   string `json:"country"`
}

// IATAddenda is addenda 10 to 18. A correction of an IAT entry has none.
type IATAddenda struct {
	TransactionType    string      `json:"transaction_type"` // ANN, BUS, MIS, ...
	ForeignAmountCents int64       `json:"foreign_amount_cents"`
	ForeignTrace       string      `json:"foreign_trace,omitempty"`
	ReceiverID         string      `json:"receiver_id,omitempty"`    // addenda 15
	Receiver           Party       `json:"receiver"`                 // 10, 15, 16
	Originator         Party       `json:"originator"`               // 11, 12
	OriginatorBank     Bank        `json:"originator_bank"`          // 13
	ReceiverBank       Bank        `json:"receiver_bank"`            // 14
	Remittance         RunningText `json:"remittance,omitempty"`     // 17, at most 2
	Correspondents     []Bank      `json:"correspondents,omitempty"` // 18, 17s and 18s together at most 5
}

// Correction is a notification of change.
type Correction struct {
	Code            string `json:"code"` // C01...
	OriginalTrace   string `json:"original_trace"`
	OriginalRouting string `json:"original_routing"` // first eight digits of the original receiver
	Data            string `json:"data"`             // 29 characters (IAT 35), leading and inner spaces kept
}

// RefusedChange answers a notification of change.
type RefusedChange struct {
	Code            string `json:"code"` // C61-C69
	OriginalTrace   string `json:"original_trace"`
	OriginalRouting string `json:"original_routing"`
	Data            string `json:"data"`
	ChangeCode      string `json:"change_code"`  // the refused C code
	ChangeTrace     string `json:"change_trace"` // last seven digits of the notification's trace
}

// Return is addenda 99 of a returned entry.
type Return struct {
	Code                string `json:"code"`
	OriginalTrace       string `json:"original_trace"`
	DateOfDeath         string `json:"date_of_death,omitempty"` // YYMMDD, R14 and R15
	OriginalRouting     string `json:"original_routing"`
	Information         string `json:"information,omitempty"`           // 44 characters, IAT 34
	OriginalAmountCents int64  `json:"original_amount_cents,omitempty"` // IAT only
}

// Dishonored is addenda 99 of a return that the ODFI dishonors.
type Dishonored struct {
	Code             string `json:"code"` // R61, R62, R67-R70
	OriginalTrace    string `json:"original_trace"`
	OriginalRouting  string `json:"original_routing"`
	ReturnTrace      string `json:"return_trace"`
	ReturnSettlement string `json:"return_settlement"`     // Julian day; empty if it was not stamped
	ReturnCode       string `json:"return_code"`           // two digits
	Information      string `json:"information,omitempty"` // 21 characters; R69: field codes 01*03
}

// Contested is addenda 99 of a dishonored return that the RDFI contests (R74:
// corrects).
type Contested struct {
	Code                 string `json:"code"` // R71-R77
	OriginalTrace        string `json:"original_trace"`
	ReturnedOn           string `json:"returned_on,omitempty"` // YYMMDD the original entry was returned
	OriginalRouting      string `json:"original_routing"`
	OriginalSettlement   string `json:"original_settlement,omitempty"` // Julian day
	ReturnTrace          string `json:"return_trace"`
	ReturnSettlement     string `json:"return_settlement"`
	ReturnCode           string `json:"return_code"` // two digits
	DishonoredTrace      string `json:"dishonored_trace"`
	DishonoredSettlement string `json:"dishonored_settlement"`
	DishonoredCode       string `json:"dishonored_code"` // two digits
}

// Totals are the sums in records 8 and 9.
type Totals struct {
	Batches     int   `json:"batches"`
	Entries     int   `json:"entries"`
	Addenda     int   `json:"addenda"`
	EntryHash   int64 `json:"entry_hash"` // rightmost ten digits
	DebitCents  int64 `json:"debit_cents"`
	CreditCents int64 `json:"credit_cents"`
}

// Scope is how much of a file a problem affects.
type Scope string

// Scopes, widest first.
const (
	InFile  Scope = "file"  // nothing of the file can be trusted
	InBatch Scope = "batch" // nothing of the batch can be applied
	InEntry Scope = "entry" // only that entry waits
)

// Problem is a fault of a file that was read.
type Problem struct {
	Line    int    `json:"line"` // line from 1, or record if the file has no lines; 0 for the whole file
	Scope   Scope  `json:"scope"`
	Code    string `json:"code"` // stable slug, for example "entry-hash"
	Field   string `json:"field,omitempty"`
	Message string `json:"message"` // names field and rule; never an account number

	// Reason is the return code with which an operator would return the entry,
	// for problems of scope entry that have one: R13, R19, R25...
	Reason string `json:"reason,omitempty"`
}
