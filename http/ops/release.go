package ops

import (
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// longestReason bounds a reason that operations give.
const longestReason = 200

// releaseFile takes back a cut file that was never delivered and answers it
// as it then stands. Its entries wait for another file, or are rejected.
func (s *surface) releaseFile(c echo.Context, who api.Caller) error {
	var in struct {
		Reason     string `json:"reason"`
		Then       string `json:"then"`
		NotCarried bool   `json:"not_carried"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if len(in.Reason) > longestReason {
		return api.Invalid("/reason", "length", "at most %d characters", longestReason)
	}
	f, err := s.AnyFile(c)
	if err != nil {
		return err
	}
	api.Patience(c, 10*time.Minute) // a large file takes as long as it took to fill
	command := domain.ReleaseFile{Reason: in.Reason, Then: domain.Then(in.Then), NotCarried: in.NotCarried}
	if err := s.Files.Release(c.Request().Context(), f.ID, command); err != nil {
		return err
	}
	return s.GetAnyFile(c, who)
}
