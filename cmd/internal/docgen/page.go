package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

const preface = `# Events

Generated from package domain by ` + "`go generate ./cmd/internal/docgen`" + `; do not edit.

Every fact in the log is one of these. An event's type never changes its
meaning: a new shape is a new type. Each has a JSON Schema of its own in
[schemas](schemas). Amounts are whole cents, times RFC 3339 UTC, bytes base64.
Account numbers appear sealed only.

Beside its data an event carries meta: ` + "`at`" + `, the business time at which it was
decided, ` + "`request_id`" + `, the HTTP request behind it, and ` + "`actor`" + `, the credential key
or the worker.
`

// page is docs/events.md: the events by aggregate, then the parts they share.
func page(events []document) []byte {
	var b strings.Builder
	b.WriteString(preface)
	parts := map[string]*jsonschema.Schema{}
	aggregate := ""
	for _, e := range events {
		if name, _, _ := strings.Cut(e.name, "."); name != aggregate {
			aggregate = name
			fmt.Fprintf(&b, "\n## %s\n", aggregate)
		}
		fmt.Fprintf(&b, "\n### %s\n\n", e.name)
		describeObject(&b, e.root)
		for name, part := range e.schema.Definitions {
			if part != e.root {
				parts[name] = part
			}
		}
	}
	b.WriteString("\n## Parts\n")
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		fmt.Fprintf(&b, "\n### %s\n\n", name)
		parts[name].Description = sentence(name[strings.Index(name, ".")+1:], parts[name].Description)
		describeObject(&b, parts[name])
	}
	return []byte(b.String())
}

func describeObject(b *strings.Builder, s *jsonschema.Schema) {
	if s.Description != "" {
		fmt.Fprintln(b, s.Description)
	}
	if s.Properties == nil || s.Properties.Len() == 0 {
		return
	}
	b.WriteString("\n| field | type | |\n|---|---|---|\n")
	for field := s.Properties.Oldest(); field != nil; field = field.Next() {
		optional := ""
		if !slices.Contains(s.Required, field.Key) {
			optional = "?"
		}
		text := strings.ReplaceAll(field.Value.Description, "|", `\|`)
		fmt.Fprintf(b, "| `%s`%s | %s | %s |\n", field.Key, optional, typeName(field.Value), text)
	}
}

// typeName is a schema's type in words.
func typeName(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, "#/$defs/")
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(strings.ReplaceAll(name, ".", "")))
	case s.ContentEncoding != "":
		return s.ContentEncoding
	case s.Format == "date-time":
		return "time"
	case s.Type == "array" && s.Items != nil:
		return "list of " + typeName(s.Items)
	case s.Type == "object" && s.AdditionalProperties != nil && s.AdditionalProperties.Type != "":
		return "map of " + s.AdditionalProperties.Type
	case s.Type == "":
		return "any"
	default:
		return s.Type
	}
}
