package main

import "strings"

// simple converts the document from OpenAPI 3.1 to 3.0, which the client
// generator reads, and drops what a client does not use. It modifies its
// argument.
func simple(document map[string]any) map[string]any {
	simplify(document)
	return document
}

func simplify(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, answers := value["content"]; answers {
			delete(value, "headers")
		}
		simplifySchema(value)
		for _, child := range value {
			simplify(child)
		}
	case []any:
		for _, child := range value {
			simplify(child)
		}
	}
}

// simplifySchema makes money an Amount, replaces null, which Go expresses as a
// pointer, and names the types of enumerations.
func simplifySchema(schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		if property, ok := property.(map[string]any); ok && strings.EqualFold(name, "amount") && isMoney(property) {
			properties[name] = map[string]any{"$ref": "#/components/schemas/Amount"}
		}
	}
	if kinds, ok := schema["type"].([]any); ok && len(kinds) == 2 && kinds[1] == "null" {
		schema["type"], schema["nullable"] = kinds[0], true
	}
	if schema["type"] == "null" { // always
		schema["type"], schema["nullable"] = "string", true
	}
	if choices, ok := schema["anyOf"].([]any); ok && len(choices) == 2 && isNull(choices[1]) {
		delete(schema, "anyOf")
		schema["allOf"], schema["nullable"] = choices[:1], true
	}
	if choices, ok := schema["oneOf"].([]any); ok && len(choices) > 0 && onlyRequires(choices[0]) {
		delete(schema, "oneOf")
	}
	if constant, ok := schema["const"].(string); ok {
		delete(schema, "const")
		schema["type"], schema["enum"] = "string", []any{constant}
	}
	if values, ok := schema["enum"].([]any); ok && schema["type"] == nil && len(values) > 0 {
		if _, text := values[0].(string); text {
			schema["type"] = "string"
		}
	}
}

// isMoney reports whether a schema is dollars: a number, or a number or a
// string.
func isMoney(schema map[string]any) bool {
	if schema["type"] == "number" {
		return true
	}
	choices, _ := schema["anyOf"].([]any)
	for _, choice := range choices {
		if choice, ok := choice.(map[string]any); ok && choice["type"] == "number" {
			return true
		}
	}
	return false
}

func isNull(choice any) bool {
	schema, ok := choice.(map[string]any)
	return ok && schema["type"] == "null"
}

// onlyRequires reports whether a choice concerns only which fields are present.
func onlyRequires(choice any) bool {
	schema, ok := choice.(map[string]any)
	return ok && len(schema) == 1 && schema["required"] != nil
}
