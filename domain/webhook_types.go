package domain

import (
	"regexp"
	"slices"
	"strings"
)

// PingType is the type of the message that a ping asks for. It goes to a
// webhook whatever types that wants.
const PingType = "ping"

// DecidedType is the type of the message that a payment which came is to be
// paid, or goes back.
const DecidedType = "origination.decided"

// itemTypes are the kinds of items as types of messages begin with them.
var itemTypes = map[ItemKind]string{
	Origination: "origination", Return: "return", Correction: "correction", Dishonor: "dishonored_return",
	Contest: "contested_return", RefusedChange: "refused_correction", Reversal: "reversal", Retry: "retry", ReturnFee: "return_fee",
	ReturnRequest: "return_request",
}

// itemStatuses are what follows the kind.
var itemStatuses = []string{"pending", "held", "released", "transmitted", "recalled", "rejected"}

// ItemType is the type of a message about an item. The status is the API's;
// one that is held shows as pending there and has a type of its own.
func ItemType(i *Item, status string) string {
	if i.State == Held {
		status = "held"
	}
	return itemTypes[i.Kind] + "." + strings.ToLower(status)
}

// StatusTypes are the types of messages that say that an item entered a
// status, whatever its kind.
func StatusTypes(status string) (types []string) {
	for _, kind := range itemTypes {
		types = append(types, kind+"."+status)
	}
	return types
}

// otherTypes begin with what they are about.
var otherTypes = regexp.MustCompile(`^(file|link|return_rate)\.[a-z_]+$`)

// knownType reports whether messages of a type, or of any that begins so where
// it ends with *, are ever sent.
func knownType(pattern string) bool {
	if pattern == PingType || otherTypes.MatchString(pattern) {
		return true
	}
	families := []string{PingType, DecidedType, "file.", "link.", "return_rate."}
	for _, kind := range itemTypes {
		for _, status := range itemStatuses {
			families = append(families, kind+"."+status)
		}
	}
	begin, open := strings.CutSuffix(pattern, "*")
	return slices.ContainsFunc(families, func(f string) bool {
		return f == pattern && !strings.HasSuffix(f, ".") || open && strings.HasPrefix(f, begin)
	}) || open && otherTypes.MatchString(begin)
}

func matchesType(pattern, messageType string) bool {
	begin, open := strings.CutSuffix(pattern, "*")
	return pattern == messageType || open && strings.HasPrefix(messageType, begin)
}
