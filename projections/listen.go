package projections

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// OnEvent adds a listener. It is called with every event from the position at
// Open on, in log order, after the commit that makes the event visible, by
// the goroutine that projects: it must be quick. An event of a type that this
// program does not know comes with a nil Event. Add listeners before Run.
func (v *Views) OnEvent(listen func(domain.Fact, eventstore.Recorded)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listen = append(v.listen, listen)
}

func (v *Views) listeners() []func(domain.Fact, eventstore.Recorded) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.listen
}

// announce tells listeners of a batch that is visible now.
func (v *Views) announce(batch []logEvent) {
	listeners := v.listeners()
	for _, c := range batch {
		if c.recorded.Position <= v.heard.Load() {
			continue
		}
		for _, listen := range listeners {
			listen(c.fact, c.recorded)
		}
		v.heard.Store(c.recorded.Position)
	}
}

// announceSkipped tells listeners of events that someone else projected: a
// rebuild, or another process.
func (v *Views) announceSkipped(ctx context.Context) error {
	if len(v.listeners()) == 0 {
		v.heard.Store(max(v.heard.Load(), v.Position()))
		return nil
	}
	for v.heard.Load() < v.Position() {
		from := v.heard.Load()
		events, err := v.store.ReadAll(ctx, from, int(min(int64(v.options.BatchSize), v.Position()-from)))
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return fmt.Errorf("the log ends at position %d and the views show %d", from, v.Position())
		}
		for _, r := range events {
			fact, err := decode(r)
			if err != nil {
				return err
			}
			v.announce([]logEvent{{recorded: r, fact: fact}})
		}
	}
	return nil
}
