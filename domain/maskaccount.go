package domain

import (
	"regexp"
	"strings"
)

var (
	digitRuns = regexp.MustCompile(`[0-9](?:[ -]?[0-9])+`)
	words     = regexp.MustCompile(`[0-9A-Za-z-]*[0-9][0-9A-Za-z-]*`)
	gaps      = strings.NewReplacer(" ", "", "-", "")
)

// MaskAccount masks text that may be the number of an account, written with
// gaps or without: a bank may quote it. Only the account's tail is known here,
// so any longer number with that ending is masked.
func MaskAccount(text string, a Account) string {
	if a.Tail == "" {
		return text
	}
	mask := func(run string) string {
		number := gaps.Replace(run)
		if tail := gaps.Replace(a.Tail); len(number) > len(tail) && strings.HasSuffix(number, tail) {
			return a.Masked()
		}
		return run
	}
	text = remask(text, a)
	return words.ReplaceAllStringFunc(digitRuns.ReplaceAllStringFunc(text, mask), func(word string) string {
		if strings.HasSuffix(word, a.Tail) && len(word) > len(a.Tail) {
			return a.Masked()
		}
		return word
	})
}

// remask changes a number that HideRepeats has masked to the form in which
// numbers are shown.
func remask(text string, a Account) string {
	end := strings.Index(text, "*"+a.Tail)
	if end < 0 {
		return text
	}
	return strings.TrimRight(text[:end], "*") + a.Masked() + text[end+1+len(a.Tail):]
}
