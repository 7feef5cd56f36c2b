package api

import (
	"regexp"
	"strings"
)

var (
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	longNumber = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){6,}`)
)

// quiet takes the digits out of long numbers in what a refusal quotes. That is
// text of the caller's which was not what the field takes; somebody may have
// put an account number there. Ids stay, since nobody has one by chance.
func quiet(message string) string {
	return quoted.ReplaceAllStringFunc(message, func(text string) string {
		id := strings.Trim(text, `"`)
		if _, ok := ParseGUID(id); ok {
			return text
		}
		return longNumber.ReplaceAllStringFunc(text, func(number string) string { return strings.Repeat("#", len(number)) })
	})
}
