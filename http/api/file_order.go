package api

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// NewFileRequest accompanies a caller's file: the credential must be valid when
// the file is accepted, not only when its body began to arrive.
func (s *Kit) NewFileRequest(who Caller, key ledger.Option) FileRequest {
	return FileRequest{Key: key, May: func(ctx context.Context) error { return s.StillValid(ctx, who) }}
}

// OrderedFile returns the file that was accepted under a key.
func (s *Kit) OrderedFile(c echo.Context, use eventstore.KeyUse) (Uploaded, error) {
	first, err := s.EventAt(c, use)
	if err != nil {
		return Uploaded{}, err
	}
	id := ""
	switch e := first.(type) {
	case *domain.FileOpened:
		id = e.FileID
	case *domain.ProfileFileMade: // recorded with the key by older releases
		id = e.FileID
	}
	return s.Files.Again(c.Request().Context(), id)
}

// EventAt returns the first event that a keyed request wrote.
func (s *Kit) EventAt(c echo.Context, use eventstore.KeyUse) (domain.Event, error) {
	first, err := s.Ledger.Store.ReadAll(c.Request().Context(), use.First-1, 1)
	if err != nil {
		return nil, err
	}
	if len(first) == 0 {
		return nil, fmt.Errorf("position %d, where a keyed request began, is not there", use.First)
	}
	fact, err := ledger.Fact(first[0])
	return fact.Event, err
}
