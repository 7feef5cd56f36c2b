package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	achhttp "github.com/achledger/achledger/http"
)

// interfaces generates the Go client and the Postman collection from the
// OpenAPI document.
func interfaces() (map[string][]byte, error) {
	spec, err := readDocument()
	if err != nil {
		return nil, err
	}
	if err := named(spec); err != nil {
		return nil, err
	}
	requests, err := collection(spec) // first: the client generator changes the document
	if err != nil {
		return nil, err
	}
	code, err := client(spec)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{clientFile: code, collectionFile: requests}, nil
}

// readDocument reads the OpenAPI document, with references resolved and
// simplified.
func readDocument() (*openapi3.T, error) {
	asJSON, _, err := achhttp.OpenAPI()
	if err != nil {
		return nil, err
	}
	var document map[string]any
	if err := json.Unmarshal(asJSON, &document); err != nil {
		return nil, err
	}
	if asJSON, err = json.Marshal(simple(document)); err != nil {
		return nil, err
	}
	spec, err := openapi3.NewLoader().LoadFromData(asJSON)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return spec, nil
}

// operation is a route of the document.
type operation struct {
	*openapi3.Operation
	method, path string
	parameters   openapi3.Parameters // the path's and its own
}

// operations are all routes, in order of path and method.
func operations(spec *openapi3.T) (all []operation) {
	for _, path := range slices.Sorted(maps.Keys(spec.Paths.Map())) {
		item := spec.Paths.Value(path)
		methods := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			o := methods[method]
			all = append(all, operation{o, method, path, slices.Concat(item.Parameters, o.Parameters)})
		}
	}
	return all
}

// named refuses a document in which an operation has no unique name: the
// client's methods have these names, and people rely on them.
func named(spec *openapi3.T) error {
	routes := map[string]string{}
	for _, o := range operations(spec) {
		id, route := o.OperationID, o.method+" "+o.path
		if id == "" || routes[id] != "" {
			return fmt.Errorf("%s needs an operationId of its own in http/openapi, not %q", route, id)
		}
		routes[id] = route
	}
	return nil
}
