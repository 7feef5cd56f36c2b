package nacha

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// RunningText is a list of strings, text that runs on from one addenda of an
// entry to the next: all 80 columns of each but the last, blanks included, and
// the last without the padding after it.
type RunningText []string

// addendaText is how many columns of text addenda 05 and 17 have.
const addendaText = 80

// trim drops the padding after the last of full columns.
func (t RunningText) trim() {
	if n := len(t); n > 0 {
		t[n-1] = trim(t[n-1])
	}
}

// UnmarshalJSON fills the addenda that an older release wrote without the
// blanks at their ends.
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
