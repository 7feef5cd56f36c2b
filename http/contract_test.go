package http_test

import (
	"bytes"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	achhttp "github.com/achledger/achledger/http"
)

// contract checks every answer of a server against its OpenAPI document.
type contract struct {
	whole   map[string]any
	paths   map[string]map[string]any // path template, method, operation
	schemas *jsonschema.Compiler
	mu      sync.Mutex
	cache   map[string]*jsonschema.Schema
}

const documentURL = "openapi.json"

var theContract = sync.OnceValues(func() (*contract, error) {
	asJSON, _, err := achhttp.OpenAPI()
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return nil, err
	}
	c := &contract{
		whole: document.(map[string]any), paths: map[string]map[string]any{},
		schemas: jsonschema.NewCompiler(), cache: map[string]*jsonschema.Schema{},
	}
	c.schemas.DefaultDraft(jsonschema.Draft2020)
	c.schemas.AssertFormat()
	if err := c.schemas.AddResource(documentURL, document); err != nil {
		return nil, err
	}
	for path, item := range c.whole["paths"].(map[string]any) {
		c.paths[path] = item.(map[string]any)
	}
	return c, nil
})

// checked is a handler that fails the test when an answer is not the one the
// document describes.
func checked(t testing.TB, h http.Handler) http.Handler {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") || strings.HasSuffix(r.URL.Path, "/bulk") {
			h.ServeHTTP(w, r) // streamed answers have their own tests
			return
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		c.check(t, r.Method, r.URL.Path, answer.Code, answer.Header().Get("Content-Type"), answer.Body.Bytes())
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func (c *contract) check(t testing.TB, method, path string, status int, contentType string, body []byte) {
	t.Helper()
	if method == "HEAD" {
		method = "GET" // HEAD is answered with the headers of GET
	}
	template, operation := c.find(method, path)
	if operation == nil {
		if status < 400 {
			t.Errorf("%s %s answered %d and is not in the OpenAPI document", method, path, status)
		}
		return
	}
	pointer, response := c.response(template, strings.ToLower(method), operation, status)
	if response == nil {
		t.Errorf("%s %s: the OpenAPI document knows no answer %d", method, template, status)
		return
	}
	content, _ := response["content"].(map[string]any)
	media, _, _ := mime.ParseMediaType(contentType)
	if len(content) == 0 {
		if len(body) > 0 {
			t.Errorf("%s %s: answer %d has a body; the OpenAPI document has none", method, template, status)
		}
		return
	}
	if _, ok := content[media]; !ok {
		t.Errorf("%s %s: answer %d is %q, which the OpenAPI document does not offer", method, template, status, contentType)
		return
	}
	if !strings.HasSuffix(media, "json") || media == "application/x-ndjson" {
		return
	}
	schema, err := c.compiled(pointer + "/content/" + escape(media) + "/schema")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("%s %s: answer %d is not JSON: %v", method, template, status, err)
		return
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s %s: answer %d is not as the OpenAPI document says: %v\n%s", method, template, status, err, body)
	}
}

// find matches a path against the templates; a fixed segment is preferred to
// a parameter.
func (c *contract) find(method, path string) (string, map[string]any) {
	best, bestFixed := "", -1
	for template, item := range c.paths {
		if _, ok := item[strings.ToLower(method)]; !ok {
			continue
		}
		if fixed, ok := match(template, path); ok && fixed > bestFixed {
			best, bestFixed = template, fixed
		}
	}
	if best == "" {
		return "", nil
	}
	return best, c.paths[best][strings.ToLower(method)].(map[string]any)
}

func match(template, path string) (fixed int, ok bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i := range want {
		switch {
		case want[i] == have[i]:
			fixed++
		case !strings.HasPrefix(want[i], "{"):
			return 0, false
		}
	}
	return fixed, true
}

// response finds the answer of a status, following a reference.
func (c *contract) response(template, method string, operation map[string]any, status int) (pointer string, response map[string]any) {
	responses := operation["responses"].(map[string]any)
	key := strconv.Itoa(status)
	r, ok := responses[key].(map[string]any)
	if !ok {
		key = "default"
		if r, ok = responses[key].(map[string]any); !ok {
			return "", nil
		}
	}
	pointer = "/paths/" + escape(template) + "/" + method + "/responses/" + key
	if ref, ok := r["$ref"].(string); ok {
		pointer = strings.TrimPrefix(ref, "#")
		r = c.resolve(pointer)
	}
	return pointer, r
}

func (c *contract) resolve(pointer string) map[string]any {
	var value any = c.whole
	for _, part := range strings.Split(pointer, "/")[1:] {
		value = value.(map[string]any)[part]
	}
	return value.(map[string]any)
}

func (c *contract) compiled(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.cache[pointer]; ok {
		return s, nil
	}
	s, err := c.schemas.Compile(documentURL + "#" + pointer)
	c.cache[pointer] = s
	return s, err
}

func escape(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

// TestDocumentCompiles finds references that lead nowhere.
func TestDocumentCompiles(t *testing.T) {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range c.paths {
		for method, operation := range item {
			o, ok := operation.(map[string]any)
			if !ok || o["responses"] == nil {
				continue
			}
			for status := range o["responses"].(map[string]any) {
				n, _ := strconv.Atoi(status)
				pointer, response := c.response(path, method, o, n)
				content, _ := response["content"].(map[string]any)
				for media := range content {
					if _, err := c.compiled(pointer + "/content/" + escape(media) + "/schema"); err != nil {
						t.Errorf("%s %s %s: %v", method, path, status, err)
					}
				}
			}
		}
	}
}
