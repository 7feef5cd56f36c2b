package codes

import (
	"slices"

	"github.com/achledger/achledger/domain/calendar"
)

// ChangeCode is a code for a correction of an entry's data, or for the refusal
// of a correction.
type ChangeCode struct {
	Code    string `json:"code"` // C01 to C69
	Step    Step   `json:"step"`
	Title   string `json:"title"`
	Meaning string `json:"meaning"`

	By      []Party  `json:"by"`
	SECs    []string `json:"secs,omitempty"`     // limited to these SEC codes; empty: any but NotSECs
	NotSECs []string `json:"not_secs,omitempty"` // never with these

	// NotOutboundIAT: gateways do not use it for payments that leave the
	// United States.
	NotOutboundIAT bool `json:"not_outbound_iat,omitempty"`

	Data    []Part `json:"corrected_data,omitempty"`     // where the corrected data stands
	IATData []Part `json:"iat_corrected_data,omitempty"` // the same for an IAT entry, where it differs

	TimeFrame TimeFrame `json:"time_frame"`
	WhatToDo  string    `json:"what_to_do"` // for the client that receives it

	From  calendar.Date `json:"valid_from,omitzero"`
	Until calendar.Date `json:"valid_until,omitzero"`
}

// Part is one value inside the corrected data. Positions count from 1 and are
// those of the field, not of the record.
type Part struct {
	Field Field `json:"field"`
	First int   `json:"first"`
	Last  int   `json:"last"`
}

// Field names a value that a notification of change corrects.
type Field string

// Fields.
const (
	Routing         Field = "routing"          // nine digits
	Account         Field = "account"          // 1 to 17 characters, IAT 35
	TransactionCode Field = "transaction_code" // two digits, as the next entry should carry it
	Name            Field = "name"
	IndividualID    Field = "individual_id"
	ForeignBank     Field = "foreign_bank" // the receiving bank of an IAT entry
	SEC             Field = "sec"
)

// nameCodeEnds is the last day of C04. Source: NACHA Operating Rules,
// amendment on incorrect name corrections.
var nameCodeEnds = calendar.NewDate(2015, 3, 19)

// changes are what receiving banks and gateways correct. C10 to C12 are no
// longer in use.
var changes = []ChangeCode{
	{
		Code: "C01", Title: "Incorrect DFI account number",
		Data:     []Part{{Account, 1, 17}},
		IATData:  []Part{{Account, 1, 35}},
		Meaning:  "The account number is wrong or no longer used.",
		WhatToDo: "Use the new account number from the next entry on.",
	}, {
		Code: "C02", Title: "Incorrect routing number",
		Data:     []Part{{Routing, 1, 9}},
		Meaning:  "The routing number was right once; a merger or a move made another one right.",
		WhatToDo: "Use the new routing number from the next entry on.",
	}, {
		Code: "C03", Title: "Incorrect routing number and incorrect DFI account number", NotOutboundIAT: true,
		Data:     []Part{{Routing, 1, 9}, {Account, 13, 29}},
		Meaning:  "Routing number and account number are both wrong.",
		WhatToDo: "Use the new routing and account number from the next entry on.",
	}, {
		Code: "C04", Title: "Incorrect individual name or receiving company name", Until: nameCodeEnds,
		Data:     []Part{{Name, 1, 22}},
		Meaning:  "The name is wrong. Withdrawn because banks post by account number alone.",
		WhatToDo: "Nothing; check the name with the receiver if you like.",
	}, {
		Code: "C05", Title: "Incorrect transaction code",
		Data:     []Part{{TransactionCode, 1, 2}},
		Meaning:  "The account is of another type: savings instead of checking, for instance.",
		WhatToDo: "Use the new account type from the next entry on.",
	}, {
		Code: "C06", Title: "Incorrect DFI account number and incorrect transaction code", NotOutboundIAT: true,
		Data:     []Part{{Account, 1, 17}, {TransactionCode, 21, 22}},
		Meaning:  "Account number and account type are both wrong.",
		WhatToDo: "Use the new account number and type from the next entry on.",
	}, {
		Code: "C07", Title: "Incorrect routing number, incorrect DFI account number and incorrect transaction code", NotOutboundIAT: true,
		Data:     []Part{{Routing, 1, 9}, {Account, 10, 26}, {TransactionCode, 27, 28}},
		Meaning:  "Routing number, account number and account type are all wrong.",
		WhatToDo: "Use the new routing number, account number and type from the next entry on.",
	}, {
		Code: "C08", Title: "Incorrect receiving DFI identification", SECs: []string{"IAT"},
		Data:     []Part{{ForeignBank, 1, 34}},
		Meaning:  "The number of the foreign bank is wrong.",
		WhatToDo: "Use the new bank number from the next entry on.",
	}, {
		Code: "C09", Title: "Incorrect individual identification number",
		Data:     []Part{{IndividualID, 1, 22}},
		IATData:  []Part{{IndividualID, 1, 15}},
		Meaning:  "The identification number of the receiver is wrong.",
		WhatToDo: "Use the new identification number from the next entry on.",
	}, {
		Code: "C13", Title: "Addenda format error",
		Meaning:  "The entry was posted, but its addenda could not be read.",
		WhatToDo: "Correct the form of the addenda from the next entry on.",
	}, {
		Code: "C14", Title: "Incorrect SEC code for outbound international payment", By: []Party{Gateway}, NotSECs: []string{"IAT"},
		Data:     []Part{{SEC, 1, 3}},
		Meaning:  "The payment goes abroad and was not sent as an international entry.",
		WhatToDo: "Send further payments to this receiver as IAT.",
	},
}

// refusals are the originating bank's reasons to refuse a notification of
// change. The receiving bank may send a corrected one within five banking days.
var refusals = []ChangeCode{
	{Code: "C61", Title: "Misrouted notification of change", Meaning: "The notification went to a bank that did not send the entry.", WhatToDo: "Send it to the bank that did."},
	{Code: "C62", Title: "Incorrect trace number", Meaning: "No entry has the original trace number given.", WhatToDo: "Send it again with the entry's trace number."},
	{Code: "C63", Title: "Incorrect company identification number", Meaning: "The company identification is not the entry's.", WhatToDo: "Send it again with the entry's company identification."},
	{Code: "C64", Title: "Incorrect individual identification number", Meaning: "The identification number is not the entry's.", WhatToDo: "Send it again with the entry's identification number."},
	{Code: "C65", Title: "Incorrectly formatted corrected data", Meaning: "The corrected data is not in the form of its change code.", WhatToDo: "Send it again with the data in the places of its code."},
	{Code: "C66", Title: "Incorrect discretionary data", Meaning: "The discretionary data is not the entry's.", WhatToDo: "Send it again with the entry's discretionary data."},
	{Code: "C67", Title: "Routing number not from original entry", Meaning: "The routing number is not the entry's.", WhatToDo: "Send it again with the entry's routing number."},
	{Code: "C68", Title: "DFI account number not from original entry", Meaning: "The account number is not the entry's.", WhatToDo: "Send it again with the entry's account number."},
	{Code: "C69", Title: "Incorrect transaction code", Meaning: "The transaction code does not suit the entry, as one of the other direction does not.", WhatToDo: "Send it again with a code of the entry's direction."},
}

// changeCodes is the whole table in order.
var changeCodes = slices.Concat(
	fillChanges(changes, ChangeCode{Step: Changed, By: []Party{RDFI}, TimeFrame: TwoAfterEntry}),
	fillChanges(refusals, ChangeCode{Step: Refused, By: []Party{ODFI}, TimeFrame: FifteenAfterNotice, NotSECs: []string{"IAT"}}),
)

func fillChanges(rows []ChangeCode, usual ChangeCode) []ChangeCode {
	filled := slices.Clone(rows)
	for i := range filled {
		row := &filled[i]
		row.Step, row.TimeFrame = usual.Step, usual.TimeFrame
		if row.By == nil {
			row.By = usual.By
		}
		if row.SECs == nil && row.NotSECs == nil {
			row.NotSECs = usual.NotSECs
		}
	}
	return filled
}

// Change returns a change or refusal code; ok is false when it cannot be used
// on that day. A withdrawn code is returned nevertheless, so that an old or a
// wrong file can be explained; an unknown one is empty.
func Change(code string, on calendar.Date) (found ChangeCode, ok bool) {
	i := slices.IndexFunc(changeCodes, func(c ChangeCode) bool { return c.Code == code })
	if i < 0 {
		return ChangeCode{}, false
	}
	found = changeCodes[i]
	return found, valid(found.From, found.Until, on)
}

// Changes lists the change and refusal codes that may be used on a day, in
// order.
func Changes(on calendar.Date) []ChangeCode {
	return slices.DeleteFunc(slices.Clone(changeCodes), func(c ChangeCode) bool { return !valid(c.From, c.Until, on) })
}
