package nacha

import "fmt"

// Problem codes. They are stable, because queues, alarms and people use them.
const (
	// Of the file.
	EmptyFile      = "empty"           // not a single record
	NoFileHeader   = "file-header"     // the first record is not a file header
	RecordTooLong  = "record-length"   // a line of more than 94 characters
	UnknownRecord  = "record-type"     // not 1, 5, 6, 7, 8 or 9
	RecordOrder    = "record-order"    // 1, (5, 6 with 7s, 8), 9
	SecondFile     = "second-file"     // another file header
	AfterEnd       = "after-end"       // text after the file control or the nines
	NoFileControl  = "file-control"    // the file is not complete
	HeaderConstant = "header-constant" // priority, record size, blocking, format
	SendingPoint   = "sending-point"   // immediate origin or destination
	CreationTime   = "creation"        // creation date or time
	BadModifier    = "modifier"
	BatchCount     = "batch-count"
	BlockCount     = "block-count"
	Rendering      = "rendering" // not byte for byte as we write it; Compare only

	// Of the file or of a batch.
	BadCharacter = "character"
	EntryCount   = "entry-count" // entries and addenda
	EntryHash    = "entry-hash"
	TotalDebits  = "total-debits"
	TotalCredits = "total-credits"

	// Of a batch.
	EntryClass      = "standard-entry-class"
	ServiceClassBad = "service-class"
	CompanyField    = "company" // name, identification or description blank
	EffectiveDate   = "effective-date"
	SettlementDay   = "settlement-day"
	StatusCode      = "originator-status"
	ODFIField       = "odfi"
	BatchNumberBad  = "batch-number"
	IATHeaderField  = "iat-header"
	ControlMismatch = "control-mismatch" // records 5 and 8 disagree
	NoBatchControl  = "batch-control"
	NoEntries       = "no-entries"
	MixedKinds      = "mixed-kinds"
	CodeNotAllowed  = "transaction-code"
	NotNumeric      = "not-numeric" // amount, routing or trace
	TraceOrder      = "trace-order"
	TracePrefix     = "trace-prefix"

	// Of an entry. The comment names the operator's return code.
	RoutingNumber  = "routing"         // R13
	RoutingDigit   = "check-digit"     // R28
	AmountField    = "amount"          // R19
	AddendaField   = "addenda"         // R25
	MandatoryField = "mandatory-field" // R26
	TraceField     = "trace"           // R27
	ImproperDebit  = "improper-debit"  // R35
	ImproperCredit = "improper-credit" // R36
	ReasonCode     = "reason-code"     // unknown, or not yet in force
	AnswerCode     = "answer-code"     // a forward code with addenda 98 or 99
	ScreeningHit   = "ofac"            // the gateway reported a possible match
	UnreadClass    = "unsupported"     // kept raw for a person
	BankReject     = "bank-reject"     // of a bank's reject report
)

// problems is a list of bounded length, as a file may be hostile.
type problems struct {
	list []Problem
	more int
}

func (p *problems) add(scope Scope, line int, code, field, message string, args ...any) {
	if len(p.list) == maxProblemsPerList {
		p.more++
		return
	}
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	p.list = append(p.list, Problem{Line: line, Scope: scope, Code: code, Field: field, Message: message})
}
