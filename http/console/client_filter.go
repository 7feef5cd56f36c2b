package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
)

// clientsOffered is how many clients a form offers by name; where there are
// more, one types.
const clientsOffered = 200

// clientChoices are the clients by name; none where there are too many to
// choose from.
func (s *surface) clientChoices(ctx context.Context) ([]choice, error) {
	rows, next, err := s.Views.Clients(ctx, clientsOffered, "")
	if err != nil || next != "" {
		return nil, err
	}
	var list []choice
	for _, r := range rows {
		list = append(list, choice{r.ID, r.Name})
	}
	slices.SortStableFunc(list, func(a, b choice) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return list, nil
}

// clientFilter is the field that chooses a client in the form above a list.
func (s *surface) clientFilter(ctx context.Context, id string) (filter, error) {
	f := filter{Name: "client", Label: "Client", Value: id, Kind: "text"}
	choices, err := s.clientChoices(ctx)
	if len(choices) > 0 {
		f.Kind, f.Choices = "", append([]choice{{"", "any"}}, choices...)
	}
	return f, err
}

// clientID is the client that somebody typed, by its id or its name.
func (s *surface) clientID(ctx context.Context, typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	if client, err := s.Directory.Client(ctx, typed); err == nil && client.Version > 0 {
		return typed, nil
	}
	named, err := s.Views.ClientsNamed(ctx, typed, 2)
	switch {
	case err != nil:
		return "", err
	case len(named) == 1:
		return named[0].ID, nil
	case len(named) == 0:
		return typed, nil // of which there is nothing to list
	default:
		return "", &domain.Refusal{Code: domain.Invalid, Fields: []domain.FieldError{{Pointer: "/client", Code: "several", Message: fmt.Sprintf("several clients have a name like %.40q: send an id", typed)}}}
	}
}
