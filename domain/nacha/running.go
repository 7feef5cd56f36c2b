package nacha

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// RunningText is text that continues from one addenda of an entry to the next,
// as a list of strings: all 80 columns of each, including blanks, and the last
// without its padding.
type RunningText []string

// addendaText is how many columns of text addenda 05 and 17 have.
const addendaText = 80

// trim removes the padding of the last string.
func (t RunningText) trim() {
	if n := len(t); n > 0 {
		t[n-1] = trim(t[n-1])
	}
}

// UnmarshalJSON restores the blanks at the ends of strings that an older
// release removed.
func (t *RunningText) UnmarshalJSON(data []byte) error {
	var lines []string
	if err := json.Unmarshal(data, &lines); err != nil {
		return err
	}
	*t = lines
	for i := range max(0, len(lines)-1) {
		if n := addendaText - utf8.RuneCountInString(lines[i]); n > 0 {
			lines[i] += strings.Repeat(" ", n)
		}
	}
	return nil
}
