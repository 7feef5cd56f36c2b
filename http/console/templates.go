package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

//go:embed templates
var sources embed.FS

// templates are the pages by name, each parsed together with the layout.
type templates struct {
	pages map[string]*template.Template
}

// parsed are the pages, which are parsed when the first of them is shown.
var parsed = sync.OnceValues(parseTemplates)

func parseTemplates() (*templates, error) {
	frame, err := template.New("frame").Funcs(functions).ParseFS(sources, "templates/frame.html", "templates/parts.html", "templates/plots.html")
	if err != nil {
		return nil, fmt.Errorf("parse the console's pages: %w", err)
	}
	files, err := fs.Glob(sources, "templates/*.html")
	if err != nil {
		return nil, err
	}
	t := &templates{map[string]*template.Template{}}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "frame" || name == "parts" || name == "plots" {
			continue
		}
		one, err := frame.Clone()
		if err == nil {
			one, err = one.ParseFS(sources, file)
		}
		if err != nil {
			return nil, fmt.Errorf("parse the console's page %s: %w", name, err)
		}
		t.pages[name] = one
	}
	return t, nil
}

// show renders a page into memory before it writes the first byte, so that an
// error in a template does not leave half a page.
func (s *surface) show(c echo.Context, status int, name string, p *page) error {
	if t, ok := listOf(c, p); ok {
		return asCSV(c, t)
	}
	t, err := parsed()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.pages[name].ExecuteTemplate(&b, "frame", p); err != nil {
		return fmt.Errorf("make page %s: %w", name, err)
	}
	return c.Blob(status, "text/html; charset=utf-8", b.Bytes())
}

// serve shows a page with its data.
func (s *surface) serve(c echo.Context, p *page, name string, data any) error {
	p.Data = data
	return s.show(c, http.StatusOK, name, p)
}

// problem shows a refusal or an error as a page.
func (s *surface) problem(c echo.Context, problem *api.Problem) error {
	secure(c.Response().Header())
	if to := withoutSlash(c.Request()); to != "" && problem.Status == http.StatusNotFound {
		return c.Redirect(http.StatusSeeOther, to)
	}
	who, _ := c.Get(personKey).(api.Caller)
	p := s.newPage(c, who, problem.Title, "")
	r, data := c.Request(), problemPage{Problem: problem, Back: back(c)}
	if r.Method == http.MethodPost {
		p.Here, data.Outcome = data.Back, outcomeOf(problem)
		typed := submitted(r)
		if f, ok := typedInto(p, r.URL.Path, typed); ok && mendable(problem, f, typed) {
			p.Forms = []form{f}
		}
	}
	data.Detail, data.Errors = problem.Detail, wrongFields(problem, p.Forms)
	if len(problem.Errors) > 0 && strings.Contains(data.Detail, problem.Errors[0].Message) {
		data.Detail = "" // it only says what is wrong with the fields
	}
	p.Data = data
	return s.show(c, problem.Status, "problem", p)
}

// withoutSlash is the address of a page that somebody typed with a slash at its end; empty
// if there is none.
func withoutSlash(r *http.Request) string {
	path := r.URL.EscapedPath()
	to := strings.TrimRight(path, "/")
	if to == path || r.Method != http.MethodGet || to != Path && !strings.HasPrefix(to, Path+"/") {
		return ""
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return to
}

type problemPage struct {
	Problem *api.Problem
	Detail  string
	Errors  []string
	Outcome string // what was done of an action
	Back    string
}

// outcomeOf says whether an action that failed may have been done.
func outcomeOf(p *api.Problem) string {
	if p.Status < http.StatusInternalServerError || strings.Contains(p.Detail, "nothing was recorded") {
		return "Nothing was changed."
	}
	return "It may have been done. Look at the page before you try again."
}

// wrongFields names each wrong field as its form does, and a setting by its path.
func wrongFields(p *api.Problem, forms []form) (list []string) {
	for _, e := range p.Errors {
		name := strings.ReplaceAll(strings.TrimPrefix(e.Pointer, "/"), "/", ".")
		for _, f := range forms {
			for _, i := range f.Fields {
				if i.Name == name {
					name = i.Label
				}
			}
		}
		if name != "" {
			name += ": "
		}
		list = append(list, name+e.Message)
	}
	return list
}

// back is the console page that the request came from, or the home page if
// unknown.
func back(c echo.Context) string {
	r := c.Request()
	for _, to := range []string{submitted(r).Get("back"), c.QueryParam("back")} {
		if local(to) {
			return to
		}
	}
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host {
		return Path
	}
	if to := here(from); isPage(to) && to != here(r.URL) {
		return to
	}
	return Path
}

// local reports whether a path is a page of the console. It prevents an open
// redirect.
func local(to string) bool {
	return (to == Path || strings.HasPrefix(to, Path+"/") || strings.HasPrefix(to, Path+"?")) &&
		!strings.ContainsAny(to, "\\\r\n") && !strings.Contains(to, "//")
}
