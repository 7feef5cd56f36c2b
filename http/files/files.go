package files

import (
	"errors"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// listFiles answers the client's files, newest first.
func (s *surface) listFiles(c echo.Context, who api.Caller) error {
	return s.PageOfFiles(c, who.Client, who.Client)
}

// ownFile reads a file of the caller's; another client's is not found, nor is
// one that is not cut yet.
func (s *surface) ownFile(c echo.Context, who api.Caller) (domain.File, error) {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err != nil {
		return f, err
	}
	if f.Opened.Client != who.Client || !api.IsShown(f) {
		return f, domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	return f, nil
}

// getFile answers a file as it stands in the log.
func (s *surface) getFile(c echo.Context, who api.Caller) error {
	f, err := s.ownFile(c, who)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, api.NewFileRecord(api.FileFromLog(f)))
}

// fileBytes answers a file as the bank gets it, with account numbers in the
// clear.
func (s *surface) fileBytes(c echo.Context, who api.Caller) error {
	f, err := s.ownFile(c, who)
	if err != nil {
		return err
	}
	return s.SendBytes(c, who, f)
}

// upload takes a client's own NACHA file and cuts it at once.
func (s *surface) upload(c echo.Context, who api.Caller) error {
	content, done, err := s.LargeBody(c, who, echo.MIMETextPlain)
	if err != nil {
		return err
	}
	defer done()
	answer := func(u api.Uploaded, status int) (err error) {
		done()
		if u.Missed, err = s.MissedIn(c.Request().Context(), who.Client, u.FileID); err != nil {
			return err
		}
		if u.Misdescribed, err = s.MisdescribedIn(c.Request().Context(), who.Client, u.FileID); err != nil {
			return err
		}
		u.Misdescribed = eachOnce(u.Misdescribed)
		if status == http.StatusCreated {
			c.Response().Header().Set(echo.HeaderLocation, "/v1/files/"+u.FileID)
		}
		return c.JSON(status, u)
	}
	once, err := s.Once(c, who, content)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		uploaded, err := s.OrderedFile(c, use)
		if err != nil {
			return err
		}
		return answer(uploaded, http.StatusCreated)
	}
	uploaded, again, err := s.Files.Upload(c.Request().Context(), who.Client, content, s.NewFileRequest(who, once.Key))
	var still *api.StillAtWork
	if errors.As(err, &still) {
		done()
		return api.AnswerStillAtWork(c, "/v1/files/"+still.FileID, still)
	}
	if err != nil {
		return err
	}
	if again {
		return answer(uploaded, http.StatusOK)
	}
	return answer(uploaded, http.StatusCreated)
}

// eachOnce drops warnings with the same text as an earlier one: the batches of a
// company may all have the same description.
func eachOnce(warnings []api.DescriptionWarning) (list []api.DescriptionWarning) {
	for _, w := range warnings {
		if !slices.ContainsFunc(list, func(before api.DescriptionWarning) bool { return before.Warning == w.Warning }) {
			list = append(list, w)
		}
	}
	return list
}
