package console

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// ageNames are the steps as the address of a page has them.
var ageNames = []string{"hour", "4-hours", "day", "3-days", "older"}

// ages counts what waits by how long it does, queue by queue.
func (s *surface) ages(ctx context.Context, now time.Time) ([]projections.WaitAges, error) {
	ages, err := s.Views.WaitAges(ctx, now)
	if err != nil {
		return nil, err
	}
	held, _, err := s.Views.Files(ctx, projections.FileFilter{States: []domain.FileState{domain.FileIsHeld}})
	if err != nil {
		return nil, err
	}
	doubt, err := s.doubtful(ctx, now)
	if err != nil {
		return nil, err
	}
	return append(append(ages, fileAges(projections.WaitsHeldFile, held, now)...), fileAges(projections.WaitsUnknown, doubt, now)...), nil
}

// fileAges counts files of a kind by how long they wait; none of no files.
func fileAges(what string, files []projections.File, now time.Time) []projections.WaitAges {
	if len(files) == 0 {
		return nil
	}
	of := projections.WaitAges{What: what, Counts: make([]int64, len(ageNames))}
	for _, f := range files {
		for step := range of.Counts {
			if projections.SinceOf(now, step).Has(f.CutAt) {
				of.Counts[step]++
			}
		}
	}
	return []projections.WaitAges{of}
}

// ageFilter is the field that chooses how long things have waited, and since when
// those have that are chosen.
func ageFilter(q *api.QueryReader, now time.Time) (filter, projections.Since) {
	age := api.Pick(q, "age", ageNames)
	f := filter{Name: "age", Label: "Waiting for", Value: age, Choices: []choice{{"", "any time"}}}
	for step, name := range ageNames {
		f.Choices = append(f.Choices, choice{name, ageTexts[step]})
	}
	if age == "" {
		return f, projections.Since{}
	}
	return f, projections.SinceOf(now, slices.Index(ageNames, age))
}

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
	p := &plot{Title: "Queues by age", Width: plotWidth, Height: len(ages)*high + 6, Empty: "Nothing waits for a person.",
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
			href := path + "?age=" + ageNames[step]
			says := fmt.Sprintf("%s: %s %s", name, number(n), ageTexts[step])
			w := max(3, int(n*int64(wide)/most))
			p.Bars = append(p.Bars, shape{X: x, Y: y, W: w, H: 22, Class: ageClasses[step], Says: says, Href: href})
			p.Says = append(p.Says, textLink{says, href})
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
	for _, q := range workQueues {
		if q.waits == what || q.name == "delivery" && what == projections.WaitsUnknown {
			return q.title, Path + "/queues/" + q.name
		}
	}
	return word(what), Path + "/queues"
}
