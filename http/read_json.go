package http

import "github.com/labstack/echo/v4"

// readJSON reads a body of plain JSON into a value. A field that the value
// does not have is a mistake worth hearing about.
func readJSON(c echo.Context, into any) error {
	_, err := readBody(c, into)
	return err
}
