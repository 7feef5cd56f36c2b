package domain

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// FileNaming is the template of a bank's file names: letters, digits, dots,
// hyphens and underscores, with placeholders in braces.
//
//	{routing}   the ODFI, nine digits
//	{origin}    the immediate origin of the file header
//	{date}      when the file was made, YYYYMMDD; also {yymmdd} and {mmddyyyy}
//	{time}      the same, HHMM
//	{modifier}  the file ID modifier
//	{sequence}  which file of its origin's it is that day: 001, 002; {sequence:5}
//	            has five digits
//	{client}    the client's id
//	{file}      the file's id
//
// Date and time are the header's, New York.
type FileNaming string

// defaultNaming is the template for a bank without one.
const defaultNaming FileNaming = "{origin}-{date}-{time}-{modifier}.ach"

// maxNameLength bounds a file's name, whose temporary names are longer.
const maxNameLength = 128

var (
	placeholder  = regexp.MustCompile(`\{([a-z]+)(?::([1-9]))?\}`)
	nameLiterals = regexp.MustCompile(`^[0-9A-Za-z._-]*$`)
	placeholders = []string{"routing", "origin", "date", "yymmdd", "mmddyyyy", "time", "modifier", "sequence", "client", "file"}
)

// naming has the values of the placeholders.
type naming struct {
	routing, origin, client, file string
	on, at, modifier              string // YYMMDD, HHMM
	sequence                      int
}

func (n FileNaming) name(of naming) string {
	return placeholder.ReplaceAllStringFunc(string(n), func(match string) string {
		part := placeholder.FindStringSubmatch(match)
		switch part[1] {
		case "routing":
			return of.routing
		case "origin":
			return of.origin
		case "date":
			return "20" + of.on
		case "yymmdd":
			return of.on
		case "mmddyyyy":
			return of.on[2:] + "20" + of.on[:2]
		case "time":
			return of.at
		case "modifier":
			return of.modifier
		case "sequence":
			width := 3
			if part[2] != "" {
				width = int(part[2][0] - '0')
			}
			return fmt.Sprintf("%0*d", width, of.sequence)
		case "client":
			return of.client
		default: // file: templates have no others
			return of.file
		}
	})
}

// namedLike reports whether a file of another ODFI, made at the same time,
// could have the same name. Files of one origin are numbered together, whatever
// their ODFI.
func (b Bank) namedLike(o Bank) bool {
	if slices.Contains(b.template().parts(), "file") || b.fixedOrigin() == o.fixedOrigin() {
		return false
	}
	return strings.EqualFold(b.probeName(), o.probeName()) // many servers do not distinguish capitals
}

// BankNamesStream has an event for each change of an ODFI whose file names may
// collide with those of others. So each such change follows from the previous
// ones.
const BankNamesStream = "banks/names"

// BankNamesSet records that the names of an ODFI's files were compared with
// those of every other ODFI that leaves its files in the same place. The
// settings are in the ODFI's own event of the same append.
type BankNamesSet struct {
	ODFI string `json:"odfi"`
}

// Type names the event in the log.
func (BankNamesSet) Type() string { return "banks.names_set" }

func init() { register(empty[BankNamesSet]) }

// NamesSet returns the event that accompanies new settings of an ODFI if they
// change the names or the place of its files, or where files are picked up.
func (c ConfigureBank) NamesSet(now Bank) []Event {
	set := Bank{0, c.Routing, c.Delivery, c.File, c.Rules, c.BankProfile}
	if now.Version > 0 && set.probeName() == now.probeName() && set.fixedOrigin() == now.fixedOrigin() && set.Leaves().SamePlace(now.Leaves()) &&
		set.Delivery.pickup() == now.Delivery.pickup() {
		return nil
	}
	return []Event{BankNamesSet{ODFI: c.Routing}}
}

// template returns the template of the names of an ODFI's files.
func (b Bank) template() FileNaming { return cmp.Or(FileNaming(b.FileName), defaultNaming) }

// fixedOrigin is the immediate origin of all files of an ODFI; empty if each
// client has its own.
func (b Bank) fixedOrigin() string {
	if b.Header == nil {
		return ""
	}
	return b.Header.ImmediateOrigin
}

// probeName returns an example of a file name of the ODFI, to compare with
// those of other ODFIs: placeholders that are not specific to the ODFI have
// fixed values.
func (b Bank) probeName() string {
	return b.template().name(naming{
		routing: b.Routing, origin: cmp.Or(b.fixedOrigin(), probePoint), client: probeText, file: probeText,
		on: probeDay, at: probeTime, modifier: "A", sequence: 1,
	})
}

// parts returns the placeholders of a template.
func (n FileNaming) parts() (names []string) {
	for _, part := range placeholder.FindAllStringSubmatch(string(n), -1) {
		names = append(names, part[1])
	}
	return names
}

// check refuses a template by which two files could have the same name. No two
// files of one origin have the same day, time and modifier, nor the same day
// and sequence. FixedOrigin says that all files of the bank have the same
// origin, byServer that they go to a folder of the bank without files of other
// banks.
func (n FileNaming) check(f *fields, fixedOrigin, byServer bool) {
	if n == "" {
		return
	}
	const at = "/file_name"
	has := map[string]bool{}
	for _, part := range placeholder.FindAllStringSubmatch(string(n), -1) {
		has[part[1]] = true
		if !slices.Contains(placeholders, part[1]) || part[2] != "" && part[1] != "sequence" {
			f.bad(at, "placeholder", "%s is not one of {%s}", part[0], strings.Join(placeholders, "}, {"))
			return
		}
	}
	name := n.name(naming{
		routing: strings.Repeat("0", 9), origin: strings.Repeat("0", 10), client: strings.Repeat("a", 32), file: strings.Repeat("0", 36),
		on: probeDay, at: probeTime, modifier: "A", sequence: 1,
	})
	dated := has["date"] || has["yymmdd"] || has["mmddyyyy"]
	whose := has["origin"] || fixedOrigin && (has["routing"] || byServer)
	numbered := has["sequence"] || has["time"] && has["modifier"]
	switch {
	case !nameLiterals.MatchString(placeholder.ReplaceAllString(string(n), "")):
		f.bad(at, "alphabet", "letters, digits, dots, hyphens and underscores, and placeholders in braces")
	case strings.HasPrefix(name, "."), strings.HasSuffix(name, ".part"):
		f.bad(at, "unfinished", "must not begin with a dot or end in .part: those mark unfinished files")
	case len(name) > maxNameLength:
		f.bad(at, "length", "names would have %d characters, at most %d are possible", len(name), maxNameLength)
	case !has["file"] && !(dated && whose && numbered):
		f.bad(at, "unique", "two files could bear the same name: it needs {file}, or a date with {sequence} or with {time} and {modifier}, "+
			"and {origin}, in whose place {routing} does where header sets immediate_origin, and nothing where files also leave by SFTP")
	}
}
