package nacha

// class has the rules for one Standard Entry Class code.
type class struct {
	known       bool
	unsupported bool // kept raw for a person
	layout      layout
	addenda05   int  // most of an entry
	addenda02   bool // terminal information, exactly one
	noCredits   bool // R36, except reversals
	noDebits    bool // R35, except reversals
	zeroDollar  bool // x4 and x9
	named       bool // R26 without a name
	maxCents    int64
}

// layout is the layout of record 6.
type layout int

const (
	ordinary  layout = iota
	corporate        // CTX, ATX: addenda count and company name
	swapped          // CIE, MTE: name before identification
	foreign          // IAT
	advice           // ADV
)

var classes = map[string]class{
	"PPD": {addenda05: 1},
	"CCD": {addenda05: 1, zeroDollar: true},
	"WEB": {addenda05: 1, named: true},
	"TEL": {noCredits: true, named: true},
	"CTX": {addenda05: MaxAddenda, zeroDollar: true, layout: corporate},
	"IAT": {zeroDollar: true, layout: foreign},
	"CIE": {addenda05: 1, noDebits: true, layout: swapped},
	"POP": {noCredits: true, maxCents: MaxConvertedCents},
	"ARC": {noCredits: true, maxCents: MaxConvertedCents},
	"BOC": {noCredits: true, maxCents: MaxConvertedCents},
	"RCK": {noCredits: true},
	"POS": {addenda02: true},
	"SHR": {addenda02: true},
	"COR": {},

	"MTE": {unsupported: true, layout: swapped},
	"XCK": {unsupported: true},
	"TRC": {unsupported: true},
	"TRX": {unsupported: true, layout: corporate},
	"ACK": {unsupported: true},
	"ATX": {unsupported: true, layout: corporate},
	"DNE": {unsupported: true},
	"ENR": {unsupported: true},
	"ADV": {unsupported: true, layout: advice},
}

// classOf returns the class of a batch; an international correction is COR with
// the IAT layouts.
func classOf(h *BatchHeader) class {
	c, ok := classes[h.SEC]
	c.known = ok
	if h.international() {
		c.layout = foreign
	}
	return c
}

// SupportedSEC reports whether entries of the class are read into fields. The
// others are kept raw for a person: acknowledgments, enrollments, death
// notices, truncated and destroyed checks, machine transfers, advices.
func SupportedSEC(code string) bool { c, ok := classes[code]; return ok && !c.unsupported }
