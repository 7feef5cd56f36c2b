package text

import "strings"

// shownCharacters is how much of an account number people may see.
const shownCharacters = 4

// Tail returns the last four characters of an account number, of a number of
// four or fewer the last half, rounded down: never a number as a whole.
// Spaces do not count and are not shown.
func Tail(account string) string {
	characters := []rune(strings.ReplaceAll(account, " ", ""))
	shown := shownCharacters
	if len(characters) <= shownCharacters {
		shown = len(characters) / 2
	}
	return string(characters[len(characters)-shown:])
}

// Mask returns an account number as anybody may see it: *****6789. The stars
// are always five, so that they do not tell its length.
func Mask(account string) string { return "*****" + Tail(account) }
