package console

import "testing"

// An amount of twelve digits has room beside its bar.
func TestAnAmountStandsBesideItsBar(t *testing.T) {
	for _, cents := range []int64{4900, 99_999_999_999_999} {
		b := newBars("Waiting")
		b.add(bar{Name: "16:30", Parts: []part{{cents, "bar", "", ""}}})
		p := b.plot()
		ends := 0
		for _, s := range p.Bars {
			ends = max(ends, s.X+s.W)
		}
		for _, l := range p.Labels {
			if l.Text == dollars(cents) && l.X-labelWidth(l.Text) < ends {
				t.Errorf("%s begins before its bar ends at %d", l.Text, ends)
			}
		}
	}
	if name := shortened("The Worshipful and Ancient Company of Harbour Masters", 32); name != "The Worshipful and Ancient Comp…" {
		t.Errorf("shortened to %q", name)
	}
}
