package domain

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// Profile is a client's data in ACH Pro: the ODFIs it makes files for.
type Profile struct {
	Version int64
	ODFIs   []ProfileODFI
}

// ProfileODFI is an ODFI of a profile with the header of its files.
type ProfileODFI struct {
	ID      string       `json:"odfi_id"`
	Name    string       `json:"name"`
	Routing string       `json:"routing"`
	File    FileSettings `json:"file"`
	AddedAt int64        `json:"-"` // log position
}

// Events of a profile.
type (
	// ProfileODFISaved adds an ODFI or replaces it.
	ProfileODFISaved struct{ ProfileODFI }
	// ProfileODFIDeleted removes an ODFI.
	ProfileODFIDeleted struct {
		ID string `json:"odfi_id"`
	}
)

// Type names each event in the log.
func (ProfileODFISaved) Type() string   { return "profile.odfi_saved" }
func (ProfileODFIDeleted) Type() string { return "profile.odfi_deleted" }

func init() { register(empty[ProfileODFISaved], empty[ProfileODFIDeleted]) }

// ProfileStream names the stream of a client's profile.
func ProfileStream(client string) string { return "profile/" + client }

// Evolve applies one event of the profile's stream.
func (p *Profile) Evolve(f Fact) {
	p.Version = f.Version
	switch e := f.Event.(type) {
	case *ProfileODFISaved:
		saved := e.ProfileODFI
		saved.AddedAt = f.Position
		for i, o := range p.ODFIs {
			if o.ID == e.ID {
				saved.AddedAt = o.AddedAt
				p.ODFIs[i] = saved
				return
			}
		}
		p.ODFIs = append(p.ODFIs, saved)
	case *ProfileODFIDeleted:
		p.ODFIs = slices.DeleteFunc(p.ODFIs, func(o ProfileODFI) bool { return o.ID == e.ID })
	}
}

// ODFI finds an ODFI of the profile.
func (p Profile) ODFI(id string) (ProfileODFI, bool) {
	for _, o := range p.ODFIs {
		if o.ID == id {
			return o, true
		}
	}
	return ProfileODFI{}, false
}

// Usable refuses an ODFI of the profile whose immediate origin the client may
// not use, or not any longer.
func (o ProfileODFI) Usable(s Settings) error {
	var f fields
	o.checkOrigin(&f, s)
	return f.refusal()
}

// checkOrigin prevents a client from using another client's immediate origin
// and its file id modifiers: it must be the one that operations set for the
// client, or the bank's own.
func (o ProfileODFI) checkOrigin(f *fields, s Settings) {
	if origin := o.File.ImmediateOrigin; origin != s.File.ImmediateOrigin && origin != o.Routing {
		f.against("/immediateOrigin", "origin", "the immediate origin is %s, as agreed with operations, or the ODFI's routing number", s.File.ImmediateOrigin)
	}
}

// SaveODFI adds an ODFI to a profile or replaces it.
type SaveODFI struct{ ODFI ProfileODFI }

// Decide checks the ODFI against the client; its routing number is unique in
// the profile. Header fields left out are the client's own.
func (c SaveODFI) Decide(s Settings, now Profile) ([]Event, error) {
	var f fields
	o := c.ODFI
	checkText(&f, "/name", o.Name, 1, 100)
	if err := nacha.ValidRouting(o.Routing); err != nil {
		f.bad("/routingNumber", "routing-number", "%v", err)
	} else if !slices.Contains(s.ODFIs, o.Routing) {
		f.against("/routingNumber", "odfi", "%s is not one of this client's ODFIs", o.Routing)
	}
	for own, otherwise := range map[*string]string{
		&o.File.ImmediateDestination: s.File.ImmediateDestination, &o.File.ImmediateDestinationName: s.File.ImmediateDestinationName,
		&o.File.ImmediateOrigin: s.File.ImmediateOrigin, &o.File.ImmediateOriginName: s.File.ImmediateOriginName,
	} {
		setIfEmpty(own, otherwise)
	}
	o.File.check(&f, "")
	o.checkOrigin(&f, s)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	for _, other := range now.ODFIs {
		if other.Routing == o.Routing && other.ID != o.ID {
			return nil, Refuse(Conflict, "routing number %s is ODFI %s of this profile already", o.Routing, other.ID)
		}
	}
	if before, ok := now.ODFI(o.ID); ok {
		if o.AddedAt = before.AddedAt; before == o {
			return nil, nil
		}
	}
	return []Event{ProfileODFISaved{o}}, nil
}

// DeleteODFI removes an ODFI from a profile; ID is as the client spells it.
type DeleteODFI struct{ ID string }

// Decide removes it; a second time it is not found.
func (c DeleteODFI) Decide(now Profile) ([]Event, error) {
	o, ok := now.ODFI(strings.ToUpper(c.ID))
	if !ok {
		return nil, Refuse(NotFound, "there is no ODFI %q", c.ID)
	}
	return []Event{ProfileODFIDeleted{ID: o.ID}}, nil
}
