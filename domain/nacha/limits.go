package nacha

// The largest values of the record formats (NACHA Operating Rules, appendix
// three). A caller has to split its batch or file before one is exceeded.
const (
	MaxEntryCents      = 9_999_999_999   // $99,999,999.99, positions 30-39 of an entry
	MaxTotalCents      = 999_999_999_999 // $9,999,999,999.99, debits or credits of a batch or a file
	MaxBatchRecords    = 999_999         // entries and addenda of a batch
	MaxFileRecords     = 99_999_999      // entries and addenda of a file
	MaxFileBatches     = 999_999         // batches of a file
	MaxFileBlocks      = 999_999         // blocks of ten records of a file
	MaxBatchNumber     = 9_999_999       // positions 88-94 of a batch header
	MaxAddenda         = 9_999           // addenda 05 of a CTX entry
	MaxIATOptional     = 5               // addenda 17 and 18 of an IAT entry together
	MaxRemittance      = 2               // addenda 17 of an IAT entry
	MaxConvertedCents  = 2_500_000       // $25,000.00: ARC, BOC and POP entries
	RecordLength       = 94              // characters of a record
	RecordsPerBlock    = 10              // a file ends with a whole block
	maxForeignCents    = 999_999_999_999_999_999
	hashModulus        = 10_000_000_000
	maxProblemsPerList = 100 // bounds the list of a hostile file
)
