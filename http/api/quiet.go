package api

import (
	"regexp"
	"strings"
)

var (
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	longNumber = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){6,}`)
)

// quiet masks long numbers in what a refusal quotes. The quoted text is the
// caller's and did not suit its field; it may be an account number. GUIDs are
// kept.
func quiet(message string) string {
	return quoted.ReplaceAllStringFunc(message, func(text string) string {
		id := strings.Trim(text, `"`)
		if _, ok := ParseGUID(id); ok {
			return text
		}
		return longNumber.ReplaceAllStringFunc(text, func(number string) string { return strings.Repeat("#", len(number)) })
	})
}
