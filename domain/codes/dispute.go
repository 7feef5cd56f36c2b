package codes

import "github.com/achledger/achledger/domain/calendar"

// disputeCodesFrom is the day from which R62 and R77 exist. Source: NACHA Operating Rules,
// amendment on dishonored returns for unintended credits.
var disputeCodesFrom = calendar.NewDate(2015, 3, 20)

// dishonors are the originating bank's reasons to dishonor a return. There is
// no R63 to R66 today.
var dishonors = []ReturnCode{
	{
		Code: "R61", Title: "Misrouted return",
		Meaning:  "The return went to a bank that did not send the entry.",
		WhatToDo: "Find the original entry; it may have to be returned again to the right bank.",
	}, {
		Code: "R62", Title: "Return of erroneous or reversing debit",
		From:     disputeCodesFrom,
		Meaning:  "The entry was reversed and one of the two came back as well, so the receiver keeps money twice.",
		WhatToDo: "Take back the unintended credit, or show with R77 that you cannot.",
	}, {
		Code: "R67", Title: "Duplicate return",
		Meaning:  "The entry was returned before.",
		WhatToDo: "Check whether the entry was returned twice; if not, contest with R75.",
	}, {
		Code: "R68", Title: "Untimely return",
		Meaning:  "The return came after its time frame.",
		WhatToDo: "Compare the dates; if the return was in time, contest with R73.",
	}, {
		Code: "R69", Title: "Field error", NeedsInformation: true,
		Meaning:  "Fields of the return do not agree with the entry; the addenda information lists them, 01 to 07.",
		WhatToDo: "Send the return again corrected, R74, or say with R76 that nothing is wrong.",
	}, {
		Code: "R70", Title: "Permissible return entry not accepted or return not requested by ODFI",
		Answers:  []string{"R06", "R31"},
		Meaning:  "The originating bank did not ask for the return, or did not agree to it.",
		WhatToDo: "Find who agreed with whom; without an agreement the money stays where the entry put it.",
	},
}

// contests are the receiving bank's answers to a dishonored return. What
// follows is settled outside ACH.
var contests = []ReturnCode{
	{
		Code: "R71", Title: "Misrouted dishonored return",
		Meaning:  "The dishonored return went to a bank that did not send the return.",
		WhatToDo: "Ask your bank where it has to go.",
	}, {
		Code: "R72", Title: "Untimely dishonored return",
		Meaning:  "The dishonored return came more than five banking days after the return settled.",
		WhatToDo: "Book the return; further dispute is outside ACH.",
	}, {
		Code: "R73", Title: "Timely original return", Answers: []string{"R68"},
		Meaning:  "The return was in time; the dates prove it.",
		WhatToDo: "Book the return; further dispute is outside ACH.",
	}, {
		Code: "R74", Title: "Corrected return", Answers: []string{"R69"},
		Meaning:  "The return is sent again with its fields corrected.",
		WhatToDo: "Book the return as corrected; it replaces the first.",
	}, {
		Code: "R75", Title: "Return not a duplicate", Answers: []string{"R67"},
		Meaning:  "The entry had not been returned before.",
		WhatToDo: "Book the return; further dispute is outside ACH.",
	}, {
		Code: "R76", Title: "No errors found", Answers: []string{"R69"},
		Meaning:  "The fields of the return agree with the entry.",
		WhatToDo: "Book the return; further dispute is outside ACH.",
	}, {
		Code: "R77", Title: "Non-acceptance of R62 dishonored return", Answers: []string{"R62"},
		From:     disputeCodesFrom,
		Meaning:  "Both entries were returned, or the receiver's money cannot be recovered.",
		WhatToDo: "Book the return; further dispute is outside ACH.",
	},
}
