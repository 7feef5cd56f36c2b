package conn

// SQLite counts what it allocates, under one lock of the whole process. Nobody
// asks for these counts, and they take 5 % of the processor of a payment. The
// driver has no setting for them, so they are turned off here, before any
// database is opened. The declaration is weak because SQLite itself is in the
// driver's package, which is linked later.

/*
__attribute__((weak)) int sqlite3_config(int, ...);
enum { memoryStatus = 9 }; // SQLITE_CONFIG_MEMSTATUS

static int countNoMemory(void) { return sqlite3_config(memoryStatus, 0); }
*/
import "C"

func init() {
	if code := C.countNoMemory(); code != 0 {
		panic("SQLite was in use before its memory counts were turned off")
	}
}
