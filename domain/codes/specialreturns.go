package codes

// checkReturns are for checks that became entries: converted at the counter
// or by mail (ARC, BOC, POP), represented (RCK), or lost (XCK).
var checkReturns = []ReturnCode{
	{
		Code: "R33", Title: "Return of XCK entry", TimeFrame: SixtyDays,
		SECs:     []string{"XCK"},
		Meaning:  "The receiving bank sends back an entry for a destroyed check, as it may without a reason.",
		WhatToDo: "Collect the check in another way.",
	}, {
		Code: "R37", Title: "Source document presented for payment", TimeFrame: SixtyDays,
		SECs: checkConversions, NeedsStatement: true,
		Meaning:  "The check that became the entry was presented as well.",
		WhatToDo: "Nothing: the check has paid you.",
	}, {
		Code: "R38", Title: "Stop payment on source document", TimeFrame: SixtyDays,
		SECs:     []string{"ARC", "BOC"},
		Meaning:  "The check that became the entry had been stopped.",
		WhatToDo: "Settle the matter with the receiver.",
	}, {
		Code: "R39", Title: "Improper source document or source document presented for payment", TimeFrame: TwoBankingDays,
		SECs:     checkConversions,
		Meaning:  "The receiving bank found that the check may not become an entry, or was presented as well.",
		WhatToDo: "Find out whether the check has paid you; if not, collect it in another way.",
	}, {
		Code: "R50", Title: "State law affecting RCK acceptance", TimeFrame: TwoBankingDays,
		Accounts: Consumer, SECs: []string{"RCK"},
		Meaning:  "The law of the receiving bank's state does not let it take a returned check as an entry.",
		WhatToDo: "Collect the check in another way.",
	}, {
		Code: "R51", Title: "Item related to RCK entry is ineligible or RCK entry is improper", TimeFrame: SixtyDays, Class: Unauthorized,
		Accounts: Consumer, SECs: []string{"RCK"}, NeedsStatement: true,
		Meaning:  "The check may not be presented again as an entry, or the receiver was not told that it would be.",
		WhatToDo: "Collect the check in another way.",
	}, {
		Code: "R52", Title: "Stop payment on item related to RCK entry", TimeFrame: SixtyDays,
		Accounts: Consumer, SECs: []string{"RCK"},
		Meaning:  "The receiver stopped the check that became the entry.",
		WhatToDo: "Settle the matter with the receiver.",
	}, {
		Code: "R53", Title: "Item and RCK entry presented for payment", TimeFrame: SixtyDays,
		Accounts: Consumer, SECs: []string{"RCK"}, NeedsStatement: true,
		Meaning:  "The check was presented as well as the entry.",
		WhatToDo: "Nothing: the check has paid you.",
	},
}

// enrollmentReturns are a federal agency's answers to an automated
// enrollment, which moves no money.
var enrollmentReturns = []ReturnCode{
	{Code: "R40", Title: "Return of ENR entry by federal government agency", Meaning: "The agency does not take the enrollment, for a reason without a code of its own.", WhatToDo: "Ask the agency what is wrong."},
	{Code: "R41", Title: "Invalid transaction code", Meaning: "The account type in the enrollment is not valid.", WhatToDo: "Correct the account type and enroll again."},
	{Code: "R42", Title: "Routing number or check digit error", Meaning: "The routing number in the enrollment is wrong.", WhatToDo: "Correct the routing number and enroll again."},
	{Code: "R43", Title: "Invalid DFI account number", Meaning: "The account number in the enrollment is missing or wrong.", WhatToDo: "Correct the account number and enroll again."},
	{Code: "R44", Title: "Invalid individual ID number", Meaning: "The identification number in the enrollment does not agree with the agency's.", WhatToDo: "Correct the identification number and enroll again."},
	{Code: "R45", Title: "Invalid individual name", Meaning: "The name in the enrollment does not agree with the agency's.", WhatToDo: "Correct the name and enroll again."},
	{Code: "R46", Title: "Invalid representative payee indicator", Meaning: "The enrollment says wrongly whether somebody receives the payments for the beneficiary.", WhatToDo: "Correct the indicator and enroll again."},
	{Code: "R47", Title: "Duplicate enrollment", Meaning: "The beneficiary is enrolled already.", WhatToDo: "Nothing."},
}

// gatewayReturns are for payments that cross the border.
var gatewayReturns = []ReturnCode{
	{
		Code: "R80", Title: "IAT entry coding error", Again: AfterFixing,
		Meaning:  "A field of the international entry is missing or wrong.",
		WhatToDo: "Correct the entry and send a new one.",
	}, {
		Code: "R81", Title: "Non-participant in IAT program", Again: Never,
		Meaning:  "The gateway has no agreement to take international entries from your bank.",
		WhatToDo: "Ask your bank for another way to pay abroad.",
	}, {
		Code: "R82", Title: "Invalid foreign receiving DFI identification", Again: AfterFixing,
		Meaning:  "The number of the foreign bank is wrong.",
		WhatToDo: "Check the foreign bank's number with the receiver and send a new entry.",
	}, {
		Code: "R83", Title: "Foreign receiving DFI unable to settle", Again: Never,
		Meaning:  "The foreign bank cannot settle the entry.",
		WhatToDo: "Ask the receiver for an account at another bank.",
	}, {
		Code: "R84", Title: "Entry not processed by gateway", Again: Never,
		Meaning:  "The gateway did not take the entry; the addenda information may say why.",
		WhatToDo: "Ask your bank what the gateway objects to.",
	}, {
		Code: "R85", Title: "Incorrectly coded outbound international payment", Again: AfterFixing,
		By: []Party{RDFI, Gateway}, NotSECs: []string{"IAT"},
		Meaning:  "The payment goes abroad and was not sent as an international entry.",
		WhatToDo: "Send it again as IAT.",
	},
}
