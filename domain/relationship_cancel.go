package domain

// Events of a relationship's end.
type (
	// LinkCancelRequested records that the client wants the link to end while
	// entries are in flight.
	LinkCancelRequested struct {
		RelationshipID string `json:"relationship_id"`
	}
	// LinkCanceled ends a relationship.
	LinkCanceled struct {
		RelationshipID string `json:"relationship_id"`
	}
)

// Type names each event in the log.
func (LinkCancelRequested) Type() string { return "relationship.cancel_requested" }
func (LinkCanceled) Type() string        { return "relationship.canceled" }

func init() { register(empty[LinkCancelRequested], empty[LinkCanceled]) }

func (e LinkCancelRequested) changes(r *Relationship) string {
	r.Status = RelationshipCancelRequested
	return e.RelationshipID
}

func (e LinkCanceled) changes(r *Relationship) string {
	r.Status = RelationshipCanceled
	return e.RelationshipID
}

// CancelRelationship ends a link: at once, or when the entries in flight have
// settled.
type CancelRelationship struct {
	RelationshipID string
	InFlight       bool // entries wait or have not settled
}

// Decide cancels once; a relationship that has ended stays as it is.
func (c CancelRelationship) Decide(now Holder) ([]Event, error) {
	r, ok := now.Relationship(c.RelationshipID)
	switch {
	case !ok:
		return nil, noRelationship(c.RelationshipID)
	case r.Status.Ended() || r.Status == RelationshipCancelRequested && c.InFlight:
		return nil, nil
	case c.InFlight:
		return []Event{LinkCancelRequested{r.ID}}, nil
	default:
		return []Event{LinkCanceled{r.ID}}, nil
	}
}
