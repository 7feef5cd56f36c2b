package domain

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain/guard"
)

// PingType is the type of the test message. It is sent to a webhook whatever
// types the webhook selects.
const PingType = "ping"

// DecidedType is the type of the message that a received payment was decided
// about.
const DecidedType = "origination.decided"

// itemTypes are the beginnings of message types, by kind of item.
var itemTypes = map[ItemKind]string{
	Origination: "origination", Return: "return", Correction: "correction", Dishonor: "dishonored_return",
	Contest: "contested_return", RefusedChange: "refused_correction", Reversal: "reversal", Retry: "retry", ReturnFee: "return_fee",
	ReturnRequest: "return_request",
}

// itemStatuses follow the kind.
var itemStatuses = []string{"pending", "held", "released", "transmitted", "recalled", "rejected"}

// ItemType returns the type of a message about an item. The status is the
// API's, where a held item is Pending; its messages have a type of their own.
func ItemType(i *Item, status string) string {
	if i.State == Held {
		status = "held"
	}
	return itemTypes[i.Kind] + "." + strings.ToLower(status)
}

// StatusTypes are the message types for a status, of items of every kind.
func StatusTypes(status string) (types []string) {
	for _, kind := range itemTypes {
		types = append(types, kind+"."+status)
	}
	return types
}

// webhookTypes are all types of messages.
var webhookTypes = allWebhookTypes()

func allWebhookTypes() []string {
	types := []string{PingType, DecidedType}
	add := func(subject string, states ...string) {
		for _, state := range states {
			types = append(types, subject+"."+strings.ToLower(state))
		}
	}
	for _, kind := range itemTypes {
		add(kind, itemStatuses...)
	}
	for _, state := range []FileState{ // those that are shown
		FileIsCut, FileIsHeld, FileIsRendered, FileIsDelivered, DeliveryUnknown, FileIsAcked, FileIsRefused, FileIsReleased, FileIsRejected,
	} {
		add("file", string(state))
	}
	for _, status := range RelationshipStatuses {
		add("link", string(status))
	}
	add("return_rate", string(guard.Low), string(guard.WarnedAt), string(guard.ActedAt), "stopped", "lifted")
	return types
}

// knownType reports whether messages of a type exist; a pattern that ends with
// * stands for all types with that beginning.
func knownType(pattern string) bool {
	return slices.ContainsFunc(webhookTypes, func(t string) bool { return matchesType(pattern, t) })
}

func matchesType(pattern, messageType string) bool {
	begin, open := strings.CutSuffix(pattern, "*")
	return pattern == messageType || open && strings.HasPrefix(messageType, begin)
}
