package pro

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// proFile is an ACH Pro file. ODFI, companies, recipients and accounts are ids
// of stored objects, or one-off objects.
type proFile struct {
	ACHFileID string          `json:"achFileId,omitempty"`
	Name      string          `json:"name,omitempty"`
	ODFI      json.RawMessage `json:"odfi"`
	Delivery  string          `json:"delivery,omitempty"` // download or deliver
	Batches   []proBatch      `json:"batches"`
	Status    string          `json:"status,omitempty"`
}

type proBatch struct {
	Company           json.RawMessage `json:"company"`
	EffectiveDate     string          `json:"effectiveDate,omitempty"`
	EntryDescription  string          `json:"entryDescription"`
	SECCode           string          `json:"secCode"`
	OffsetAccount     json.RawMessage `json:"offsetAccount,omitempty"`
	DiscretionaryData string          `json:"discretionaryData,omitempty"`
	Entries           []proEntry      `json:"entries"`

	// Set by the server; ignored in a request: what the client's rule has against
	// the entryDescription.
	Misdescribed string `json:"descriptionWarning,omitempty"`
}

type proEntry struct {
	Recipient json.RawMessage `json:"recipient"`
	Account   json.RawMessage `json:"account"`
	Amount    json.Number     `json:"amount"`
	EntryType string          `json:"entryType"`
	Addendum  string          `json:"addendum,omitempty"`

	// Set by the server; ignored in a request.
	TransactionID string     `json:"transactionId,omitempty"`
	TraceNumber   string     `json:"traceNumber,omitempty"`
	Missed        *proMissed `json:"missedCorrection,omitempty"`
}

// createACHFile makes a file exactly as requested and cuts it at once. A
// repeated request, by its Idempotency-Key or, without one, by the same body,
// returns the same file with status 200.
func (s *surface) createACHFile(c echo.Context, who api.Caller) error {
	var in proFile
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	answer := func(u api.Uploaded, status int) error {
		id := domain.ProfileFileID(u.FileID)
		c.Response().Header().Set(echo.HeaderLocation, "/v1/ach-files/"+id)
		return s.respondACHFile(c, who, status, id)
	}
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		made, err := s.OrderedFile(c, use)
		if err != nil {
			return err
		}
		return answer(made, http.StatusCreated)
	}
	made, again, err := s.makeACHFile(c, who, in, input, once.Key)
	var still *api.StillAtWork
	if errors.As(err, &still) {
		return api.AnswerStillAtWork(c, "/v1/ach-files/"+domain.ProfileFileID(still.FileID), still)
	}
	if err != nil {
		return err
	}
	if again {
		c.Response().Header().Set(api.ReplayedHeader, "true")
		return answer(made, http.StatusOK)
	}
	return answer(made, http.StatusCreated)
}

func (s *surface) makeACHFile(c echo.Context, who api.Caller, in proFile, input []byte, key ledger.Option) (u api.Uploaded, again bool, err error) {
	ctx := c.Request().Context()
	f := api.ACHFile{Name: in.Name, Sent: input}
	if f.Key, err = api.IdempotencyKey(c.Request()); err != nil {
		return u, false, err
	}
	if u, again, err = s.Files.ACHFileAgain(ctx, who.Client, f.Key, input); again || err != nil {
		return u, again, err
	}
	client, err := s.ClientSettings(ctx, who.Client)
	if err != nil {
		return u, false, err
	}
	b := fileBuilder{server: s, ctx: ctx, who: who, client: client}
	built, err := b.build(in)
	if err != nil {
		return u, false, err
	}
	if f.Asked, err = json.Marshal(built.asked); err != nil {
		return u, false, err
	}
	f.Batches, f.Header, f.Deliver = built.batches, built.odfi.File, built.deliver
	f.Accounts, f.Originals, f.Named, f.Offsets = b.accounts, b.originals, b.named, b.offsets
	return s.Files.ACHFile(ctx, who.Client, f, s.NewFileRequest(who, key))
}

// ownACHFile reads one of the caller's files.
func (s *surface) ownACHFile(c echo.Context, who api.Caller) (domain.ProfileFile, error) {
	id, err := pathID(c, "id", "file")
	if err != nil {
		return domain.ProfileFile{}, err
	}
	return s.achFile(c.Request().Context(), who, id)
}

func (s *surface) achFile(ctx context.Context, who api.Caller, id string) (domain.ProfileFile, error) {
	f, err := s.Ledger.ProfileFile(ctx, who.Client, id)
	if err == nil && f.Version == 0 {
		err = domain.Refuse(domain.NotFound, "there is no file %s", id)
	}
	return f, err
}

func (s *surface) respondACHFile(c echo.Context, who api.Caller, status int, id string) error {
	shown, err := s.shownACHFile(c.Request().Context(), who, id)
	if err != nil {
		return err
	}
	return c.JSON(status, shown)
}

// shownACHFile is the file as requested, with its current state.
func (s *surface) shownACHFile(ctx context.Context, who api.Caller, id string) (proFile, error) {
	f, err := s.achFile(ctx, who, id)
	if err != nil {
		return proFile{}, err
	}
	var shown proFile
	if err := json.Unmarshal(f.Asked, &shown); err != nil {
		return proFile{}, err
	}
	file, err := s.Ledger.File(ctx, f.FileID)
	if err != nil {
		return proFile{}, err
	}
	shown.ACHFileID, shown.Status = f.ID, strings.ToUpper(string(api.ShownAs(file.State)))
	transactions, err := s.Files.Transactions(ctx, f.FileID)
	if err != nil {
		return proFile{}, err
	}
	traces, err := s.tracesIn(ctx, who, f.FileID)
	if err != nil {
		return proFile{}, err
	}
	missed, err := s.MissedIn(ctx, who.Client, f.FileID)
	if err != nil {
		return proFile{}, err
	}
	misdescribed, err := s.MisdescribedIn(ctx, who.Client, f.FileID)
	if err != nil {
		return proFile{}, err
	}
	balanced := func(b domain.FileBatch) bool { return b.Balance != nil }
	shown.identify(transactions, traces, missed, !slices.ContainsFunc(file.Batches, balanced))
	shown.warn(misdescribed)
	return shown, shown.spell()
}

// spell transliterates one-off recipients to the letters that the file
// contains.
func (f *proFile) spell() (err error) {
	for b := range f.Batches {
		batch := &f.Batches[b]
		if batch.Company, err = shownReference(batch.Company); err != nil {
			return err
		}
		for e := range batch.Entries {
			if batch.Entries[e].Recipient, err = shownReference(batch.Entries[e].Recipient); err != nil {
				return err
			}
		}
	}
	return nil
}

// tracesIn maps transactions to the trace numbers of their entries in a file.
// It is empty for a file that was released.
func (s *surface) tracesIn(ctx context.Context, who api.Caller, file string) (map[string]string, error) {
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return nil, err
	}
	traces := map[string]string{}
	err := s.Views.FileEntries(ctx, file, func(e projections.FileEntry) error {
		traces[e.TransactionID] = e.Trace
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the entries of file %s: %w", file, err)
	}
	return traces, nil
}

// proMissed warns that an entry uses account data that a notification of
// change had corrected.
type proMissed struct {
	Code          string `json:"code"`
	TransactionID string `json:"transactionId"` // the transaction that was corrected
	RoutingNumber string `json:"routingNumber"` // the corrected account
	AccountNumber string `json:"accountNumber"`
	AccountType   string `json:"accountType"`
}

// identify fills in the transaction and trace number of each entry. The n-th
// entry is the n-th transaction. In files of earlier releases, a batch's
// offset was counted as its last entry.
func (f *proFile) identify(transactions []string, traces map[string]string, missed []api.SnakeMissed, offsetsToo bool) {
	n, byTransaction := 0, map[string]*proMissed{}
	for _, m := range missed {
		byTransaction[m.TransactionID] = &proMissed{m.ChangeCode, m.Corrected, m.Routing, m.Account, strings.ToUpper(m.AccountType)}
	}
	for b := range f.Batches {
		batch := &f.Batches[b]
		for e := range batch.Entries {
			entry := &batch.Entries[e]
			entry.TransactionID, entry.TraceNumber, entry.Missed = "", "", nil
			if n < len(transactions) {
				entry.TransactionID, entry.TraceNumber = transactions[n], traces[transactions[n]]
				entry.Missed = byTransaction[transactions[n]]
			}
			n++
		}
		if offsetsToo && batch.hasOffset() {
			n++
		}
	}
}

// warn says of each batch what the client's rule has against its description.
func (f *proFile) warn(of []api.DescriptionWarning) {
	warnings := map[string]string{}
	for _, w := range of {
		warnings[w.TransactionID] = w.Warning
	}
	for b := range f.Batches {
		batch := &f.Batches[b]
		batch.Misdescribed = ""
		for _, entry := range batch.Entries {
			batch.Misdescribed = cmp.Or(batch.Misdescribed, warnings[entry.TransactionID])
		}
	}
}

// hasOffset reports whether the request names an offset account for the batch.
func (b *proBatch) hasOffset() bool {
	return len(b.OffsetAccount) > 0 && string(b.OffsetAccount) != "null"
}

func (s *surface) getACHFile(c echo.Context, who api.Caller) error {
	f, err := s.ownACHFile(c, who)
	if err != nil {
		return err
	}
	return s.respondACHFile(c, who, http.StatusOK, f.ID)
}

func (s *surface) listACHFiles(c echo.Context, who api.Caller) error {
	return proList(s, c, who, "achfile", func(ctx context.Context, id string) (proFile, error) { return s.shownACHFile(ctx, who, id) })
}

// cutAlready refuses to change or delete a file, because it was cut when it
// was made.
func (s *surface) cutAlready(c echo.Context, who api.Caller) error {
	f, err := s.ownACHFile(c, who)
	if err != nil {
		return err
	}
	return domain.Refuse(domain.TooLate, "file %s was cut when it was made and does not change", f.ID)
}

// achFileBytes responds with the bytes of a file that the client delivers
// itself.
func (s *surface) achFileBytes(c echo.Context, who api.Caller) error {
	made, err := s.ownACHFile(c, who)
	if err != nil {
		return err
	}
	f, err := s.Ledger.File(c.Request().Context(), made.FileID)
	if err != nil {
		return err
	}
	return s.SendBytes(c, who, f)
}
