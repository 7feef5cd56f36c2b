package api

import (
	"regexp"
	"strings"

	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/projections"
)

// ReadAs says how a word of a search was interpreted.
type ReadAs struct {
	Text string `json:"text"`
	As   string `json:"as"` // trace, amount, last4, day, code, company, status, id or name
}

// searchFor is an interpreted search.
type searchFor struct {
	whole  string
	id     string // if all of it is a GUID
	filter projections.TransactionFilter
	names  []string
	read   []ReadAs
}

// maxSearch bounds the text of a search, in bytes.
const maxSearch = 200

var (
	amountForm  = regexp.MustCompile(`^\$[0-9][0-9,]*(\.[0-9]{2})?$|^[0-9][0-9,]*\.[0-9]{2}$`)
	starredForm = regexp.MustCompile(`^\*+[0-9A-Za-z]{1,4}$|^[0-9]{4}$`)
	tenDigits   = regexp.MustCompile(`^[0-9]{10}$`)
)

// readSearch interprets what was typed: each word by its form; a word without a
// known form is the beginning of a word of a name.
func readSearch(typed string) (q searchFor, err error) {
	q.whole = strings.TrimSpace(typed)
	if q.whole == "" || len(q.whole) > maxSearch {
		return q, Invalid("/q", "length", "must say what to search for, in at most %d characters", maxSearch)
	}
	q.id, _ = ParseGUID(q.whole)
	for _, word := range strings.Fields(q.whole) {
		word = strings.Trim(word, `,;:"'()`)
		as, twice := q.word(word)
		if twice {
			return q, Invalid("/q", "twice", "two of a kind: %s", as)
		}
		if as != "" {
			q.read = append(q.read, ReadAs{word, as})
		}
	}
	q.filter.Name = strings.Join(q.names, " ")
	if len(q.read) == 0 {
		return q, Invalid("/q", "words", "must contain a word to search for")
	}
	return q, nil
}

// word adds a word to the filter; twice reports that there is one of its kind
// already.
func (q *searchFor) word(word string) (as string, twice bool) {
	f := &q.filter
	set := func(to *string, value, as string) (string, bool) {
		twice := *to != "" && *to != value
		*to = value
		return as, twice
	}
	id, guid := ParseGUID(word)
	day, dated := ParseDay(word)
	switch {
	case guid:
		return set(&f.ID, id, "id")
	case traceForm.MatchString(word):
		return set(&f.Trace, word, "trace")
	case amountForm.MatchString(word):
		if cents, err := text.ParseDollars(strings.NewReplacer("$", "", ",", "").Replace(word)); err == nil {
			twice := f.BelowCents > 0 && f.FromCents != cents
			f.FromCents, f.BelowCents = cents, cents+1
			return "amount", twice
		}
	case starredForm.MatchString(word):
		return set(&f.Tail, strings.TrimLeft(word, "*"), "last4")
	case tenDigits.MatchString(word):
		return set(&f.CompanyID, word, "company")
	case codeForm.MatchString(word):
		return set(&f.Code, word, "code")
	case dated:
		f.ToDay = day
		return set(&f.FromDay, day, "day")
	}
	for _, status := range transactionStatuses {
		if strings.EqualFold(word, status) {
			return set(&f.Status, status, "status")
		}
	}
	ascii, _, err := text.ToASCII(word)
	if err != nil || len(projections.Words(ascii)) == 0 {
		return "", false
	}
	q.names = append(q.names, ascii)
	return "name", false
}

// onlyNames reports whether the search consists of words of a name only.
func (q searchFor) onlyNames() bool { return len(q.read) == len(q.names) }
