package conn

// The driver has no call for many arguments, so that this one speaks to SQLite
// itself (ADR 0025). The declarations are weak as in memory_linux.go.

/*
#include <stdlib.h>
#include <string.h>

typedef struct sqlite3_stmt sqlite3_stmt;
typedef struct sqlite3 sqlite3;
typedef unsigned long long size8; // of a text or a blob
#define WEAK __attribute__((weak))
WEAK int sqlite3_bind_null(sqlite3_stmt*, int);
WEAK int sqlite3_bind_int64(sqlite3_stmt*, int, long long);
WEAK int sqlite3_bind_text64(sqlite3_stmt*, int, const char*, size8, void(*)(void*), unsigned char);
WEAK int sqlite3_bind_blob64(sqlite3_stmt*, int, const void*, size8, void(*)(void*));
WEAK int sqlite3_step(sqlite3_stmt*);
WEAK int sqlite3_reset(sqlite3_stmt*);
WEAK int sqlite3_clear_bindings(sqlite3_stmt*);
WEAK int sqlite3_column_count(sqlite3_stmt*);
WEAK int sqlite3_column_type(sqlite3_stmt*, int);
WEAK long long sqlite3_column_int64(sqlite3_stmt*, int);
WEAK const unsigned char *sqlite3_column_text(sqlite3_stmt*, int);
WEAK const void *sqlite3_column_blob(sqlite3_stmt*, int);
WEAK int sqlite3_column_bytes(sqlite3_stmt*, int);
WEAK sqlite3 *sqlite3_db_handle(sqlite3_stmt*);
WEAK int sqlite3_extended_errcode(sqlite3*);
WEAK int sqlite3_system_errno(sqlite3*);
WEAK const char *sqlite3_errmsg(sqlite3*);

enum { // of SQLite
	ok = 0, noMemory = 7, ioError = 10, tooBig = 18, mismatch = 20, misuse = 21, row = 100, done = 101,
	integer = 1, text = 3, blob = 4, null = 5, utf8 = 1
};

// most bounds the rows of a call, as SQLite does a text.
static const size_t most = 1000000000;

typedef struct {
	unsigned char *bytes; // rows of results
	size_t size, room;
	size_t read;          // bytes of arguments
	char *message;
	int cause;            // errno, if a file could not be read or written
} reply;

// put appends a letter, and a value of so many bytes in two parts.
static int put(reply *o, char kind, const void *one, size_t first, const void *other, size_t second) {
	size_t size = 1 + first + second;
	if (size > most - o->size) return tooBig;
	if (o->room - o->size < size) {
		size_t room = 2 * (o->room + size);
		unsigned char *more = realloc(o->bytes, room);
		if (!more) return noMemory;
		o->bytes = more, o->room = room;
	}
	unsigned char *at = o->bytes + o->size;
	*at++ = kind;
	if (first) memcpy(at, one, first);
	if (second) memcpy(at + first, other, second);
	o->size += size;
	return ok;
}

static int putRow(sqlite3_stmt *s, reply *o) {
	int rc = ok, columns = sqlite3_column_count(s);
	for (int i = 0; i < columns && rc == ok; i++) {
		switch (sqlite3_column_type(s, i)) {
		case null: rc = put(o, 'n', 0, 0, 0, 0); break;
		case integer: {
			long long n = sqlite3_column_int64(s, i);
			rc = put(o, 'i', &n, sizeof n, 0, 0);
			break;
		}
		case text: {
			const unsigned char *t = sqlite3_column_text(s, i);
			size8 size = sqlite3_column_bytes(s, i);
			rc = t ? put(o, 't', &size, sizeof size, t, size) : noMemory;
			break;
		}
		case blob: {
			const void *b = sqlite3_column_blob(s, i);
			size8 size = sqlite3_column_bytes(s, i);
			rc = b || !size ? put(o, 'b', &size, sizeof size, b, size) : noMemory;
			break;
		}
		default: rc = mismatch;
		}
	}
	return rc;
}

// bindOne binds the next argument, and moves in behind it. A text is not copied:
// it stays until runAll returns, which leaves no argument bound.
static int bindOne(sqlite3_stmt *s, int i, const unsigned char **in, const unsigned char *end) {
	const unsigned char *at = *in;
	size8 n; // the number, or the size
	if (at == end) return misuse;
	char kind = *at++;
	if (kind == 'n') {
		*in = at;
		return sqlite3_bind_null(s, i);
	}
	if ((size_t)(end - at) < sizeof n) return misuse;
	memcpy(&n, at, sizeof n), at += sizeof n;
	if (kind == 'i') {
		*in = at;
		return sqlite3_bind_int64(s, i, (long long)n);
	}
	if ((size_t)(end - at) < n) return misuse;
	*in = at + n;
	switch (kind) {
	case 't': return sqlite3_bind_text64(s, i, (const char*)at, n, 0, utf8);
	case 'b': return sqlite3_bind_blob64(s, i, at, n, 0);
	default: return misuse;
	}
}

static int bindAll(sqlite3_stmt *s, const unsigned char **in, const unsigned char *end, int arguments) {
	int rc = ok;
	for (int i = 1; i <= arguments && rc == ok; i++) rc = bindOne(s, i, in, end);
	return rc;
}

static int runAll(sqlite3_stmt *s, const unsigned char *in, size_t size, long long runs, int arguments, size_t enough, reply *o) {
	const unsigned char *at = in, *end = in + size;
	int rc = sqlite3_reset(s), query = sqlite3_column_count(s) > 0; // rc is of an earlier failure
	for (rc = ok; runs > 0 && rc == ok; runs--) {
		rc = bindAll(s, &at, end, arguments);
		if (rc == ok) rc = sqlite3_step(s);
		while (rc == row) {
			rc = putRow(s, o);
			if (rc == ok) rc = o->size < enough ? sqlite3_step(s) : done;
		}
		if (rc == done) {
			rc = sqlite3_reset(s);
			if (rc == ok && query) rc = put(o, '.', 0, 0, 0, 0);
		}
	}
	if (rc != ok) {
		sqlite3 *db = sqlite3_db_handle(s);
		if ((sqlite3_extended_errcode(db) & 0xff) == (rc & 0xff)) {
			const char *message = sqlite3_errmsg(db);
			o->message = message ? strdup(message) : 0;
			rc = sqlite3_extended_errcode(db);
			if ((rc & 0xff) == ioError) o->cause = sqlite3_system_errno(db);
		}
		sqlite3_reset(s);
	}
	sqlite3_clear_bindings(s);
	o->read = at - in;
	return rc;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"github.com/mattn/go-sqlite3"
)

// runAll makes so many runs of a statement and returns how much of the arguments
// they took. It calls take with their rows, which are freed when that returns. A
// run ends early once there are enough bytes.
var runAll = runInC

// handleAt is where a statement of the driver has SQLite's, for which it has no
// method. With a driver that keeps it elsewhere no program starts.
var handleAt = func() uintptr {
	handle, ok := reflect.TypeFor[sqlite3.SQLiteStmt]().FieldByName("s")
	if !ok || handle.Type.Kind() != reflect.Pointer || !strings.HasSuffix(handle.Type.Elem().Name(), "sqlite3_stmt") {
		panic("the driver of SQLite has changed: see docs/adr/0025")
	}
	return handle.Offset
}()

var errFinalized = errors.New("the statement is closed")

func runInC(s *sqlite3.SQLiteStmt, in []byte, runs, arguments, enough int, take func(Results) error) (read int, err error) {
	handle := *(**C.sqlite3_stmt)(unsafe.Add(unsafe.Pointer(s), handleAt))
	if handle == nil {
		return 0, errFinalized
	}
	var o C.reply
	code := C.runAll(handle, (*C.uchar)(unsafe.SliceData(in)), C.size_t(len(in)), C.longlong(runs), C.int(arguments), C.size_t(enough), &o)
	runtime.KeepAlive(s) // its finalizer closes the handle
	if o.bytes != nil {
		defer C.free(unsafe.Pointer(o.bytes))
	}
	if o.message != nil {
		defer C.free(unsafe.Pointer(o.message))
	}
	if code != C.ok {
		err := sqlite3.Error{Code: sqlite3.ErrNo(code & 0xff), ExtendedCode: sqlite3.ErrNoExtended(code),
			SystemErrno: syscall.Errno(o.cause)}
		if message := C.GoString(o.message); message != "" && message != err.Error() {
			return 0, fmt.Errorf("%w: %s", err, message)
		}
		return 0, err
	}
	return int(o.read), take(unsafe.Slice((*byte)(o.bytes), o.size))
}
