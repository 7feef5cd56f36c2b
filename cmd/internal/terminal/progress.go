// Package terminal is how the command talks to people: progress bars where
// there is a terminal to draw them on, and nothing where there is none.
package terminal

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Is reports whether a stream is a terminal.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Progress shows how far long work has come.
type Progress struct {
	bar   *progressbar.ProgressBar // nil without a terminal
	total int64
}

// NewProgress begins a bar on a terminal. Elsewhere it shows nothing, so that
// output in files and pipes stays free of it.
func NewProgress(w io.Writer, what string) *Progress {
	if !Is(w) {
		return &Progress{}
	}
	return &Progress{bar: progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish(),
	)}
}

// At shows that done of total are done.
func (p *Progress) At(done, total int64) {
	if p.bar == nil {
		return
	}
	if total > 0 && total != p.total {
		p.total = total
		p.bar.ChangeMax64(total)
	}
	_ = p.bar.Set64(done) // if the terminal cannot be written to, the work continues
}

// Done removes the bar.
func (p *Progress) Done() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
