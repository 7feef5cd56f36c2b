package nacha

import "testing"

func TestAddendaAreCountedAsTheFileCountsThem(t *testing.T) {
	for name, tt := range map[string]struct {
		entry Entry
		want  int
	}{
		"none":                             {Entry{}, 0},
		"one remittance":                   {Entry{Addenda05: []string{"invoice 1"}}, 1},
		"a CTX with three":                 {Entry{Addenda05: make([]string, 3)}, 3},
		"a point of sale":                  {Entry{Addenda02: "terminal"}, 1},
		"international: seven at least":    {Entry{IAT: &IATAddenda{}}, 7},
		"international with 17 and 18":     {Entry{IAT: &IATAddenda{Remittance: make([]string, 2), Correspondents: make([]Bank, 3)}}, 12},
		"a return":                         {Entry{Return: &Return{}}, 1},
		"a return of an international one": {Entry{IAT: &IATAddenda{}, Return: &Return{}}, 8},
		"a notification of change":         {Entry{Correction: &Correction{}}, 1},
	} {
		if got := tt.entry.AddendaCount(); got != tt.want {
			t.Errorf("%s: %d; want %d", name, got, tt.want)
		}
	}
}
