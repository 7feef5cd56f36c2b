package calendar

import (
	"time"
	_ "time/tzdata" // the rules of New York, also where the machine has none
)

// Eastern is the clock every ACH deadline is given in.
var Eastern = eastern()

func eastern() *time.Location {
	location, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic("time zone America/New_York is missing although time/tzdata is built in: " + err.Error())
	}
	return location
}
