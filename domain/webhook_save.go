package domain

import "slices"

// MaxWebhooks bounds the webhooks of a client.
const MaxWebhooks = 16

// maxWebhookTypes bounds the number of types of a webhook.
const maxWebhookTypes = 50

func checkWebhookTypes(f *fields, types []string) {
	switch {
	case len(types) == 0:
		f.bad("/types", "required", "at least one type is needed; * is all")
	case len(types) > maxWebhookTypes:
		f.bad("/types", "length", "at most %d types", maxWebhookTypes)
		return
	}
	for _, pattern := range types {
		if !knownType(pattern) {
			f.bad("/types", "enum", "no message has a type like %.40q", pattern)
		}
	}
}

// OpenWebhook posts a client's messages to an address.
type OpenWebhook struct {
	ID      string
	Terms   WebhookTerms
	Secret  Sealed
	Sandbox bool // the ledger is a sandbox
}

// Decide opens the webhook; its id must be new.
func (c OpenWebhook) Decide(now Webhook) ([]Event, error) {
	var f fields
	checkWebhookURL(&f, c.Terms.URL, c.Sandbox)
	checkWebhookTypes(&f, c.Terms.Types)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if now.Version > 0 {
		return nil, Refuse(Conflict, "the webhook's id is taken")
	}
	return []Event{WebhookOpened{c.ID, c.Terms, c.Secret}}, nil
}

// ChangeWebhook replaces a client's settings of a webhook; a nil field is not
// changed.
type ChangeWebhook struct {
	URL     *string
	Types   []string
	Enabled *bool
	Sandbox bool
}

// Decide changes the settings. When it is enabled, its waiting messages are
// sent at once. Types that are not changed are not checked: an older release
// may have accepted one that does not exist.
func (c ChangeWebhook) Decide(now Webhook) ([]Event, error) {
	if !now.Live() {
		return nil, noWebhook()
	}
	terms := now.Terms
	if c.URL != nil {
		terms.URL = *c.URL
	}
	if c.Types != nil {
		terms.Types = c.Types
	}
	if c.Enabled != nil {
		terms.Enabled = *c.Enabled
	}
	var f fields
	checkWebhookURL(&f, terms.URL, c.Sandbox)
	if c.Types != nil {
		checkWebhookTypes(&f, c.Types)
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if terms.URL == now.Terms.URL && terms.Enabled == now.Terms.Enabled && slices.Equal(terms.Types, now.Terms.Types) {
		return nil, nil
	}
	return []Event{WebhookChanged{terms}}, nil
}

// DeleteWebhook ends a webhook.
type DeleteWebhook struct{}

// Decide deletes it once; a repetition changes nothing.
func (DeleteWebhook) Decide(now Webhook) ([]Event, error) {
	switch {
	case now.Version == 0:
		return nil, noWebhook()
	case now.Deleted:
		return nil, nil
	}
	return []Event{WebhookDeleted{}}, nil
}

func noWebhook() error { return Refuse(NotFound, "there is no such webhook") }
