package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/invopop/jsonschema"
)

const (
	module  = "github.com/achledger/achledger"
	schemas = "docs/schemas"
)

// document is an event type with its schema.
type document struct {
	name   string // "transaction.filed"
	schema *jsonschema.Schema
	root   *jsonschema.Schema // the event itself, among the schema's definitions
}

// generate generates every document, by its path below the repository's root.
func generate(root string) (map[string][]byte, error) {
	events, err := describe(root)
	if err != nil {
		return nil, err
	}
	out, err := interfaces()
	if err != nil {
		return nil, err
	}
	out["docs/events.md"] = page(events)
	for _, e := range events {
		content, err := json.MarshalIndent(e.schema, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("encode the schema of %s: %w", e.name, err)
		}
		out[filepath.Join(schemas, e.name+".json")] = append(content, '\n')
	}
	return out, nil
}

// describe reflects on every event, in order of name, with the comments of
// the source as descriptions.
func describe(root string) ([]document, error) {
	comments, err := readComments(root)
	if err != nil {
		return nil, err
	}
	r := &jsonschema.Reflector{Anonymous: true, Namer: partName, Mapper: plain, CommentMap: comments}
	types := domain.Types()
	var all []document
	for _, name := range slices.Sorted(maps.Keys(types)) {
		t := reflect.TypeOf(types[name]).Elem()
		s := r.ReflectFromType(t)
		s.Title = name
		event := s.Definitions[partName(t)]
		if event == nil {
			return nil, fmt.Errorf("%s: %s has no definition", name, t)
		}
		event.Description = sentence(t.Name(), event.Description)
		all = append(all, document{name, s, event})
	}
	return all, nil
}

// partName distinguishes types of equal names in different packages.
func partName(t reflect.Type) string {
	if t.Name() == "" || strings.HasSuffix(t.PkgPath(), "/domain") {
		return t.Name()
	}
	return filepath.Base(t.PkgPath()) + "." + t.Name()
}

// plain represents bytes as encoding/json does.
func plain(t reflect.Type) *jsonschema.Schema {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && t != reflect.TypeFor[json.RawMessage]() {
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}
	}
	return nil
}

// sentence removes the Go name from the beginning of a comment: "FileCut
// completes a file." becomes "Completes a file."
func sentence(name, comment string) string {
	comment = strings.TrimPrefix(strings.TrimPrefix(comment, name+" "), "is ")
	if comment == "" {
		return ""
	}
	return strings.ToUpper(comment[:1]) + comment[1:]
}
