package domain

import "testing"

func TestTheVocabularyIsThatOfTheNewestEventType(t *testing.T) {
	newest := 0
	for name, came := range introduced {
		if _, ok := known[name]; !ok || came < 1 {
			t.Errorf("%s came with vocabulary %d; it is an event type: %v", name, came, ok)
		}
		newest = max(newest, came)
	}
	if newest != Vocabulary {
		t.Errorf("the newest event type came with vocabulary %d, the program knows %d", newest, Vocabulary)
	}
}
