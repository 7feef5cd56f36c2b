package console

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// upload is the request of a form with one file.
func upload(t *testing.T, field, name string, content []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", Path+"/hand-in", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// A file from the bank has account numbers: none of it may lie in the temporary
// folder of the system, where nothing deletes it after a crash.
func TestWhatIsHandedInIsNeverATemporaryFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	sent := bytes.Repeat([]byte("5"), 48<<20) // more than a form keeps in memory
	name, content, err := handedIn(upload(t, "file", "returns.ach", sent))
	if err != nil || name != "returns.ach" || !bytes.Equal(content, sent) {
		t.Errorf("got %q, %d bytes, %v", name, len(content), err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("the temporary folder has %v, %v", left, err)
	}
}

func TestWhatIsNoUploadIsRefused(t *testing.T) {
	for name, r := range map[string]*http.Request{
		"no form":         httptest.NewRequest("POST", Path+"/hand-in", nil),
		"another field":   upload(t, "other", "returns.ach", []byte("1")),
		"a field of text": upload(t, "file", "", []byte("1")),
	} {
		if _, _, err := handedIn(r); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	large := upload(t, "file", "returns.ach", make([]byte, 1000))
	large.Body = http.MaxBytesReader(httptest.NewRecorder(), large.Body, 500)
	if _, _, err := handedIn(large); err == nil || api.Explain(err).Status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than is allowed: %v", err)
	}
	cut := upload(t, "file", "returns.ach", make([]byte, 1000))
	cut.Body = io.NopCloser(io.LimitReader(cut.Body, 500))
	if _, _, err := handedIn(cut); err == nil || api.Explain(err).Status != http.StatusBadRequest {
		t.Errorf("a file that is cut: %v", err)
	}
}
