package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain/guard"
)

// flatten collects the values of a JSON document, keyed by path.
func flatten(path string, v any, into map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if list, ok := value.([]any); ok && name == "limits" {
				for _, one := range list {
					says, is := limitWords(one)
					into[strings.TrimPrefix(path+".limit of "+says, ".")] = is
				}
				continue
			}
			flatten(strings.TrimPrefix(path+"."+name, "."), value, into)
		}
	case []any:
		if len(v) > 0 {
			if _, ok := v[0].(map[string]any); ok {
				for n, value := range v {
					flatten(fmt.Sprintf("%s %d", path, n+1), value, into)
				}
				return
			}
		}
		flattenOne(path, v, into)
	case nil:
	default:
		flattenOne(path, v, into)
	}
}

func flattenOne(path string, v any, into map[string]string) {
	if cents, ok := v.(float64); ok && strings.HasSuffix(path, "cents") {
		into[strings.TrimRight(strings.TrimSuffix(path, "cents"), "_.")] = dollars(int64(cents))
		return
	}
	text, _ := json.Marshal(v)
	into[path] = strings.Trim(string(text), `"`)
}

// limitWords describes a limit of the guard: what it limits, and its value.
func limitWords(v any) (about, is string) {
	var l guard.Limit
	text, _ := json.Marshal(v)
	if json.Unmarshal(text, &l) != nil {
		return "something", string(text)
	}
	return l.String(), limitText(l) + "; " + aboveIt(cmp.Or(l.Action, guard.Hold))
}

// differences lists in words what changed between two documents. If there was
// no document before, it lists what was set.
func differences(before, after map[string]string) (says []string) {
	if len(before) == 0 {
		return []string{"Set for the first time"}
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := before[name], after[name]
		title := capital(strings.NewReplacer("_", " ", ".", " ").Replace(strings.TrimPrefix(name, "settings.")))
		switch {
		case was == is:
		case was == "":
			says = append(says, fmt.Sprintf("%s: %s", title, is))
		case is == "":
			says = append(says, fmt.Sprintf("%s: no longer %s", title, was))
		default:
			says = append(says, fmt.Sprintf("%s: %s instead of %s", title, is, was))
		}
	}
	if len(says) == 0 {
		says = []string{"Nothing that this page shows"}
	}
	return says
}
