package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// caller is someone with a credential who speaks HTTP.
type caller struct{ base, key, secret string }

// do sends a JSON body and reads a JSON answer. An answer of 400 and above is
// an error with the server's words.
func (c caller) do(ctx context.Context, method, path string, body, answer any) (status int, err error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return 0, err
	}
	request.SetBasicAuth(c.key, c.secret)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, err
	}
	if response.StatusCode >= 400 {
		return response.StatusCode, fmt.Errorf("%s %s answers %s: %s", method, path, response.Status, strings.TrimSpace(string(text)))
	}
	if answer == nil || len(text) == 0 {
		return response.StatusCode, nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return response.StatusCode, fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return response.StatusCode, nil
}
