package console

import (
	"fmt"

	"github.com/achledger/achledger/projections"
)

// ageTexts label the age ranges of projections.AgeSteps, and the open range
// after the last.
var ageTexts = []string{"under 1 hour", "1 to 4 hours", "4 hours to a day", "1 to 3 days", "older"}

// ageClasses are the CSS classes of the ranges: the older, the more alarming.
var ageClasses = []string{"usual", "bar", "bar", "care", "hurt"}

// agesPlot draws each queue as a stacked bar, split by how long its items have
// waited.
func agesPlot(ages []projections.WaitAges) *plot {
	const left, right, high = 110, 60, 34
	wide := plotWidth - left - right
	p := &plot{Title: "Queues by age", Width: plotWidth, Height: len(ages)*high + 6, Empty: "Nothing waits for anybody.",
		Legend: []legend{{"usual", ageTexts[0]}, {"bar", "up to a day"}, {"care", ageTexts[3]}, {"hurt", ageTexts[4]}}}
	most := int64(1)
	for _, a := range ages {
		most = max(most, total(a.Counts))
	}
	for i, a := range ages {
		name, path := queueOf(a.What)
		y, x := i*high+6, left
		p.Labels = append(p.Labels, label{X: 0, Y: y + 15, Anchor: "start", Text: name, Class: "value"}, label{X: plotWidth, Y: y + 15, Anchor: "end", Text: number(total(a.Counts))})
		for step, n := range a.Counts {
			if n == 0 {
				continue
			}
			says := fmt.Sprintf("%s: %s %s", name, number(n), ageTexts[step])
			w := max(3, int(n*int64(wide)/most))
			p.Bars = append(p.Bars, shape{X: x, Y: y, W: w, H: 22, Class: ageClasses[step], Says: says, Href: path})
			p.Says = append(p.Says, said{says, path})
			x += w
		}
	}
	return p
}

func total(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// queueOf returns the title and the page of the queue that holds this kind of
// item.
func queueOf(what string) (title, path string) {
	if what == projections.WaitsUnknown {
		return "In doubt", Path + "/queues/delivery"
	}
	for _, q := range workQueues {
		if q.waits == what {
			return q.title, Path + "/queues/" + q.name
		}
	}
	return word(what), Path + "/queues"
}
