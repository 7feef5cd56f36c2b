package domain

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// The life of a file: opened, filled in several appends of at most 1,000
// entries, cut (complete, with its totals and modifier decided), rendered,
// delivered. Its bytes are a pure function of these events and of the streams
// of its entries.
type (
	// FileOpened begins a file for one client and one ODFI.
	FileOpened struct {
		FileID   string       `json:"file_id"`
		Client   string       `json:"client"`
		ODFI     string       `json:"odfi"` // nine digits
		Why      Why          `json:"why"`  // entries, cents, age, window, answers, upload, ach_file, sent
		Settings FileSettings `json:"settings"`
		Method   string       `json:"method"` // outbox, sftp or download
		// Upload is set for a file the client sent in: its name in the
		// folder of kept inputs, and a keyed hash of its content.
		Upload *Upload `json:"upload,omitempty"`
		// Decided is the instant for which the effective dates were checked or decided.
		// If left out, it is the time of the event; for a cut file, the time of the
		// cut.
		Decided time.Time `json:"decided,omitzero"`
		// FileName and Reference are set by the bank: the template of the file's name,
		// and columns 87-94 of its header.
		FileName  string `json:"file_name,omitempty"`
		Reference string `json:"reference,omitempty"`
	}
	// Upload identifies the kept, sealed input of a client's own file.
	Upload struct {
		Name    string `json:"name"`
		Content []byte `json:"content"`
	}
	// FileFilled adds entries. Their filed events follow in the same append,
	// after the one that takes the traces: Count events from position + 2 on.
	FileFilled struct {
		Count      int         `json:"count"`
		FirstTrace string      `json:"first_trace"`
		LastTrace  string      `json:"last_trace"`
		Batches    []FileBatch `json:"batches,omitempty"` // begun by this append
		// Missed are the transactions of an order to an account that a
		// notification of change had corrected.
		Missed []string `json:"missed,omitempty"`
		// Misdescribed are transactions of an order whose description the client's
		// rule is against: the first of each batch.
		Misdescribed []string `json:"misdescribed,omitempty"`
	}
	// FileBatch is a batch header as the cut decided it.
	FileBatch struct {
		nacha.BatchHeader
		// Answers reports whether the batch holds returns, corrections, dishonors or
		// contests, whose dates are the original entry's and never change.
		Answers bool `json:"answers,omitempty"`
		// DatedBy says that the bank's own terms, and not FedACH's, set a date that
		// nobody asked for. A client may read it.
		DatedBy string `json:"dated_by,omitempty"`
		// Balance is the account against which the batch is balanced; left out
		// for a batch that is not. EntriesClass is the service class of its
		// entries without the offset, by which it is dated; left out if it is that
		// of the header.
		Balance      *OffsetAccount `json:"balance,omitempty"`
		EntriesClass int            `json:"entries_class,omitempty"`
	}
	// FileCut completes a file. SendBy is the operator's deadline that its dates
	// were decided for; if it is sent later, they are decided again.
	FileCut struct {
		Totals    nacha.Totals `json:"totals"`
		CreatedOn string       `json:"created_on"` // YYMMDD
		CreatedAt string       `json:"created_at"` // HHMM
		Modifier  string       `json:"modifier"`
		SendBy    time.Time    `json:"send_by"`
		// Sequence is the number of the file among those of its immediate origin on
		// that day. Left out if the file's name does not contain it.
		Sequence int `json:"sequence,omitempty"`
	}
	// FileRedated changes the effective dates of a file that was not delivered in
	// time. Its numbers stay.
	FileRedated struct {
		Dates map[string]string `json:"dates"` // YYMMDD as rendered before, to YYMMDD
		// Batches are the new dates of single batches, by number: where a bank's terms
		// differ between batches of one date. Releases before this field left it out.
		Batches map[string]string `json:"batches,omitempty"`
		SendBy  time.Time         `json:"send_by"`
		Why     string            `json:"why"`
		// Decided is the instant for which they were decided. If left out, it is the
		// time of the event.
		Decided time.Time `json:"decided,omitzero"`
	}
	// FileRendered records that the file's bytes were rendered, and read back and
	// compared with the log.
	FileRendered struct {
		Name   string `json:"name"`
		SHA256 []byte `json:"sha256"`
		Size   int64  `json:"size"`
	}
	// FileDelivering says that from here on the file may have left. The method is
	// decided here, by the ODFI's current settings.
	FileDelivering struct {
		Method string `json:"method"`
		// Temporary is the name under which the file was stored first, which no other
		// file ever has: only a file of this name is renamed to the final name. If left
		// out, the file was stored under its own name with a leading dot, by SFTP
		// followed by .part.
		Temporary string `json:"temporary,omitempty"`
		// Encrypted is what leaves instead of the rendered bytes, if the bank wants its
		// files encrypted.
		Encrypted *Encrypted `json:"encrypted,omitempty"`
	}
	// Encrypted is a rendered file as encrypted for its bank. Encrypting it again
	// would give other bytes.
	Encrypted struct {
		SHA256 []byte `json:"sha256"`
		Size   int64  `json:"size"`
		// Keys are the fingerprints of the bank's key that it was encrypted to, and of
		// our key that signed it, if any.
		Keys []string `json:"keys"`
	}
	// FileDelivered makes the file's entries Transmitted.
	FileDelivered struct{}
	// FileDeliveryUnknown needs an acknowledgement or a person: delivery began, and
	// the file was found neither here nor at the bank.
	FileDeliveryUnknown struct {
		Reason string `json:"reason"`
	}
)

// MadeByClient reports whether the client described or sent the file as a
// whole, so that it contains no account number that the client does not know.
func (f FileOpened) MadeByClient() bool { return f.Upload != nil }

// Type names each event in the log.
func (FileOpened) Type() string          { return "file.opened" }
func (FileFilled) Type() string          { return "file.filled" }
func (FileCut) Type() string             { return "file.cut" }
func (FileRedated) Type() string         { return "file.redated" }
func (FileRendered) Type() string        { return "file.rendered" }
func (FileDelivering) Type() string      { return "file.delivering" }
func (FileDelivered) Type() string       { return "file.delivered" }
func (FileDeliveryUnknown) Type() string { return "file.delivery_unknown" }

func init() {
	register(
		empty[FileOpened], empty[FileFilled], empty[FileCut], empty[FileRedated], empty[FileRendered],
		empty[FileDelivering], empty[FileDelivered], empty[FileDeliveryUnknown],
	)
}

// FileState is the state of a file.
type FileState string

// States of files, as the API spells them, except that given_up is shown as
// rejected; an open file is not shown.
const (
	FileOpen         FileState = "open"
	FileIsCut        FileState = "cut"
	FileIsRendered   FileState = "rendered"
	FileIsDelivering FileState = "delivering"
	FileIsDelivered  FileState = "delivered"
	DeliveryUnknown  FileState = "delivery_unknown"
	FileIsAcked      FileState = "acknowledged"
	FileIsRefused    FileState = "refused"
	FileIsReleased   FileState = "released" // never delivered: operations took it back
	FileIsGivenUp    FileState = "given_up" // never cut; shown as rejected
	FileIsHeld       FileState = "held"     // by a rule of the guard, until a person approves the file
	FileIsRejected   FileState = "rejected" // by a rule of the guard: nothing of the file leaves
)

// Methods of delivery.
const (
	ToOutbox   = "outbox"
	BySFTP     = "sftp"
	ByDownload = "download" // the client carries it; never sent by us
)

// File is a NACHA file of one client and one ODFI.
type File struct {
	ID       string
	Version  int64
	Opened   FileOpened
	OpenedAt time.Time
	DatedAt  time.Time // instant for which the effective dates were last decided
	Ranges   []LogRange
	Missed   []string // transactions of an order that go to an account which had been corrected
	// Misdescribed are transactions of an order, one at least of each batch whose
	// description the client's rule is against.
	Misdescribed []string
	Batches      []FileBatch    // effective dates as they stand
	Offsets      []FileOffset   // in the order of their batches
	Redated      map[int]string // why batches were dated again after the cut, by number
	Cut          *FileCut
	CutAt        time.Time
	SendBy       time.Time
	Rendered     *FileRendered
	State        FileState
	Delivering   *FileDelivering // newest; nil when delivery never began
	BegunAt      int64           // its position in the log
	Encrypted    *Encrypted      // the bytes that this delivery sends; nil: the rendered ones
	DeliveredAt  time.Time
	Note         string        // last reason or note about the file
	HeldBy       *guard.HeldBy // the rule that holds or rejected it
	Waived       []string      // rules of the guard that were overruled for it
	Answered     Answered
	History      []FileStep
}

// LogRange is where the filed events of a file.filled event are in the log.
type LogRange struct {
	First, Last int64
}

// FileStep is a state that the file entered, and when.
type FileStep struct {
	State FileState
	At    time.Time
}

// Evolve applies one event of the file's stream.
func (f *File) Evolve(fact Fact) {
	f.Version = fact.Version
	at := fact.Meta.At
	switch e := fact.Event.(type) {
	case *FileOpened:
		f.ID, f.Opened, f.OpenedAt = e.FileID, *e, at
		f.DatedAt = orElse(e.Decided, at)
		f.enter(FileOpen, at)
	case *FileFilled:
		f.Ranges = append(f.Ranges, LogRange{fact.Position + 2, fact.Position + 1 + int64(e.Count)})
		for _, b := range e.Batches {
			f.Batches = append(f.Batches, b.in(fact.Stream))
		}
		f.Missed = append(f.Missed, e.Missed...)
		f.Misdescribed = append(f.Misdescribed, e.Misdescribed...)
	case *FileOffset:
		f.Offsets = append(f.Offsets, *e)
	case *FileCut:
		f.Cut, f.CutAt, f.SendBy = e, at, e.SendBy
		f.DatedAt = orElse(f.Opened.Decided, at)
		f.enter(FileIsCut, at)
	case *FileRedated:
		f.redate(e)
		f.Encrypted = nil
		f.DatedAt = orElse(e.Decided, at)
		f.enter(FileIsCut, at)
	case *FileRendered:
		f.Rendered = e
		f.enter(FileIsRendered, at)
	case *FileDelivering:
		f.Delivering, f.BegunAt, f.Encrypted = e, fact.Position, e.Encrypted
		f.enter(FileIsDelivering, at)
	case *FileDelivered:
		f.DeliveredAt = at
		f.enter(FileIsDelivered, at)
	case *FileDeliveryUnknown:
		f.Note = e.Reason
		f.enter(DeliveryUnknown, at)
	case *FileHeld, *FileApproved, *FileRejected:
		f.evolveJudged(fact)
	default:
		f.evolveAnswered(fact)
	}
}

// Clone returns a copy that later events of the original do not change.
func (f File) Clone() File {
	f.Batches, f.Redated = slices.Clone(f.Batches), maps.Clone(f.Redated)
	// only appended to
	f.Ranges, f.History = slices.Clip(f.Ranges), slices.Clip(f.History)
	f.Answered.Batches, f.Answered.Differing = slices.Clip(f.Answered.Batches), slices.Clip(f.Answered.Differing)
	return f
}

// orElse returns otherwise if at is zero, as in older events.
func orElse(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}

func (f *File) enter(s FileState, at time.Time) {
	f.State = s
	f.History = append(f.History, FileStep{s, at})
}

func (f *File) redate(e *FileRedated) {
	f.SendBy, f.Note = e.SendBy, e.Why
	for i, b := range f.Batches {
		to, ok := e.dateOf(b)
		if !ok || b.Answers {
			continue
		}
		f.Batches[i].EffectiveOn = to
		if f.Redated == nil {
			f.Redated = map[int]string{}
		}
		f.Redated[b.Number] = e.Why
	}
}

// Method returns how the file leaves: as set when it was opened, and from the
// beginning of its delivery as set then.
func (f *File) Method() string {
	if f.Delivering != nil {
		return f.Delivering.Method
	}
	return f.Opened.Method
}

// Temporary is the name under which the file was stored when its delivery
// began.
func (f *File) Temporary() string {
	switch d := f.Delivering; {
	case d.Temporary != "":
		return d.Temporary
	case d.Method == BySFTP:
		return f.Rendered.Name + ".part"
	default:
		return "." + f.Rendered.Name
	}
}

// LeftAs is the SHA-256 of the bytes that leave, or may have left.
func (f *File) LeftAs() []byte {
	if f.Encrypted != nil {
		return f.Encrypted.SHA256
	}
	return f.Rendered.SHA256
}

// FiledOn returns the New York day on which an item was put into the file, for the
// instant at which the log says so. A file that had left before the ledger was restored
// is written into the log afterwards: its header has the day on which it was made.
func (f *File) FiledOn(at time.Time) calendar.Date {
	on := calendar.DateOf(at)
	if f.Cut == nil {
		return on
	}
	if made, err := calendar.ParseYYMMDD(f.Cut.CreatedOn); err == nil && made.Before(on) {
		return made
	}
	return on
}

// Transmitted reports whether the file's entries count as sent.
func (f *File) Transmitted() bool { return !f.DeliveredAt.IsZero() }

// Header is the file header that the cut decided.
func (f *File) Header() nacha.FileHeader {
	return f.Opened.Settings.fileHeader(f.Opened.Reference, f.Cut.CreatedOn, f.Cut.CreatedAt, f.Cut.Modifier)
}

// Name is the file's name at the bank.
func (f *File) Name() string {
	return cmp.Or(FileNaming(f.Opened.FileName), defaultNaming).name(naming{
		routing: f.Opened.ODFI, origin: f.Opened.Settings.ImmediateOrigin, client: f.Opened.Client, file: f.ID,
		on: f.Cut.CreatedOn, at: f.Cut.CreatedAt, modifier: f.Cut.Modifier, sequence: f.Cut.Sequence,
	})
}

// HeaderName is the unique part of the file's header, in the form of a name: by
// it the file is found from an acknowledgement, or from its bytes.
func (f *File) HeaderName() string {
	return HeaderName(f.Opened.Settings.ImmediateOrigin, f.Cut.CreatedOn, f.Cut.CreatedAt, f.Cut.Modifier)
}

// HeaderName returns the header name for these fields. Date and time are the
// header's YYMMDD and HHMM.
func HeaderName(immediateOrigin, createdOn, createdAt, modifier string) string {
	return defaultNaming.name(naming{origin: immediateOrigin, on: createdOn, at: createdAt, modifier: modifier})
}
