package console

import (
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore/people"
)

// sessionTable lists the open sessions: who, since when and from where. own is
// the viewer's session.
func sessionTable(p *page, open []people.OpenSession, own string) table {
	t := table{Name: "sessions", Caption: "Signed in now", Columns: columns("Person", "Since", "Last used", "From", "By", "Ends unless used"), Empty: "Nobody is signed in.", page: p}
	if p.Sandbox {
		t.Note = "Times are those of the machine. Moving the sandbox's clock changes no session."
	}
	for _, o := range open {
		person := linked(o.Email, personPath(o.Email))
		if o.ID == own {
			person = person.sub("this browser")
		}
		t.add(person, at(o.Since), at(o.Seen), say(o.Address), say(methodText(o.Method)), at(o.Until))
	}
	return t
}

// methodText says how somebody signed in.
func methodText(method string) string {
	switch kind, issuer, _ := strings.Cut(method, " "); kind {
	case "password":
		return "password and code"
	case "link":
		return "a one-time link"
	case "openid":
		return "OpenID at " + issuer
	default:
		return method
	}
}

// endForms ends one of the sessions; nil if there are none.
func endForms(p *page, open []people.OpenSession) []form {
	var choices []choice
	for _, o := range open {
		choices = append(choices, choice{o.ID, o.Email + ", since " + p.At(o.Since).Short + ", from " + o.Address})
	}
	if len(choices) == 0 {
		return nil
	}
	return []form{formOf(p, "end-session", "one", "End one session").choosing("key", choices)}
}

// sessionSecret returns the session secret from the browser's cookie; empty
// without one.
func sessionSecret(c echo.Context) string { return readCookie(c, sessionCookie) }
