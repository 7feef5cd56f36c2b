package console

import (
	"net/url"
	"slices"
	"strings"
)

// input is a form field. Kind is text, check, checks, number, dollars, choice,
// yesno, json, file, hidden or client, which is a client's id or name.
type input struct {
	Name, Label, Kind string
	Needed            bool
	Clears            bool // left empty, it removes what is recorded
	Most              int  // maximum length in characters
	Choices           []choice
	Value             string
}

// form offers an action on one subject of a page.
type form struct {
	Title, Path, Note, Button string
	Fields                    []input
	Grave, Open               bool
	Upload                    bool // uploads a file
	may                       bool
}

// formOf returns the form of an action. Its may field says whether the person's
// role permits it; function allowed drops the forms that it does not.
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

// changed changes a field of this form only: the fields are those of its action.
func (f form) changed(name string, change func(*input)) form {
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			change(&f.Fields[i])
		}
	}
	return f
}

// filled sets a field's initial value.
func (f form) filled(name, value string) form {
	return f.changed(name, func(i *input) { i.Value = value })
}

// choosing sets the options of a field.
func (f form) choosing(name string, choices []choice) form {
	return f.changed(name, func(i *input) { i.Choices = choices })
}

// picking sets a field's options if there are few enough for a menu, and
// leaves it a text field otherwise.
func (f form) picking(name string, choices []choice) form {
	if len(choices) == 0 {
		return f
	}
	return f.changed(name, func(i *input) { i.Kind, i.Choices = "choice", append([]choice{{"", "choose"}}, choices...) })
}

// Has reports whether value is among the options already selected.
func (i input) Has(value string) bool { return slices.Contains(strings.Fields(i.Value), value) }

// with adds a hidden value.
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
