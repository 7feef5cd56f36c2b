package nacha

// column is the end of a field and its name; a reserved field has none. A
// layout lists the columns of a record from the left.
type column struct {
	to   int
	name string
}

const (
	recordType    = "record type"
	accountNumber = "account number"
	correctedData = "corrected data"
	entryTrace    = "trace number"
	entrySequence = "entry detail sequence number"
	dateOfBirth   = "date of birth"
)

var fileHeaderLayout = []column{
	{1, recordType}, {3, "priority code"}, {13, "immediate destination"}, {23, "immediate origin"},
	{29, "file creation date"}, {33, "file creation time"}, {34, "file ID modifier"}, {37, "record size"},
	{39, "blocking factor"}, {40, "format code"}, {63, "immediate destination name"},
	{86, "immediate origin name"}, {94, "reference code"},
}

var fileControlLayout = []column{
	{1, recordType}, {7, "batch count"}, {13, "block count"}, {21, "entry and addenda count"}, {31, "entry hash"},
	{43, "total debits, cents"}, {55, "total credits, cents"}, {94, ""},
}

var batchHeaderLayout = []column{
	{1, recordType}, {4, "service class"}, {20, "company name"}, {40, "company discretionary data"},
	{50, "company identification"}, {53, "standard entry class"}, {63, "company entry description"},
	{69, "company descriptive date"}, {75, "effective entry date"}, {78, "settlement day"},
	{79, "originator status"}, {87, "ODFI identification"}, {94, "batch number"},
}

var iatBatchHeaderLayout = []column{
	{1, recordType}, {4, "service class"}, {20, "IAT indicator"}, {22, "foreign exchange indicator"},
	{23, "foreign exchange reference indicator"}, {38, "foreign exchange reference"}, {40, "destination country"},
	{50, "originator identification"}, {53, "standard entry class"}, {63, "company entry description"},
	{66, "originating currency"}, {69, "destination currency"}, {75, "effective entry date"},
	{78, "settlement day"}, {79, "originator status"}, {87, "ODFI identification"}, {94, "batch number"},
}

var batchControlLayout = []column{
	{1, recordType}, {4, "service class"}, {10, "entry and addenda count"}, {20, "entry hash"},
	{32, "total debits, cents"}, {44, "total credits, cents"}, {54, "company identification"},
	{73, "message authentication code"}, {79, ""}, {87, "ODFI identification"}, {94, "batch number"},
}

var adviceControlLayout = []column{
	{1, recordType}, {4, "service class"}, {10, "entry and addenda count"}, {20, "entry hash"},
	{40, "total debits, cents"}, {60, "total credits, cents"}, {79, "operator data"}, {87, "ODFI identification"},
	{94, "batch number"},
}

var adviceFileControlLayout = []column{
	{1, recordType}, {7, "batch count"}, {13, "block count"}, {21, "entry and addenda count"}, {31, "entry hash"},
	{51, "total debits, cents"}, {71, "total credits, cents"}, {94, ""},
}

// entryLayouts are the layouts of record 6, by that of the class.
var entryLayouts = map[layout][]column{
	ordinary: {
		{1, recordType}, {3, "transaction code"}, {12, "routing number"}, {29, accountNumber}, {39, "amount, cents"},
		{54, "individual identification"}, {76, "individual name"}, {78, "discretionary data"},
		{79, "addenda record indicator"}, {94, entryTrace},
	},
	corporate: {
		{1, recordType}, {3, "transaction code"}, {12, "routing number"}, {29, accountNumber}, {39, "amount, cents"},
		{54, "identification"}, {58, "number of addenda"}, {74, "receiving company"}, {76, ""},
		{78, "discretionary data"}, {79, "addenda record indicator"}, {94, entryTrace},
	},
	swapped: {
		{1, recordType}, {3, "transaction code"}, {12, "routing number"}, {29, accountNumber}, {39, "amount, cents"},
		{54, "individual name"}, {76, "individual identification"}, {78, "discretionary data"},
		{79, "addenda record indicator"}, {94, entryTrace},
	},
	foreign: {
		{1, recordType}, {3, "transaction code"}, {12, "routing number"}, {16, "number of addenda"}, {29, ""},
		{39, "amount, cents"}, {74, accountNumber}, {76, ""}, {77, "OFAC indicator"}, {78, "secondary OFAC indicator"},
		{79, "addenda record indicator"}, {94, entryTrace},
	},
	advice: {
		{1, recordType}, {3, "transaction code"}, {12, "routing number"}, {27, accountNumber}, {39, "amount, cents"},
		{48, "advice routing number"}, {53, "file identification"}, {54, "operator data"}, {76, "individual name"},
		{78, "discretionary data"}, {79, "addenda record indicator"}, {87, "operator routing number"},
		{90, "settlement day"}, {94, "sequence number"},
	},
}
