package codes

// operatorReturns are the codes with which the operator returns entries without
// asking the receiving bank. Most mean that the file was built wrongly, so a
// ledger that validates entries when it accepts them should never receive them.
var operatorReturns = []ReturnCode{
	{
		Code: "R13", Title: "Invalid ACH routing number", Again: AfterFixing,
		Meaning:  "The routing number is not one that takes ACH entries.",
		WhatToDo: "Check the routing number with the receiver and send a new entry.",
	}, {
		Code: "R18", Title: "Improper effective entry date", Again: AfterFixing,
		Meaning:  "The effective entry date is further ahead than the operator takes: two banking days for credits, one for debits.",
		WhatToDo: "Send a new entry nearer to its date.",
	}, {
		Code: "R19", Title: "Amount field error", Again: AfterFixing,
		Meaning:  "The amount is not a number, is zero where money is meant, is not zero where none is, or is over a limit of its SEC code.",
		WhatToDo: "Correct the amount and send a new entry.",
	}, {
		Code: "R25", Title: "Addenda error", Again: AfterFixing,
		Meaning:  "An addenda record is missing, too many, out of order or of the wrong type.",
		WhatToDo: "Correct the addenda and send a new entry.",
	}, {
		Code: "R26", Title: "Mandatory field error", Again: AfterFixing,
		Meaning:  "A field that must have a content is empty or wrong.",
		WhatToDo: "Complete the entry and send a new one.",
	}, {
		Code: "R27", Title: "Trace number error", Again: AfterFixing,
		Meaning:  "The trace number is missing or does not belong to the entry it refers to.",
		WhatToDo: "Tell your bank; the entry has to be made again.",
	}, {
		Code: "R28", Title: "Routing number check digit error", Again: AfterFixing,
		Meaning:  "The ninth digit of the routing number does not agree with the other eight.",
		WhatToDo: "Check the routing number with the receiver and send a new entry.",
	}, {
		Code: "R30", Title: "RDFI not participant in check truncation program", Again: Never,
		SECs:     []string{"TRC", "TRX"},
		Meaning:  "The receiving bank takes no truncated checks.",
		WhatToDo: "Collect the check in another way.",
	}, {
		Code: "R32", Title: "RDFI non-settlement", Again: AfterFixing,
		Meaning:  "The receiving bank cannot settle the entry.",
		WhatToDo: "Ask the receiver for an account at another bank, or try again later.",
	}, {
		Code: "R34", Title: "Limited participation DFI", Again: AfterFixing,
		Meaning:  "A supervisor has limited which entries the receiving bank may take.",
		WhatToDo: "Ask the receiver for an account at another bank.",
	}, {
		Code: "R35", Title: "Return of improper debit entry", Again: Never, Entries: Debits,
		Meaning:  "Debits are not allowed there: to a loan account, or under CIE.",
		WhatToDo: "Ask the receiver for an account that may be debited.",
	}, {
		Code: "R36", Title: "Return of improper credit entry", Again: Never, Entries: Credits,
		SECs:     []string{"ARC", "BOC", "POP", "RCK", "TEL", "XCK"},
		Meaning:  "Credits are not allowed under this SEC code, reversals excepted.",
		WhatToDo: "Send the credit under an SEC code that takes credits.",
	},
}
