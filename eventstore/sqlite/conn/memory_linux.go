package conn

// The driver has no settings for what SQLite does with memory, so they are made
// here, before any database is opened:
//
//   - SQLite counts what it allocates, under one lock of the whole process. Nobody
//     asks for these counts, and they take 5 % of the processor of a payment.
//   - What a statement changes is kept until it ends, to be undone if it fails. From
//     64 KiB on SQLite keeps it in a file, also for all later statements of the
//     transaction: nearly half of the writes of a payment were to such files. Now it
//     is in memory up to 1 MiB.
//
// The declaration is weak because SQLite itself is in the driver's package, which is
// linked later.

/*
__attribute__((weak)) int sqlite3_config(int, ...);
enum {
	memoryStatus = 9,      // SQLITE_CONFIG_MEMSTATUS
	statementJournal = 26, // SQLITE_CONFIG_STMTJRNL_SPILL
};

static int useMemory(void) {
	int rc = sqlite3_config(memoryStatus, 0);
	return rc ? rc : sqlite3_config(statementJournal, 1 << 20);
}
*/
import "C"

func init() {
	if code := C.useMemory(); code != 0 {
		panic("SQLite was in use before its use of memory was set")
	}
}
