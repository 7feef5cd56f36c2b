package console

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// plot is a chart with its text equivalent: a screen reader gets the same
// values as a table.
type plot struct {
	Title  string
	Width  int
	Height int
	Bars   []shape
	Labels []label
	Lines  []line
	Dots   []shape
	Says   []textLink // its data points in words, each with its link
	Legend []legend
	Empty  string
	Long   bool // takes the full width of the page
}

// shape is a rectangle, or a circle if R is set.
type shape struct {
	X, Y, W, H, R int
	Class         string
	Href          string
	Says          string
}

// Role is the ARIA role: img for a plain chart, group for one whose parts are
// links.
func (p plot) Role() string {
	leads := func(s shape) bool { return s.Href != "" }
	if slices.ContainsFunc(p.Bars, leads) || slices.ContainsFunc(p.Dots, leads) {
		return "group"
	}
	return "img"
}

type label struct {
	X, Y   int
	Anchor string // start, middle or end
	Text   string
	Class  string
}

type line struct {
	X1, Y1, X2, Y2 int
	Class          string
}

type textLink struct{ Text, Href string }

type legend struct {
	Class string
	Text  string
}

// bars draws amounts side by side, each in front of the usual amount.
type bars struct {
	title string
	list  []bar
	most  int64
}

type bar struct {
	Name  string
	Usual int64
	Parts []part
	Marks []mark
	Says  string // of what is usual, which its marks lead to
}

// part is a value that a bar is made of.
type part struct {
	Value             int64
	Class, Says, Href string
}

// mark is a value drawn next to a bar.
type mark struct {
	Value      int64
	Says, Href string
}

// labelWidth is the most room that a text of a plot takes, in SVG units: on a small
// screen its digits are 8 wide.
func labelWidth(text string) int { return 8 * utf8.RuneCountInString(text) }

// shortened cuts a name off that would run into what stands beside it.
func shortened(name string, most int) string {
	if r := []rune(name); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return name
}

func newBars(title string) *bars { return &bars{title: title, most: 1} }

func (b *bars) add(one bar) {
	b.list = append(b.list, one)
	b.most = max(b.most, one.value(), one.Usual)
	for _, m := range one.Marks {
		b.most = max(b.most, m.Value)
	}
}

func (b bar) value() (sum int64) {
	for _, p := range b.Parts {
		sum += p.Value
	}
	return sum
}

// Dimensions of a plot with horizontal bars, in SVG units.
const (
	plotWidth = 440
	longWidth = 900
	rowHeight = 34
	nameWidth = 52
	sumWidth  = 96
)

// plot draws the bars horizontally, which leaves room for names and amounts.
func (b *bars) plot() *plot {
	p := &plot{Title: b.title, Width: plotWidth, Height: len(b.list)*rowHeight + 8, Legend: []legend{
		{"bar", "today, waiting"}, {"ok", "today, cut"}, {"usual", "average of the last five same weekdays"}, {"tick", "each of these five days"},
	}}
	sums := sumWidth
	for _, one := range b.list {
		sums = max(sums, labelWidth(dollars(one.value())))
	}
	room := plotWidth - nameWidth - sums
	scale := func(cents int64) int { return int(cents * int64(room) / b.most) }
	for i, one := range b.list {
		y := i*rowHeight + 6
		p.Labels = append(p.Labels, label{X: 0, Y: y + 17, Anchor: "start", Text: one.Name, Class: "value"},
			label{X: plotWidth, Y: y + 17, Anchor: "end", Text: dollars(one.value())})
		p.Bars = append(p.Bars, shape{X: nameWidth, Y: y, W: max(1, scale(one.Usual)), H: 24, Class: "usual", Says: one.Says})
		p.Says = append(p.Says, textLink{one.Says, ""})
		x := nameWidth
		for _, part := range one.Parts {
			w := max(2, scale(part.Value))
			p.Bars = append(p.Bars, shape{X: x, Y: y + 5, W: w, H: 14, Class: part.Class, Says: part.Says, Href: part.Href})
			p.Says = append(p.Says, textLink{part.Says, part.Href})
			x += w
		}
		for _, m := range one.Marks {
			p.Bars = append(p.Bars, shape{X: nameWidth + scale(m.Value) - 1, Y: y, W: 2, H: 24, Class: "tick", Says: m.Says, Href: m.Href})
			p.Says = append(p.Says, textLink{m.Says, m.Href})
		}
	}
	return p
}

// dayOfFiles draws the files of a day on a time axis, each from cut to
// delivery.
func dayOfFiles(p *page, files []projections.File) *plot {
	const left, top = 8, 26
	d := &plot{Title: "Files of the day, from the cut to the delivery", Width: longWidth, Long: true, Height: top + min(len(files), 12)*22 + 10,
		Legend: []legend{{"ok", "delivered"}, {"care", "on its way"}, {"hurt", "in doubt, refused or taken back"}}}
	day := calendar.DateOf(p.Now)
	start := day.At(0, 0)
	x := func(t time.Time) int {
		return left + int(min(max(t.Sub(start), 0), 24*time.Hour)*(longWidth-2*left)/(24*time.Hour))
	}
	for hour := 0; hour <= 24; hour += 3 {
		at := left + hour*(longWidth-2*left)/24
		anchor := "middle"
		if hour == 0 {
			anchor = "start"
		} else if hour == 24 {
			anchor = "end"
		}
		d.Lines = append(d.Lines, line{at, top - 8, at, d.Height, "axis"})
		d.Labels = append(d.Labels, label{X: at, Y: 12, Anchor: anchor, Text: fmt.Sprintf("%02d:00", hour)})
	}
	now := x(p.Now)
	d.Lines = append(d.Lines, line{now, top - 8, now, d.Height, "mark"})
	for i, f := range files[:min(len(files), 12)] {
		end, class := p.Now, "care"
		switch {
		case f.State == domain.DeliveryUnknown || f.State == domain.FileIsRefused || f.State == domain.FileIsReleased:
			class = "hurt"
		case !f.DeliveredAt.IsZero():
			end, class = f.DeliveredAt, "ok"
		}
		from, to := x(f.CutAt), x(end)
		says := fmt.Sprintf("%s: %s, %s, cut at %s, %s", f.Name, plural(f.Totals.Entries, "entry", "entries"),
			dollars(f.Totals.DebitCents+f.Totals.CreditCents), p.in(f.CutAt).Format("15:04"), word(f.State))
		d.Bars = append(d.Bars, shape{X: from, Y: top + i*22, W: max(6, to-from), H: 14, Class: class, Says: says, Href: Path + "/files/" + f.ID})
		if text := fmt.Sprintf("%s  %s", p.Client(f.Client), dollars(f.Totals.DebitCents+f.Totals.CreditCents)); max(to, from+6)+8+7*len(text) < longWidth {
			d.Labels = append(d.Labels, label{X: max(to, from+6) + 6, Y: top + i*22 + 11, Anchor: "start", Text: text})
		} else {
			d.Labels = append(d.Labels, label{X: from - 6, Y: top + i*22 + 11, Anchor: "end", Text: text})
		}
		d.Says = append(d.Says, textLink{says, Path + "/files/" + f.ID})
	}
	return d
}
