package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// sampleText is the smallest body that the schema allows.
func sampleText(media string, schema *openapi3.SchemaRef) string {
	value := sample(schema)
	if fields, ok := value.(map[string]any); ok && media == "application/x-www-form-urlencoded" {
		var pairs []string
		for name, v := range fields {
			pairs = append(pairs, fmt.Sprintf("%s=%v", name, v))
		}
		sort.Strings(pairs)
		return strings.Join(pairs, "&")
	}
	if text, ok := value.(string); ok && !strings.HasSuffix(media, "/json") {
		return text
	}
	content, _ := json.MarshalIndent(value, "", "  ")
	return string(content)
}

// sample is a value of the schema: its example, the first of its enumeration,
// or the smallest of its type.
func sample(ref *openapi3.SchemaRef) any {
	if ref == nil || ref.Value == nil {
		return "text"
	}
	s := ref.Value
	switch {
	case s.Example != nil:
		return s.Example
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Default != nil:
		return s.Default
	case len(s.AllOf) > 0:
		return joined(s.AllOf)
	case len(s.AnyOf) > 0:
		return sample(s.AnyOf[0])
	case len(s.OneOf) > 0:
		return sample(s.OneOf[0])
	case s.Type.Is("array"):
		if s.MinItems > 0 {
			return []any{sample(s.Items)}
		}
		return []any{}
	case s.Type.Is("integer"), s.Type.Is("number"):
		if s.Min != nil {
			return *s.Min
		}
		return 1
	case s.Type.Is("boolean"):
		return true
	case s.Type.Is("string"):
		return sampleString(s)
	}
	fields := map[string]any{}
	for name, property := range s.Properties {
		if slices.Contains(s.Required, name) {
			fields[name] = sample(property)
		}
	}
	return fields
}

func joined(parts openapi3.SchemaRefs) any {
	whole := map[string]any{}
	for _, part := range parts {
		fields, ok := sample(part).(map[string]any)
		if !ok {
			return sample(part)
		}
		for name, value := range fields {
			whole[name] = value
		}
	}
	return whole
}

func sampleString(s *openapi3.Schema) string {
	switch {
	case s.Format == "uuid":
		return "{{$guid}}"
	case s.Format == "date-time":
		return "2030-01-02T15:04:05Z"
	case strings.Contains(s.Pattern, "[0-9]{9}"):
		return "121042882"
	case strings.Contains(s.Pattern, "{4}-[0-9]{2}-"):
		return "2030-01-02"
	case s.MaxLength != nil && *s.MaxLength < 4:
		return strconv.Itoa(1)
	}
	return "text"
}
