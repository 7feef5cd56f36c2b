package nacha

import (
	"bytes"
	"testing"
)

// What was read can be written again, byte for byte, and compares equal.
func TestSoundVectorsSurviveReadingAndRendering(t *testing.T) {
	for _, number := range []string{"01", "02", "04", "05", "06", "07", "09", "20"} {
		t.Run(number, func(t *testing.T) {
			data := vector(t, number)
			all := readAll(t, data)
			if codes := all.codes(); len(codes) > 0 || !all.Complete {
				t.Fatalf("problems %v, complete %v", codes, all.Complete)
			}
			ending := "\n"
			if bytes.Contains(data, []byte("\r\n")) {
				ending = "\r\n"
			}
			got, err := Render(all.File, ending)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, data) {
				t.Errorf("rendered\n%s\nwant\n%s", got, data)
			}
			if err := Compare(bytes.NewReader(data), all.File); err != nil {
				t.Error(err)
			}
		})
	}
}
