package conn

// The driver has no call for many arguments, so that this one speaks to SQLite
// itself. The declarations are weak as in memory_linux.go.

/*
#include <stdlib.h>
#include <string.h>

typedef struct sqlite3_stmt sqlite3_stmt;
typedef struct sqlite3 sqlite3;
#define WEAK __attribute__((weak))
WEAK int sqlite3_bind_null(sqlite3_stmt*, int);
WEAK int sqlite3_bind_int64(sqlite3_stmt*, int, long long);
WEAK int sqlite3_bind_text(sqlite3_stmt*, int, const char*, int, void(*)(void*));
WEAK int sqlite3_step(sqlite3_stmt*);
WEAK int sqlite3_reset(sqlite3_stmt*);
WEAK int sqlite3_clear_bindings(sqlite3_stmt*);
WEAK int sqlite3_column_count(sqlite3_stmt*);
WEAK int sqlite3_column_type(sqlite3_stmt*, int);
WEAK long long sqlite3_column_int64(sqlite3_stmt*, int);
WEAK const unsigned char *sqlite3_column_text(sqlite3_stmt*, int);
WEAK int sqlite3_column_bytes(sqlite3_stmt*, int);
WEAK sqlite3 *sqlite3_db_handle(sqlite3_stmt*);
WEAK int sqlite3_extended_errcode(sqlite3*);
WEAK const char *sqlite3_errmsg(sqlite3*);

enum { ok = 0, noMemory = 7, mismatch = 20, row = 100, done = 101, integer = 1, text = 3, null = 5 }; // of SQLite

typedef struct {
	unsigned char *bytes; // rows of results
	size_t size, room;
	size_t read;          // bytes of arguments
	char *message;
} reply;

// put appends a letter, and a value of so many bytes in two parts.
static int put(reply *o, char kind, const void *one, size_t first, const void *other, size_t second) {
	size_t size = 1 + first + second;
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
			unsigned int size = sqlite3_column_bytes(s, i);
			rc = t ? put(o, 't', &size, sizeof size, t, size) : noMemory;
			break;
		}
		default: rc = mismatch;
		}
	}
	return rc;
}

static int bindAll(sqlite3_stmt *s, const unsigned char **in, int arguments) {
	const unsigned char *at = *in;
	int rc = ok;
	for (int i = 1; i <= arguments && rc == ok; i++) {
		switch (*at++) {
		case 'n': rc = sqlite3_bind_null(s, i); break;
		case 'i': {
			long long n;
			memcpy(&n, at, sizeof n), at += sizeof n;
			rc = sqlite3_bind_int64(s, i, n);
			break;
		}
		case 't': {
			unsigned int size;
			memcpy(&size, at, sizeof size), at += sizeof size;
			rc = sqlite3_bind_text(s, i, (const char*)at, size, 0); // not copied: it stays until runAll returns
			at += size;
			break;
		}
		default: rc = mismatch;
		}
	}
	*in = at;
	return rc;
}

static int runAll(sqlite3_stmt *s, const unsigned char *in, long long runs, int arguments, reply *o) {
	const unsigned char *at = in;
	int rc = sqlite3_reset(s), query = sqlite3_column_count(s) > 0; // of an earlier failure
	for (rc = ok; runs > 0 && rc == ok; runs--) {
		rc = bindAll(s, &at, arguments);
		if (rc == ok) rc = sqlite3_step(s);
		while (rc == row) {
			rc = putRow(s, o);
			if (rc == ok) rc = sqlite3_step(s);
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
	"fmt"
	"reflect"
	"unsafe"

	"github.com/mattn/go-sqlite3"
)

// runAll makes so many runs of a statement and returns their rows, and how much
// of the arguments they took.
func runAll(s *sqlite3.SQLiteStmt, in []byte, runs, arguments int) (rows []byte, read int, err error) {
	var o C.reply
	handle := (*C.sqlite3_stmt)(reflect.ValueOf(s).Elem().FieldByName("s").UnsafePointer()) // the driver has no method for it
	code := C.runAll(handle, (*C.uchar)(unsafe.SliceData(in)), C.longlong(runs), C.int(arguments), &o)
	defer C.free(unsafe.Pointer(o.bytes))
	defer C.free(unsafe.Pointer(o.message))
	if code != C.ok {
		err := sqlite3.Error{Code: sqlite3.ErrNo(code & 0xff), ExtendedCode: sqlite3.ErrNoExtended(code)}
		return nil, 0, fmt.Errorf("%w: %s", err, C.GoString(o.message))
	}
	return C.GoBytes(unsafe.Pointer(o.bytes), C.int(o.size)), int(o.read), nil
}
