package calendar

import (
	"time"
	_ "time/tzdata" // the time zone data, for machines without them
)

// Eastern is the time zone in which ACH deadlines are given.
var Eastern = eastern()

func eastern() *time.Location {
	location, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic("time zone America/New_York is missing although time/tzdata is built in: " + err.Error())
	}
	return location
}
