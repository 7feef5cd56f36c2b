package console

import (
	"net/url"
	"slices"
	"strings"
)

// input is a field of a form. Kind is text, check, checks, number, dollars,
// choice, yesno, json, file or hidden.
type input struct {
	Name, Label, Kind string
	Needed            bool
	Most              int // characters
	Choices           []choice
	Value             string
}

// form is an action about one thing, as a page asks for it.
type form struct {
	Title, Path, Note, Button string
	Fields                    []input
	Grave, Open               bool
	Upload                    bool // a file is sent
	may                       bool
}

// formOf is a form for a person, who may lack the role for it; allowed leaves
// those out.
func formOf(p *page, name, subject, title string) form {
	a := actions[name]
	may := p.Who.caller.May(a.scope)
	p.Short = p.Short || !may
	return form{
		Title: title, Path: Path + "/do/" + name + "/" + url.PathEscape(subject), Note: a.note, Button: a.button, Fields: a.fields,
		Grave: a.grave, may: may,
	}
}

func (f form) opened() form { f.Open = true; return f }

// filled puts into a field what holds now.
func (f form) filled(name, value string) form {
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Value = value
		}
	}
	return f
}

// choosing gives a field what can be chosen.
func (f form) choosing(name string, choices []choice) form {
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Choices = choices
		}
	}
	return f
}

// picking has a field choose of what there is, where that is not too much.
func (f form) picking(name string, choices []choice) form {
	if len(choices) == 0 {
		return f
	}
	f = f.choosing(name, append([]choice{{"", "choose"}}, choices...))
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Kind = "choice"
		}
	}
	return f
}

// Has reports whether a choice of several is made.
func (i input) Has(value string) bool { return slices.Contains(strings.Fields(i.Value), value) }

// with adds a value that the person does not choose.
func (f form) with(name, value string) form {
	f.Fields = append([]input{{Name: name, Kind: "hidden", Value: value}}, f.Fields...)
	return f
}

func allowed(forms []form) (may []form) {
	for _, f := range forms {
		if f.may {
			may = append(may, f)
		}
	}
	return may
}

// guess fills in the one transaction that an entry could belong to.
func (f form) guess(candidate string) form {
	client, id := cutCandidate(candidate)
	return f.filled("client", client).filled("transaction_id", id)
}

// cutCandidate takes a candidate, client/id, apart.
func cutCandidate(text string) (client, id string) {
	client, id, _ = strings.Cut(text, "/")
	return client, id
}
