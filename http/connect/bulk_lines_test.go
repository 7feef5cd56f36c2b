package connect

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestABulkBodyIsReadLineByLineHoweverItEnds(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	broken := errors.New("broken off")
	for name, tt := range map[string]struct {
		body io.Reader
		want string
		err  error
	}{
		"one a line":                           {strings.NewReader("a\nb\n"), "1:a 2:b", io.EOF},
		"the last without an end":              {strings.NewReader("a\nb"), "1:a 2:b", io.EOF},
		"line ends of Windows":                 {strings.NewReader("a\r\nb\r\n"), "1:a 2:b", io.EOF},
		"empty lines count and say nothing":    {strings.NewReader("\n\na\n \nb\n\n"), "3:a 5:b", io.EOF},
		"nothing":                              {strings.NewReader(""), "", io.EOF},
		"one that just fits":                   {strings.NewReader(long + "\nb\n"), "1:" + long + " 2:b", io.EOF},
		"one that does not":                    {strings.NewReader("a\nx" + long + "\nb\n"), "1:a 2! 3:b", io.EOF},
		"one that does not by far":             {strings.NewReader("a\n" + long + long + long + "\nb\n"), "1:a 2! 3:b", io.EOF},
		"a last one that does not":             {strings.NewReader("a\n" + long + long), "1:a 2!", io.EOF},
		"a body that breaks off in a line":     {io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), "1:a", broken},
		"a body that breaks off in a long one": {io.MultiReader(strings.NewReader("a\n"+long+long), iotest.ErrReader(broken)), "1:a", broken},
	} {
		t.Run(name, func(t *testing.T) {
			r := newLineReader(iotest.HalfReader(tt.body))
			var got []string
			l, err := r.next()
			for ; err == nil; l, err = r.next() {
				if l.err != nil {
					got = append(got, fmt.Sprintf("%d!", l.number))
				} else {
					got = append(got, fmt.Sprintf("%d:%s", l.number, l.text))
				}
			}
			if strings.Join(got, " ") != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%.80q, %v; want %.80q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}
