package forge

import (
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/eventstore"
)

// Exchange swaps a member of the data of events of a type, which path leads
// to: that of the first with that of the second, and so on. It returns the
// streams of these events.
func Exchange(folder, eventType string, path ...string) (streams []string, err error) {
	err = Log(folder, func(events []eventstore.Recorded) error {
		var found []*eventstore.Recorded
		for n := range events {
			if events[n].Type == eventType {
				found = append(found, &events[n])
				streams = append(streams, events[n].Stream)
			}
		}
		if len(found) == 0 || len(found)%2 != 0 {
			return fmt.Errorf("%d events of type %s cannot be paired", len(found), eventType)
		}
		for n := 0; n < len(found); n += 2 {
			if err := swap(found[n], found[n+1], path); err != nil {
				return err
			}
		}
		return nil
	})
	return streams, err
}

func swap(a, b *eventstore.Recorded, path []string) error {
	first, err := member(a.Data, path)
	if err != nil {
		return err
	}
	second, err := member(b.Data, path)
	if err != nil {
		return err
	}
	if a.Data, err = with(a.Data, path, second); err != nil {
		return err
	}
	b.Data, err = with(b.Data, path, first)
	return err
}

func member(data json.RawMessage, path []string) (json.RawMessage, error) {
	for _, name := range path {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, err
		}
		if data = object[name]; data == nil {
			return nil, fmt.Errorf("there is no member %s", name)
		}
	}
	return data, nil
}

func with(data json.RawMessage, path []string, value json.RawMessage) (json.RawMessage, error) {
	if len(path) == 0 {
		return value, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	inner, err := with(object[path[0]], path[1:], value)
	if err != nil {
		return nil, err
	}
	object[path[0]] = inner
	return json.Marshal(object)
}
