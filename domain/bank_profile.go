package domain

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// BankProfile is what a bank requires of the files sent to it. A field left out
// means no requirement.
type BankProfile struct {
	// FileName is the template of file names; left out:
	// {origin}-{date}-{time}-{modifier}.ach. See FileNaming.
	FileName string `json:"file_name,omitempty"`
	// Header overrides fields of every file header, whatever a client's settings.
	Header *HeaderLiterals `json:"header,omitempty"`
	// MaxEntriesPerFile and MaxBatchesPerFile limit a file; what exceeds them goes
	// into another file. 0: no limit of the bank.
	MaxEntriesPerFile int `json:"max_entries_per_file,omitempty"`
	MaxBatchesPerFile int `json:"max_batches_per_file,omitempty"`
	// WriteOnly is an SFTP server on which a folder can be neither listed nor read
	// back. Rename reports whether files may be renamed there, the default;
	// otherwise they are written under their final name.
	WriteOnly bool  `json:"write_only,omitempty"`
	Rename    *bool `json:"rename,omitempty"`
	// Segment keeps entries of different directions, or SEC codes, in different
	// files: none, direction or sec.
	Segment string `json:"segment,omitempty"`
	// Balance says whether each batch needs an offset entry, for which the
	// client has an account: required, allowed (the default) or none.
	Balance string `json:"balance,omitempty"`
	// Inbound is how the bank writes what it sends us.
	Inbound *InboundForm `json:"inbound,omitempty"`
	// PGP encrypts and signs files to and from the bank.
	PGP *PGP `json:"pgp,omitempty"`
	// Terms are the bank's deadlines and lead days.
	calendar.Terms
}

// InboundForm is the form of the files that a bank sends us, where it differs
// from the rules.
type InboundForm struct {
	// ReturnsKeepODFI is set for a bank that forwards returns and notifications
	// of change under the batch header that its customer sent: columns 80-87
	// name our ODFI, and trace numbers of several banks are mixed. They are
	// applied without a person's decision.
	ReturnsKeepODFI bool `json:"returns_keep_odfi,omitempty"`
	// BareBatches is set for a bank that leaves out file header, file control
	// or both. A file that ends with a batch is then complete.
	BareBatches bool `json:"bare_batches,omitempty"`
	// Acknowledgements is the form of the bank's acknowledgements.
	Acknowledgements *ack.Form `json:"acknowledgements,omitempty"`
}

// AckOrigin is the immediate origin of the file that a bank's own text refers
// to, if the text does not say it; empty if it is a client's own.
func (b Bank) AckOrigin() string {
	return cmp.Or(b.fixedOrigin(), b.File.ImmediateOrigin)
}

// HeaderLiterals are fields of file headers that the bank prescribes.
type HeaderLiterals struct {
	ImmediateDestination     string `json:"immediate_destination,omitempty"`
	ImmediateDestinationName string `json:"immediate_destination_name,omitempty"`
	ImmediateOrigin          string `json:"immediate_origin,omitempty"`
	ImmediateOriginName      string `json:"immediate_origin_name,omitempty"`
	Reference                string `json:"reference,omitempty"` // columns 87-94
}

// Settings is the header of a client's file, or of the ledger's own, with the
// bank's prescribed fields.
func (p BankProfile) Settings(s FileSettings) FileSettings {
	h := p.Header
	if h == nil {
		return s
	}
	s.ImmediateDestination = cmp.Or(h.ImmediateDestination, s.ImmediateDestination)
	s.ImmediateDestinationName = cmp.Or(h.ImmediateDestinationName, s.ImmediateDestinationName)
	s.ImmediateOrigin = cmp.Or(h.ImmediateOrigin, s.ImmediateOrigin)
	s.ImmediateOriginName = cmp.Or(h.ImmediateOriginName, s.ImmediateOriginName)
	return s
}

// Open completes a new file of the bank. Its name and header are decided by its
// first event, so that its bytes never depend on later settings.
func (p BankProfile) Open(f FileOpened) FileOpened {
	f.Settings, f.FileName = p.Settings(f.Settings), p.FileName
	if p.Header != nil {
		f.Reference = p.Header.Reference
	}
	return f
}

func (p BankProfile) check(f *fields, byServer bool) {
	p.Header.check(f)
	p.PGP.check(f)
	if p.Inbound != nil && p.Inbound.Acknowledgements != nil {
		p.Inbound.Acknowledgements.Check(func(pointer, code, format string, args ...any) {
			f.bad("/inbound/acknowledgements"+pointer, code, format, args...)
		})
	}
	FileNaming(p.FileName).check(f, p.Header != nil && p.Header.ImmediateOrigin != "", byServer)
	p.Terms.Check(f.bad)
	if p.WriteOnly && !byServer {
		f.bad("/write_only", "sftp", "is for a bank whose files leave by SFTP")
	}
	if p.Rename != nil && !p.WriteOnly {
		f.bad("/rename", "write-only", "is allowed only with write_only; other files are always renamed")
	}
	if !slices.Contains([]string{"", NoSegments, ByDirection, BySEC}, p.Segment) {
		f.bad("/segment", "enum", "must be none, direction or sec")
	}
	p.checkBalance(f)
	if p.MaxEntriesPerFile < 0 {
		f.bad("/max_entries_per_file", "range", "must be zero or more")
	}
	if p.MaxBatchesPerFile < 0 {
		f.bad("/max_batches_per_file", "range", "must be zero or more")
	}
}

func (h *HeaderLiterals) check(f *fields) {
	if h == nil {
		return
	}
	if h.ImmediateDestination != "" {
		checkPoint(f, "/header/immediate_destination", FileSettings{ImmediateDestination: h.ImmediateDestination, ImmediateOrigin: probePoint})
	}
	if h.ImmediateOrigin != "" {
		checkPoint(f, "/header/immediate_origin", FileSettings{ImmediateDestination: probePoint, ImmediateOrigin: h.ImmediateOrigin})
	}
	checkText(f, "/header/immediate_destination_name", h.ImmediateDestinationName, 0, 23)
	checkText(f, "/header/immediate_origin_name", h.ImmediateOriginName, 0, 23)
	checkText(f, "/header/reference", h.Reference, 0, 8)
}

// Values of BankProfile.Segment.
const (
	NoSegments  = "none"
	ByDirection = "direction"
	BySEC       = "sec"
)

// SegmentOf is the segment of an entry: entries of different segments never
// share a file.
func (p BankProfile) SegmentOf(sec string, debit bool) string {
	switch {
	case p.Segment == BySEC:
		return sec
	case p.Segment == ByDirection:
		return string(calendar.KindOf(debit))
	default:
		return ""
	}
}

// CheckSize refuses a client's own file that exceeds the bank's limits.
func (p BankProfile) CheckSize(entries, batches int) *FieldError {
	switch {
	case p.MaxEntriesPerFile > 0 && entries > p.MaxEntriesPerFile:
		return &FieldError{Pointer: "/file", Code: "count", Message: fmt.Sprintf("the file has %d entries and its bank takes %d in one: send it as several", entries, p.MaxEntriesPerFile)}
	case p.MaxBatchesPerFile > 0 && batches > p.MaxBatchesPerFile:
		return &FieldError{Pointer: "/file", Code: "count", Message: fmt.Sprintf("the file has %d batches and its bank takes %d in one: send it as several", batches, p.MaxBatchesPerFile)}
	default:
		return nil
	}
}

// fileHeader is a file header with these settings and what the cut decides.
func (s FileSettings) fileHeader(reference, createdOn, createdAt, modifier string) nacha.FileHeader {
	return nacha.FileHeader{
		ImmediateDestination: s.ImmediateDestination, ImmediateDestinationName: s.ImmediateDestinationName,
		ImmediateOrigin: s.ImmediateOrigin, ImmediateOriginName: s.ImmediateOriginName,
		CreatedOn: createdOn, CreatedAt: createdAt, Modifier: modifier, Reference: reference,
	}
}
