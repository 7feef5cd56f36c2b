package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// enter is a program for scripts: enter NAME SECRET uses the link with a secret,
// sets a password and an app, and keeps the session in the file NAME.
func enter() { endsWith(signInByLink(os.Args[1:])) }

// browse is a program for scripts: browse NAME METHOD PATH [FIELD=VALUE...]
// asks for a page of the console in the session of the file NAME, and prints
// status, where it leads, and the page.
func browse() { endsWith(askForPage(os.Args[1:])) }

func endsWith(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func signInByLink(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: enter NAME SECRET")
	}
	_, page, err := console("POST", "/sign-in/link", "", url.Values{"link": {args[1]}})
	if err != nil {
		return err
	}
	form := url.Values{"password": {"correct horse battery"}, "again": {"correct horse battery"}}
	for _, name := range []string{"ticket", "email", "secret", "url"} {
		found := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(page)
		if found == nil {
			return fmt.Errorf("there is no %s on the page", name)
		}
		form.Set(name, found[1])
	}
	code, err := totp.GenerateCode(form.Get("secret"), time.Now())
	if err != nil {
		return err
	}
	form.Set("code", code)
	response, page, err := console("POST", "/sign-in/set-up", "", form)
	if err != nil || len(response.Cookies()) == 0 {
		return fmt.Errorf("setting a password answers %s: %w", page, err)
	}
	c := response.Cookies()[0]
	return os.WriteFile(args[0], []byte(c.Name+"="+c.Value), 0o600)
}

func askForPage(args []string) error {
	if len(args) < 3 {
		return errors.New("usage: browse NAME METHOD PATH [FIELD=VALUE...]")
	}
	cookie, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	form := url.Values{}
	for _, field := range args[3:] {
		name, value, _ := strings.Cut(field, "=")
		form.Set(name, value)
	}
	response, page, err := console(args[1], args[2], string(cookie), form)
	if err == nil {
		_, err = fmt.Printf("%d %s\n%s\n", response.StatusCode, response.Header.Get("Location"), page)
	}
	return err
}

// console makes a request of a page's own form.
func console(method, path, cookie string, form url.Values) (*http.Response, string, error) {
	r, err := http.NewRequest(method, baseInTurn(os.Getenv)+"/console"+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", cookie)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	return response, string(page), err
}
