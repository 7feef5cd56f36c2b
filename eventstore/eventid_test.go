package eventstore

import (
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestEventIDsOnlyGrowWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ids EventIDs
		var before [16]byte
		for _, micros := range rapid.SliceOfN(rapid.Int64Range(-5, 1<<50), 1, 50).Draw(t, "clock") {
			id := ids.Next(micros)
			if string(id[:]) <= string(before[:]) {
				t.Fatalf("%x comes after %x", id, before)
			}
			if u := uuid.UUID(id); u.Version() != 7 || u.Variant() != uuid.RFC4122 {
				t.Fatalf("%s is not a UUIDv7", u)
			}
			before = id
		}
		var resumed EventIDs
		resumed.Resume(before)
		if id := resumed.Next(0); string(id[:]) <= string(before[:]) {
			t.Fatalf("after reopening %x comes after %x", id, before)
		}
	})
}

func TestAnEventIDTellsItsTime(t *testing.T) {
	const micros = 1_772_452_800_123_456
	var ids EventIDs
	id := uuid.UUID(ids.Next(micros))
	if seconds, nanos := id.Time().UnixTime(); seconds*1000+nanos/1e6 != micros/1000 {
		t.Errorf("%s says %d s and %d ns", id, seconds, nanos)
	}
}
