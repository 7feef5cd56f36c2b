package api

import (
	"sync"
	"time"
)

// lastUses remembers, since the start of the server, when each credential was last
// used. It helps people who rotate keys, and is not a record of access: the log names
// the credential of every event.
type lastUses struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (u *lastUses) note(key string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = map[string]time.Time{}
	}
	u.at[key] = now
}

// Last returns when a credential was last used, or nil.
func (u *lastUses) Last(key string) *time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	at, ok := u.at[key]
	if !ok {
		return nil
	}
	at = at.UTC()
	return &at
}
