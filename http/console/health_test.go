package console

import (
	"strings"
	"testing"
)

// What the alert rules call a person for is on the first page too.
func TestHealthNamesTheBanksWhoseFilesDoNotLeave(t *testing.T) {
	const age = "achledger_oldest_unsent_file_age_seconds"
	labels := map[string]map[string]float64{age: {"231380104": 1801, "061000146": 60, "091000019": 7200}}
	var unsent []check
	for _, c := range fileChecks(map[string]float64{age: 9061}, labels) {
		if c.State == "not sent" {
			unsent = append(unsent, c)
		}
	}
	if len(unsent) != 1 || unsent[0].Tone != bad || !strings.Contains(unsent[0].Says, "A file for 091000019, 231380104 was cut") {
		t.Errorf("it says %+v", unsent)
	}
	labels[age] = map[string]float64{"231380104": 1800}
	if list := fileChecks(map[string]float64{age: 1800}, labels); len(list) != 0 {
		t.Errorf("a file that was cut just now is reported: %+v", list)
	}
}
