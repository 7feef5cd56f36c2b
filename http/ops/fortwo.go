package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// longestReason bounds a reason that operations give, in characters.
const longestReason = 200

func checkReason(reason string) error {
	if utf8.RuneCountInString(reason) > longestReason {
		return api.Invalid("/reason", "length", "at most %d characters", longestReason)
	}
	return nil
}

// readReason reads a body that is a reason and nothing else.
func readReason(c echo.Context) (string, error) {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return "", err
	}
	return in.Reason, checkReason(in.Reason)
}

// releases is the context in which an item that is held may be released.
type releases func(c echo.Context, who api.Caller, t domain.Transaction, item, reason string) (context.Context, error)

// releasing asks for a second person's approval if the amount is above what one
// person may release. It does not matter whether the item is held yet: a rule may
// hold it before the release is decided. Where nothing is released, nobody is
// asked.
func (s *surface) releasing(c echo.Context, who api.Caller, t domain.Transaction, item, reason string) (context.Context, error) {
	ctx := c.Request().Context()
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return ctx, err
	}
	if i, ok := t.Item(item); !ok || !policy.TwoToRelease(i.AmountCents) {
		return ctx, nil
	}
	return s.ForTwo(c, who, domain.ActRelease, item, []byte(reason))
}

// fileAct does something with a file, or asks for a second person's approval.
// Changes reports whether it would change anything. If not, it was done before,
// which nothing undoes, and is answered at once. Where two people are needed, a
// refusal is that of the file as it was read: the file may enter meanwhile a
// state in which it could be done, and one person does not do it then either.
func (s *surface) fileAct(c echo.Context, who api.Caller, action domain.Action, order domain.FileAct, changes func(domain.File) (bool, error), do func(context.Context, string) error) error {
	f, err := s.AnyFile(c)
	if err != nil {
		return err
	}
	order.FileID = f.ID
	needed, refused := changes(f)
	if !needed && refused == nil {
		err = do(c.Request().Context(), f.ID)
	} else {
		params, fault := json.Marshal(order)
		if fault != nil {
			return fault
		}
		err = s.ActForTwo(c, who, action, f.ID, params, func() (domain.Act, error) {
			return domain.Act{Stream: domain.FileStream(f.ID), Version: f.Version, Params: params}, refused
		}, func(ctx context.Context) error { return do(ctx, f.ID) })
	}
	if err != nil {
		return err
	}
	return s.GetAnyFile(c, who)
}

// confirmFile records that a file whose delivery is unknown has arrived.
func (s *surface) confirmFile(c echo.Context, who api.Caller) error {
	return s.fileAct(c, who, domain.ActFileConfirm, domain.FileAct{}, domain.File.ConfirmChanges, s.Files.Confirm)
}

// resendFile records that a file whose delivery is unknown has not arrived, and
// sends it again.
func (s *surface) resendFile(c echo.Context, who api.Caller) error {
	return s.fileAct(c, who, domain.ActFileResend, domain.FileAct{}, domain.File.ResendChanges, s.Files.Resend)
}

// releaseFile takes back a cut file that was never delivered and answers it
// as it then stands. Its entries wait for another file, or are rejected.
func (s *surface) releaseFile(c echo.Context, who api.Caller) error {
	var in struct {
		Reason     string `json:"reason"`
		Then       string `json:"then"`
		NotCarried bool   `json:"not_carried"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if err := checkReason(in.Reason); err != nil {
		return err
	}
	api.ExtendDeadlines(c, 10*time.Minute) // releasing a large file takes as long as filling it did
	order := domain.FileAct{Reason: in.Reason, Then: domain.Then(in.Then), NotCarried: in.NotCarried}
	command := order.Release()
	changes := func(f domain.File) (bool, error) {
		events, err := command.Decide(f)
		return len(events) > 0, err
	}
	return s.fileAct(c, who, domain.ActFileRelease, order, changes, func(ctx context.Context, id string) error {
		return s.Files.Release(ctx, id, command)
	})
}

// largestHandedIn bounds, in bytes, a file that needs a second person's
// approval: until then it is stored in the log.
const largestHandedIn = 2 << 20

// handedIn processes a file that a person handed in, or asks for a second
// person's approval.
func (s *surface) handedIn(c echo.Context, who api.Caller, action domain.Action, name string, content []byte, do func(context.Context) error) error {
	return s.ActForTwo(c, who, action, name, content, func() (domain.Act, error) {
		if len(content) > largestHandedIn {
			return domain.Act{}, api.NewProblem(api.CodeTooLarge, "while another person has to approve it, a file of at most %d bytes is taken here: put a larger one into the inbox", largestHandedIn)
		}
		return s.Ledger.HandIn(name, bytes.Clone(content))
	}, do)
}
