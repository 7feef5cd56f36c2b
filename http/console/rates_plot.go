package console

import (
	"fmt"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
)

// ratePlot draws a company's rate on each of the last sixty days, with the
// warning and action levels, and the projected day on which the current trend
// crosses the action level. Each point links to what the rate was computed
// from on that day.
func ratePlot(r api.RateRecord, today calendar.Date, path string) *plot {
	const left, right, top, high, foot, every = 8, 34, 12, 130, 22, 5
	wide := plotWidth - left - right
	p := &plot{Title: capital(string(r.Class)) + " returns in percent of debits", Width: plotWidth, Height: top + high + foot,
		Legend: []legend{{"dot", "rate of the sixty days up to each day"}, {"limit", "limit"}, {"near", "warning"}}}
	most := r.Act * 1.25
	for _, v := range r.Trend {
		most = max(most, v*1.1)
	}
	n := len(r.Trend)
	x := func(day int) int { return left + day*wide/(n-1) }
	y := func(v float64) int { return top + high - int(v*high/most) }
	p.Lines = append(p.Lines, line{left, top + high, left + wide, top + high, "axis"},
		line{left, y(r.Act), left + wide, y(r.Act), "limit"}, line{left, y(r.Warn), left + wide, y(r.Warn), "near"})
	p.Labels = append(p.Labels, label{X: left, Y: y(r.Act) - 4, Anchor: "start", Text: "limit " + rateText(r.Act) + ", warning above " + rateText(r.Warn)})
	for day := range n - 1 {
		p.Lines = append(p.Lines, line{x(day), y(r.Trend[day]), x(day + 1), y(r.Trend[day+1]), "path"})
	}
	for day := n - 1; day >= 0; day -= every {
		on := today.Add(day - (n - 1))
		says := fmt.Sprintf("%s: %s", on.At(12, 0).Format("Mon 2 Jan"), rateText(r.Trend[day]))
		href := path + "?class=" + string(r.Class) + "&day=" + on.String() + "#rate-returned"
		p.Dots = append(p.Dots, shape{X: x(day), Y: y(r.Trend[day]), R: 4, Class: "dot", Says: says, Href: href})
		p.Says = append(p.Says, textLink{says, href})
		if (n-1-day)%20 == 0 {
			anchor := "middle"
			if day == n-1 {
				anchor = "end"
			}
			p.Labels = append(p.Labels, label{X: x(day), Y: top + high + 16, Anchor: anchor, Text: on.At(12, 0).Format("2 Jan")})
		}
	}
	if r.CrossesOn != "" {
		says := "It crosses its limit on " + dayText(r.CrossesOn) + " if the trend of the last two weeks continues."
		p.Lines = append(p.Lines, line{x(n - 1), y(r.Trend[n-1]), left + wide + right/3, y(r.Act), "limit"})
		p.Dots = append(p.Dots, shape{X: left + wide + right/3, Y: y(r.Act), R: 4, Class: "hurt", Says: says, Href: path + "?class=" + string(r.Class)})
		p.Says = append(p.Says, textLink{says, path + "?class=" + string(r.Class)})
	}
	return p
}
