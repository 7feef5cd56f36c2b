package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

// A client whose long answers are all unread gets no other one. It gets short ones, the
// answers to what it did, and others get long ones.
func TestAClientHasSoManyLongAnswers(t *testing.T) {
	const most = 2
	s := &Kit{longAnswers: NewPlaces(most, "long answers")}
	s.Log = slog.New(slog.DiscardHandler)
	e := echo.New()
	e.JSONSerializer, e.HTTPErrorHandler = &serializer{Kit: s}, s.fail
	long, rows := strings.Repeat("x", longAnswer), make([]string, 10)
	for i := range rows {
		rows[i] = long[:longAnswer/5]
	}
	answers := func(h echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			defer ended(c)
			r := c.Request()
			state := requestState{who: Caller{Client: c.QueryParam("as")}}
			c.SetRequest(r.WithContext(state.within(r.Context())))
			return h(c)
		}
	}
	e.GET("/long", answers(func(c echo.Context) error { return c.JSON(http.StatusOK, long) }))
	e.POST("/long", answers(func(c echo.Context) error { return c.JSON(http.StatusCreated, long) }))
	e.GET("/short", answers(func(c echo.Context) error { return c.JSON(http.StatusOK, "x") }))
	e.GET("/rows", answers(func(c echo.Context) error {
		return AnswerAll(s, c, Each(rows), Shown(func(r string) string { return r }))
	}))
	ask := func(method, path, as string) *httptest.ResponseRecorder {
		a := httptest.NewRecorder()
		e.ServeHTTP(a, httptest.NewRequest(method, path+"?as="+as, nil))
		return a
	}
	var unread []func()
	for range most {
		done, err := s.longAnswers.Take("gym")
		if err != nil {
			t.Fatal(err)
		}
		unread = append(unread, done)
	}
	for _, path := range []string{"/long", "/rows"} {
		if a := ask("GET", path, "gym"); a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") == "" || !strings.Contains(a.Body.String(), `"too-many-requests"`) {
			t.Errorf("GET %s: %d %.200s", path, a.Code, a.Body)
		}
		if a := ask("GET", path, "diner"); a.Code != http.StatusOK {
			t.Errorf("GET %s of another client: %d", path, a.Code)
		}
	}
	if a := ask("GET", "/short", "gym"); a.Code != http.StatusOK {
		t.Errorf("a short answer: %d", a.Code)
	}
	if a := ask("POST", "/long", "gym"); a.Code != http.StatusCreated {
		t.Errorf("the answer to what was done: %d", a.Code)
	}
	unread[0]()
	for range most { // each gives its place back
		if a := ask("GET", "/rows", "gym"); a.Code != http.StatusOK || !strings.HasSuffix(a.Body.String(), "\"]\n") {
			t.Errorf("after one was read: %d", a.Code)
		}
	}
	unread[1]()
	if len(s.longAnswers.of) != 0 {
		t.Errorf("left over: %v", s.longAnswers.of)
	}
}
