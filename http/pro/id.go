package pro

import (
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// newProID makes an id in ACH Pro's form: 32 upper-case hex digits, ordered by
// time.
func newProID() string { return domain.ProfileFileID(api.NewID()) }

// sameID refuses a body that names another object than the path: it is not known
// which of the two is to change. A body without an id is about the one in the path.
func sameID(field, inBody, id string) error {
	if inBody != "" && !strings.EqualFold(inBody, id) {
		return api.Invalid("/"+field, "fixed", "is not the id in the path: leave it out, or name the same")
	}
	return nil
}

var proIDForm = regexp.MustCompile(`^[0-9A-F]{32}$`)

// pathID reads an ACH Pro id from the path.
func pathID(c echo.Context, name, what string) (string, error) {
	id := strings.ToUpper(c.Param(name))
	if !proIDForm.MatchString(id) {
		return "", domain.Refuse(domain.NotFound, "there is no such %s: ids are 32 hex digits", what)
	}
	return id, nil
}
