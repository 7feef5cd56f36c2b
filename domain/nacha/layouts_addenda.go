package nacha

var (
	bankColumns = []column{
		{1, recordType}, {3, "addenda type"}, {38, "bank name"}, {40, "identification qualifier"},
		{74, "bank identification"}, {77, "country"}, {87, ""}, {94, entrySequence},
	}
	placeColumns = []column{
		{1, recordType}, {3, "addenda type"}, {38, "city and state"}, {73, "country and postal code"}, {83, dateOfBirth}, {87, ""},
		{94, entrySequence},
	}
	remittanceColumns = []column{
		{1, recordType}, {3, "addenda type"}, {83, "payment related information"}, {87, "addenda sequence number"}, {94, entrySequence},
	}
)

// addendaLayouts are the layouts of record 7, by type, except 98 and 99.
var addendaLayouts = map[string][]column{
	"02": {{1, recordType}, {3, "addenda type"}, {79, "terminal information"}, {94, entryTrace}},
	"05": remittanceColumns,
	"10": {
		{1, recordType}, {3, "addenda type"}, {6, "transaction type"}, {24, "foreign amount, cents"},
		{46, "foreign trace number"}, {81, "receiver name"}, {87, ""}, {94, entrySequence},
	},
	"11": {{1, recordType}, {3, "addenda type"}, {38, "originator name"}, {73, "originator street"}, {87, ""}, {94, entrySequence}},
	"12": placeColumns,
	"13": bankColumns,
	"14": bankColumns,
	"15": {{1, recordType}, {3, "addenda type"}, {18, "receiver identification"}, {53, "receiver street"}, {87, ""}, {94, entrySequence}},
	"16": placeColumns,
	"17": remittanceColumns,
	"18": {
		{1, recordType}, {3, "addenda type"}, {38, "bank name"}, {40, "identification qualifier"}, {74, "bank identification"},
		{77, "country"}, {83, ""}, {87, "addenda sequence number"}, {94, entrySequence},
	},
}

// answered returns the columns at the beginning of every answer to an earlier
// entry, followed by the rest.
func answered(code string, rest ...column) []column {
	return append([]column{{1, recordType}, {3, "addenda type"}, {6, code}, {21, "original trace number"}}, rest...)
}

var (
	changeColumns = answered("change code", column{27, ""}, column{35, "original receiving bank"},
		column{64, correctedData}, column{79, ""}, column{94, entryTrace})
	iatChangeColumns = answered("change code", column{27, ""}, column{35, "original receiving bank"},
		column{70, correctedData}, column{79, ""}, column{94, entryTrace})
	refusedColumns = answered("refused change code", column{27, ""}, column{35, "original receiving bank"},
		column{64, correctedData}, column{67, "change code"}, column{74, "change trace"}, column{79, ""}, column{94, entryTrace})
	returnColumns = answered("return code", column{27, "date of death"}, column{35, "original receiving bank"},
		column{79, "addenda information"}, column{94, entryTrace})
	iatReturnColumns = answered("return code", column{27, "date of death"}, column{35, "original receiving bank"},
		column{45, "original amount, cents"}, column{79, "addenda information"}, column{94, entryTrace})
	dishonoredColumns = answered("dishonored return code", column{27, ""}, column{35, "original receiving bank"}, column{38, ""},
		column{53, "return trace number"}, column{56, "return settlement day"}, column{58, "return code"},
		column{79, "addenda information"}, column{94, entryTrace})
	contestedColumns = answered("contested return code", column{27, "date of the return"}, column{35, "original receiving bank"},
		column{38, "original settlement day"}, column{53, "return trace number"}, column{56, "return settlement day"},
		column{58, "return code"}, column{73, "dishonored return trace number"}, column{76, "dishonored return settlement day"},
		column{78, "dishonored return code"}, column{79, ""}, column{94, entryTrace})
	unknownColumns = []column{{1, recordType}, {94, "text"}}
	fillerColumns  = []column{{94, recordType}}
)
