package text

import "strconv"

// Count says how many there are: "1 file", "2 files", "0 entries".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
