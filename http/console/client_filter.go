package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/achledger/achledger/http/api"
)

// clientsOffered is the largest number of clients that a form offers in a
// menu; with more, the user types a name.
const clientsOffered = 200

// clientsNamed is how many clients are offered if a name is that of several.
const clientsNamed = 6

// clientChoices returns the clients as menu options, or nil if there are more
// than clientsOffered.
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

// clientFilter is the filter above a list that selects a client, by what a user
// typed. Its value is the client's id.
func (s *surface) clientFilter(ctx context.Context, typed string) (filter, error) {
	id, err := s.clientID(ctx, typed)
	if err != nil {
		return filter{}, err
	}
	f := filter{Name: "client", Label: "Client", Value: id, Kind: "text"}
	choices, err := s.clientChoices(ctx)
	if len(choices) > 0 {
		f.Kind, f.Choices = "", append([]choice{{"", "any"}}, choices...)
	}
	return f, err
}

// clientID resolves what a user typed, an id or a name, to a client's id.
func (s *surface) clientID(ctx context.Context, typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	if client, err := s.Directory.Client(ctx, typed); err == nil && client.Version > 0 {
		return typed, nil
	}
	named, err := s.Views.ClientsNamed(ctx, typed, clientsNamed)
	switch {
	case err != nil:
		return "", err
	case len(named) == 1:
		return named[0].ID, nil
	case len(named) == 0:
		return typed, nil // unknown: the list will be empty
	default:
		var ids []string
		for _, one := range named {
			ids = append(ids, fmt.Sprintf("%s (%s)", one.ID, one.Name))
		}
		return "", api.Invalid("/client", "several", "several clients have a name like %.40q: choose one by its id, such as %s", typed, strings.Join(ids, ", "))
	}
}
