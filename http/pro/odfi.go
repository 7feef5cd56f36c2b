package pro

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// proODFI is an ODFI in ACH Pro's form.
type proODFI struct {
	ODFIID                   string `json:"odfiId,omitempty"`
	ProfileID                string `json:"profileId,omitempty"`
	Name                     string `json:"name"`
	RoutingNumber            string `json:"routingNumber"`
	FileLineEndings          string `json:"fileLineEndings"`
	ImmediateOrigin          string `json:"immediateOrigin"`
	ImmediateOriginName      string `json:"immediateOriginName"`
	ImmediateDestination     string `json:"immediateDestination"`
	ImmediateDestinationName string `json:"immediateDestinationName"`
}

func shownODFI(client string, o domain.ProfileODFI) proODFI {
	endings := "UNIX"
	if o.File.LineEnding == "CRLF" {
		endings = "WINDOWS"
	}
	return proODFI{
		ODFIID: o.ID, ProfileID: client, Name: o.Name, RoutingNumber: o.Routing, FileLineEndings: endings,
		ImmediateOrigin: o.File.ImmediateOrigin, ImmediateOriginName: o.File.ImmediateOriginName,
		ImmediateDestination: o.File.ImmediateDestination, ImmediateDestinationName: o.File.ImmediateDestinationName,
	}
}

// lineEndings are the names of the line endings of files in ACH Pro.
var lineEndings = map[string]string{"UNIX": "LF", "WINDOWS": "CRLF"}

func (in proODFI) odfi(id string) domain.ProfileODFI {
	return domain.ProfileODFI{ID: id, Name: in.Name, Routing: in.RoutingNumber, File: domain.FileSettings{
		ImmediateDestination: in.ImmediateDestination, ImmediateDestinationName: in.ImmediateDestinationName,
		ImmediateOrigin: in.ImmediateOrigin, ImmediateOriginName: in.ImmediateOriginName,
		LineEnding: lineEndings[strings.ToUpper(in.FileLineEndings)],
	}}
}

func (s *surface) listODFIs(c echo.Context, who api.Caller) error {
	profile, err := s.Ledger.Profile(c.Request().Context(), who.Client)
	if err != nil {
		return err
	}
	key := func(o domain.ProfileODFI) int64 { return o.AddedAt }
	return api.AnswerRows(s.Kit, c, profile.ODFIs, api.OldestFirst, key, api.Shown(func(o domain.ProfileODFI) proODFI { return shownODFI(who.Client, o) }))
}

func (s *surface) createODFI(c echo.Context, who api.Caller) error {
	var in proODFI
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	var saved domain.ProfileODFI
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		made, err := s.EventAt(c, use)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusCreated, shownODFI(who.Client, made.(*domain.ProfileODFISaved).ProfileODFI))
	}
	if saved, err = s.saveODFI(c, who, newProID(), in, once.Key); err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, shownODFI(who.Client, saved))
}

func (s *surface) saveODFI(c echo.Context, who api.Caller, id string, in proODFI, key ...ledger.Option) (domain.ProfileODFI, error) {
	odfi, ctx := in.odfi(id), c.Request().Context()
	client, err := s.ClientSettings(ctx, who.Client)
	if err != nil {
		return odfi, err
	}
	profile, err := ledger.Execute(ctx, s.Ledger, ledger.ProfileStream(who.Client), func(now domain.Profile) ([]domain.Event, error) {
		events, err := domain.SaveODFI{ODFI: odfi}.Decide(client.Settings, now)
		return events, inProNames(err)
	}, key...)
	if saved, ok := profile.ODFI(id); ok {
		odfi = saved
	}
	return odfi, err
}

// proNames maps header fields to their names in ACH Pro.
var proNames = strings.NewReplacer(
	"/immediate_destination_name", "/immediateDestinationName", "/immediate_destination", "/immediateDestination",
	"/immediate_origin_name", "/immediateOriginName", "/immediate_origin", "/immediateOrigin",
)

// inProNames names what is wrong with an ODFI as ACH Pro does.
func inProNames(err error) error {
	var r *domain.Refusal
	if errors.As(err, &r) {
		for i, f := range r.Fields {
			if f.Pointer == "/line_ending" {
				r.Fields[i] = domain.FieldError{Pointer: "/fileLineEndings", Code: f.Code, Message: "must be UNIX or WINDOWS"}
			}
		}
	}
	return api.Respelled(err, proNames)
}

// ownODFI finds an ODFI of the caller's profile.
func (s *surface) ownODFI(c echo.Context, who api.Caller, id string) (domain.Profile, domain.ProfileODFI, error) {
	profile, err := s.Ledger.Profile(c.Request().Context(), who.Client)
	if err != nil {
		return profile, domain.ProfileODFI{}, err
	}
	odfi, ok := profile.ODFI(strings.ToUpper(id))
	if !ok {
		return profile, odfi, domain.Refuse(domain.NotFound, "there is no ODFI %q", id)
	}
	return profile, odfi, nil
}

func (s *surface) getODFI(c echo.Context, who api.Caller) error {
	_, odfi, err := s.ownODFI(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownODFI(who.Client, odfi))
}

func (s *surface) replaceODFI(c echo.Context, who api.Caller) error {
	var in proODFI
	if _, err := api.ReadBody(c, &in); err != nil {
		return err
	}
	_, before, err := s.ownODFI(c, who, c.Param("id"))
	if err != nil {
		return err
	}
	if err := sameID("odfiId", in.ODFIID, before.ID); err != nil {
		return err
	}
	saved, err := s.saveODFI(c, who, before.ID, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownODFI(who.Client, saved))
}

func (s *surface) deleteODFI(c echo.Context, who api.Caller) error {
	if _, err := ledger.Execute(c.Request().Context(), s.Ledger, ledger.ProfileStream(who.Client), domain.DeleteODFI{ID: c.Param("id")}.Decide); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
