package api

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// Filters are the query parameters that the OpenAPI document has, by method and
// path. Anything else in a query is refused: a list whose filter is misspelled,
// or cannot be decoded, would be that of everything, a page whose cursor goes by
// another name the first one for ever, and what is sent beside a body would be
// lost in silence.
type Filters map[string][]string

// FiltersOf reads them from the document.
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
				continue // the parameters of all of them
			}
			own, _ := operation["parameters"].([]any)
			f[strings.ToUpper(method)+" "+shape(path)] = inQuery(append(slices.Clone(own), common...), shared)
		}
	}
	return f
}

// inQuery are the names of those parameters that a query has.
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

// check refuses a request whose query has what its method and path do not, and
// spells names as the document does: the seeds write them in any letter case. The
// vault has always ignored what it does not know, and RFC 6749 has the token
// endpoints do so, which take no caller.
func (f Filters) check(c echo.Context) error {
	r := c.Request()
	known, ok := f[r.Method+" "+shape(c.Path())]
	if !ok || r.URL.RawQuery == "" || strings.HasPrefix(r.URL.Path, "/rest/") {
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
