package http

import (
	"encoding/json"
	"strings"

	"github.com/labstack/echo/v4"
)

// readJSON reads a body of plain JSON into a value. A field that the value
// does not have is a mistake worth hearing about.
func readJSON(c echo.Context, into any) error {
	input, err := body(c, echo.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(input)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return problem(codeBadRequest, "the body cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
