package api

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// Filters are the query parameters that the OpenAPI document has, by method and
// path. Any other parameter is refused: with a filter that is misspelled or
// cannot be decoded, a list would contain everything; with a misspelled cursor,
// every page would be the first; and a parameter sent beside a body would be
// ignored silently.
type Filters map[string][]string

// FiltersOf reads the filters from the OpenAPI document.
func FiltersOf(document map[string]any) Filters {
	f := Filters{}
	components, _ := document["components"].(map[string]any)
	shared, _ := components["parameters"].(map[string]any)
	paths, _ := document["paths"].(map[string]any)
	for path, item := range paths {
		item, _ := item.(map[string]any)
		common, _ := item["parameters"].([]any)
		for method, operation := range item {
			operation, ok := operation.(map[string]any)
			if !ok {
				continue // "parameters", which all methods of the path share
			}
			own, _ := operation["parameters"].([]any)
			f[strings.ToUpper(method)+" "+shape(path)] = inQuery(append(slices.Clone(own), common...), shared)
		}
	}
	return f
}

// inQuery returns the names of the query parameters among the given ones.
func inQuery(parameters []any, shared map[string]any) []string {
	names := []string{}
	for _, p := range parameters {
		p, _ := p.(map[string]any)
		if ref, ok := p["$ref"].(string); ok {
			p, _ = shared[strings.TrimPrefix(ref, "#/components/parameters/")].(map[string]any)
		}
		if name, _ := p["name"].(string); p["in"] == "query" {
			names = append(names, name)
		}
	}
	return names
}

// shape is a path without the names of its parameters, which the document and
// the router write differently.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") || strings.HasPrefix(p, ":") {
			parts[i] = ":"
		}
	}
	return strings.Join(parts, "/")
}

// checkQuery refuses a query with a parameter that the document does not have for this
// method and path, and changes the letter case of names to the document's, since
// the published APIs accept any. The vault's paths are exempt: the vault has always
// ignored unknown parameters. The token endpoints, which must ignore them too
// (RFC 6749, 3.2), authenticate on their own and do not come here.
func (s *Kit) checkQuery(c echo.Context) error {
	r := c.Request()
	if r.URL.RawQuery == "" || strings.HasPrefix(r.URL.Path, "/rest/") {
		return nil
	}
	filters, err := s.Filters()
	if err != nil {
		return err
	}
	known, ok := filters[r.Method+" "+shape(c.Path())]
	if !ok {
		return nil
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return NewProblem(CodeBadRequest, "the query cannot be decoded: join its parameters by &, and write %% as %%25")
	}
	values := c.QueryParams()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		spelled := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
		if spelled < 0 || known[spelled] == name {
			continue
		}
		values[known[spelled]] = append(values[known[spelled]], values[name]...)
		delete(values, name)
	}
	q := QueryReader{Values: values, read: known}
	q.NothingElse()
	return q.Refusal()
}
