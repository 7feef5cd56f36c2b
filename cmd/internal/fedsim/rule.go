package fedsim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/nacha"
)

// Rule says what the receiving bank answers to entries of ours, as text:
// account=7720455110:C01, amount=987.34:R01 or name=OKAFOR:R10 LATE.
type Rule string

// ParseRule checks a rule.
func ParseRule(text string) (Rule, error) {
	field, value, plan := Rule(text).parts()
	_, does, _ := strings.Cut(text, ":")
	for _, word := range strings.Fields(does) {
		if planned(word) == (fed.Plan{}) {
			return "", fmt.Errorf("rule %q: no bank answers with %q; achledger fed --help lists the codes", text, word)
		}
	}
	switch {
	case plan == fed.Plan{}:
		return "", fmt.Errorf("rule %q does nothing: it needs a code after the colon, such as account=7720455110:R01", text)
	case value == "" || field != "account" && field != "amount" && field != "name":
		return "", fmt.Errorf("rule %q names no account, amount or name part", text)
	}
	if field == "amount" {
		if _, err := cents(value); err != nil {
			return "", fmt.Errorf("rule %q: %w", text, err)
		}
	}
	return Rule(text), nil
}

func (r Rule) parts() (field, value string, plan fed.Plan) {
	meets, does, _ := strings.Cut(string(r), ":")
	field, value, _ = strings.Cut(meets, "=")
	return field, value, planned(does)
}

// planned is the plan that a text names.
func planned(text string) fed.Plan {
	return fed.Scripted(nacha.BatchHeader{}, nacha.Entry{Name: text})
}

// cents reads an amount in dollars.
func cents(text string) (int64, error) {
	dollars, rest, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(dollars+rest, 10, 64)
	if err != nil || !ok || len(rest) != 2 || n < 0 {
		return 0, fmt.Errorf("%q is not an amount such as 987.34", text)
	}
	return n, nil
}

// meets reports whether an entry matches a rule, and returns the rule's plan.
func (r Rule) meets(e nacha.Entry) (fed.Plan, bool) {
	field, value, plan := r.parts()
	switch field {
	case "account":
		return plan, strings.TrimSpace(e.Account) == value
	case "amount":
		n, err := cents(value)
		return plan, err == nil && e.AmountCents == n
	default:
		name := e.Name
		if e.IAT != nil {
			name = e.IAT.Receiver.Name
		}
		return plan, strings.Contains(strings.ToUpper(name), strings.ToUpper(value))
	}
}

// script answers by the first rule that an entry matches, else by its name.
func script(rules []Rule) fed.Script {
	return func(h nacha.BatchHeader, e nacha.Entry) fed.Plan {
		for _, r := range rules {
			if plan, ok := r.meets(e); ok {
				return plan
			}
		}
		return fed.Scripted(h, e)
	}
}
