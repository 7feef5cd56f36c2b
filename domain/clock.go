package domain

import "time"

// ClockMoved records that a sandbox's clock was set: at machine time Machine it
// shows Now, and it runs at normal speed from there. Business dates come from
// this clock, also after a restart.
type ClockMoved struct {
	Now     time.Time `json:"now"`
	Machine time.Time `json:"machine"`
}

// Type names the event in the log.
func (ClockMoved) Type() string { return "clock.moved" }

func init() { register(empty[ClockMoved]) }
