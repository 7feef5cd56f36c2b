package domain

// DismissInbound ends the waiting of what is in quarantine: the bank sent the file
// again, correctly, or it was none of its files.
type DismissInbound struct{ Reason string }

// Decide refuses a file of which nothing is in quarantine, and one that is still
// being applied. Of two reasons the first stands.
func (c DismissInbound) Decide(i Inbound) ([]Event, error) {
	var f fields
	if c.Reason == "" {
		f.bad("/reason", "required", "say why nothing is to be done: what is in quarantine is not applied")
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	switch state := i.State(); {
	case state == "quarantined" || state == "partly_quarantined":
		return []Event{InboundDismissed(c)}, nil
	case i.Dismissed != nil:
		return nil, nil
	default:
		return nil, Refuse(Conflict, "nothing of it waits in quarantine: the file is %s", state)
	}
}
