package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// Filters are the query parameters that the OpenAPI document has for GETs, by
// path. Anything else in a query is refused: a list whose filter is misspelled,
// or cannot be decoded, would be that of everything, and a page whose cursor
// goes by another name the first one for ever.
type Filters map[string][]string

// FiltersOf reads them from the document.
func FiltersOf(document map[string]any) Filters {
	f := Filters{}
	components, _ := document["components"].(map[string]any)
	shared, _ := components["parameters"].(map[string]any)
	paths, _ := document["paths"].(map[string]any)
	for path, item := range paths {
		item, _ := item.(map[string]any)
		get, ok := item["get"].(map[string]any)
		if !ok {
			continue
		}
		names := []string{}
		own, _ := get["parameters"].([]any)
		common, _ := item["parameters"].([]any)
		for _, p := range append(slices.Clone(own), common...) {
			p, _ := p.(map[string]any)
			if ref, ok := p["$ref"].(string); ok {
				p, _ = shared[strings.TrimPrefix(ref, "#/components/parameters/")].(map[string]any)
			}
			if name, _ := p["name"].(string); p["in"] == "query" {
				names = append(names, name)
			}
		}
		f[shape(path)] = names
	}
	return f
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

// check refuses a GET whose query has what its path does not, and spells names
// as the document does: the seeds write them in any letter case. The vault has
// always ignored what it does not know.
func (f Filters) check(c echo.Context) error {
	r := c.Request()
	known, ok := f[shape(c.Path())]
	if !ok || r.URL.RawQuery == "" || r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/rest/") {
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
