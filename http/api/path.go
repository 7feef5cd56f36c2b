package api

import (
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// ParseGUID returns a GUID in the form in which ids are stored and compared:
// lower case.
func ParseGUID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return "", false
	}
	return id.String(), true
}

// UUIDParam reads an id that the client chose from the path; shown names it in
// the refusal.
func UUIDParam(c echo.Context, name, shown string) (string, error) {
	id := strings.ToLower(c.Param(name))
	if !domain.ValidHolderID(id) {
		return "", Invalid("/"+shown, "uuid", "must be a UUID")
	}
	return id, nil
}

// GUIDParam reads a GUID from the path. Anything else is not found.
func GUIDParam(c echo.Context, name, what string) (string, error) {
	id, ok := ParseGUID(c.Param(name))
	if !ok {
		return "", domain.Refuse(domain.NotFound, "there is no such %s: ids are GUIDs", what)
	}
	return id, nil
}
