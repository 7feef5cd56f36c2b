package main

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The demo ends with links for two people. Each link signs its person in to the
// console once, where the held payment waits for a decision.
func TestTheDemoEndsAtTheConsole(t *testing.T) {
	if testing.Short() {
		t.Skip("tells the whole story")
	}
	demo := exec.Command("achledger", "demo", "--data", filepath.Join(t.TempDir(), "play"))
	out, err := demo.StdoutPipe()
	if err == nil {
		err = demo.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = demo.Process.Signal(syscall.SIGTERM)
		_ = demo.Wait()
	}()
	link := regexp.MustCompile(`(http://[0-9.:]+)/console/sign-in#(\S+)`)
	var links [][]string
	for lines := bufio.NewScanner(out); len(links) < 2 && lines.Scan(); {
		if found := link.FindStringSubmatch(lines.Text()); found != nil {
			links = append(links, found)
		}
	}
	go io.Copy(io.Discard, out)
	if len(links) != 2 {
		t.Fatalf("it names %d links", len(links))
	}
	for n, l := range links {
		signIn := func() *http.Response {
			client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			answer, err := client.PostForm(l[1]+"/console/sign-in/link", url.Values{"link": {l[2]}})
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			return answer
		}
		answer := signIn()
		if answer.StatusCode != http.StatusSeeOther || len(answer.Cookies()) != 1 {
			t.Fatalf("link %d answers %d", n+1, answer.StatusCode)
		}
		request, err := http.NewRequest(http.MethodGet, l[1]+"/console/queues/held", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.AddCookie(answer.Cookies()[0])
		var text []byte
		for end := time.Now().Add(time.Minute); !strings.Contains(string(text), "Otto Sandberg"); time.Sleep(10 * time.Millisecond) {
			page, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			text, err = io.ReadAll(page.Body)
			page.Body.Close()
			if err != nil || time.Now().After(end) {
				t.Fatalf("person %d does not see what is held: %v %.300s", n+1, err, text)
			}
		}
		if again := signIn(); again.StatusCode != http.StatusUnauthorized {
			t.Errorf("a link that was used answers %d", again.StatusCode)
		}
	}
}
