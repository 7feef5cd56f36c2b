package node

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/workers/inbound"
)

// leaderVerbs are the verbs that the leader runs for the API.
type leaderVerbs struct {
	prepare, complete, confirm, resend, carryOut verb[string, Nothing]

	again       verb[string, api.Uploaded]
	release     verb[releaseAsk, Nothing]
	accept      verb[handedIn, []api.TakenIn]
	take        verb[handedIn, api.TakenIn]
	acknowledge verb[ack.Acknowledgement, string]
	judge       verb[judgeAsk, string]
	assign      verb[entryAsk, string]
	giveBack    verb[entryAsk, string]
	dismiss     verb[entryAsk, Nothing]
	move        verb[moveAsk, Nothing]
	command     verb[commandAsk, commandReply]
	exposure    verb[calendar.Date, []guard.Line]
}

type releaseAsk struct {
	ID      string
	Command domain.ReleaseFile
}

type judgeAsk struct {
	ID, Reason string
	Batch      int
	AsIs       bool
}

type entryAsk struct{ Entry, Client, Transaction, Code, Reason string }

type moveAsk struct {
	To      time.Time
	AnyTime bool
}

// makeVerbs makes the verbs.
func (s *Server) makeVerbs() {
	s.verbs = map[string]verbHandler{}
	s.by = leaderVerbs{
		prepare:  byLeader(s, "files/prepare", none(func(ctx context.Context, id string) error { return s.workers().delivery.Prepare(ctx, id) })),
		complete: byLeader(s, "files/complete", none(s.complete)),
		confirm:  byLeader(s, "files/confirm", none(func(ctx context.Context, id string) error { return refused(s.workers().delivery.Confirm(ctx, id)) })),
		resend:   byLeader(s, "files/resend", none(func(ctx context.Context, id string) error { return refused(s.workers().delivery.Resend(ctx, id)) })),
		carryOut: byLeader(s, "approvals/carry-out", none(func(ctx context.Context, id string) error { return refused(s.acts.CarryOut(ctx, id)) })),
		again: byLeader(s, "files/again", func(ctx context.Context, id string) (api.Uploaded, error) {
			a, err := s.workers().uploads.Again(ctx, id)
			return uploaded(a), refused(err)
		}),
		release: byLeader(s, "files/release", none(func(ctx context.Context, a releaseAsk) error {
			return refused(s.workers().files.Release(ctx, a.ID, a.Command))
		})),
		accept: byLeader(s, "inbound/accept", withContent(s, func(ctx context.Context, in handedIn, content io.Reader) (taken []api.TakenIn, err error) {
			o, err := s.workers().intake.Accept(ctx, in.Name, in.Source, content)
			for _, o := range o.Files() {
				taken = append(taken, api.TakenIn{ID: o.ID, State: o.State})
			}
			return taken, refused(err)
		})),
		take: byLeader(s, "inbound/take", withContent(s, func(ctx context.Context, in handedIn, content io.Reader) (api.TakenIn, error) {
			o, err := s.workers().intake.Take(ctx, in.Name, in.Source, content)
			return api.TakenIn{ID: o.ID, State: o.State}, refused(err)
		})),
		acknowledge: byLeader(s, "files/acknowledge", func(ctx context.Context, a ack.Acknowledgement) (string, error) {
			file, err := s.workers().files.AcknowledgeByHand(ctx, s.views, a)
			return file.ID, refused(err)
		}),
		judge: byLeader(s, "inbound/judge", func(ctx context.Context, a judgeAsk) (string, error) {
			return s.workers().intake.Judge(ctx, a.ID, inbound.Rejudge{Reason: a.Reason, Batch: a.Batch, AsIs: a.AsIs})
		}),
		assign: byLeader(s, "inbound/assign", func(ctx context.Context, a entryAsk) (string, error) {
			return s.workers().intake.Assign(ctx, a.Entry, a.Client, a.Transaction)
		}),
		giveBack: byLeader(s, "inbound/return", func(ctx context.Context, a entryAsk) (string, error) {
			return s.workers().intake.Return(ctx, a.Entry, a.Code)
		}),
		dismiss: byLeader(s, "inbound/dismiss", none(func(ctx context.Context, a entryAsk) error {
			return s.workers().intake.Dismiss(ctx, a.Entry, a.Reason)
		})),
		exposure: byLeader(s, "guard/exposure", func(ctx context.Context, from calendar.Date) ([]guard.Line, error) {
			return s.workers().guard.Exposure(ctx, from)
		}),
		move: byLeader(s, "clock/move", none(func(ctx context.Context, a moveAsk) error { return s.moveClock(ctx, a.To, a.AnyTime) })),
	}
}

// none makes a verb without a reply.
func none[Ask any](do func(context.Context, Ask) error) verb[Ask, Nothing] {
	return func(ctx context.Context, ask Ask) (Nothing, error) { return Nothing{}, do(ctx, ask) }
}

// elsewhere has the leader complete a file that this node opened, unless this
// node leads.
func (s *Server) elsewhere(ctx context.Context, id string) (bool, error) {
	if _, here := s.here(ctx); here {
		return false, nil
	}
	_, err := s.by.complete(ctx, id)
	if errors.Is(err, postgres.ErrUnanswered) {
		err = &api.StillAtWork{FileID: id} // the file is stored and opened, so whoever leads cuts it
	}
	return true, err
}

// complete completes a file that another node opened.
func (s *Server) complete(ctx context.Context, id string) error {
	_, err := s.workers().uploads.Again(ctx, id)
	return refused(err)
}

// handedIn is an uploaded file. For a leader on another node its content is
// stored, sealed, among the kept files.
type handedIn struct {
	Name, Source string
	Kept         string

	content io.Reader // if in memory
}

// keptAsks is the folder, among the kept files, of uploads for another node.
const keptAsks = "asks"

// sweepEvery is how often a leader sweeps the kept files in the database.
const sweepEvery = time.Hour

// sweepKept removes, until ctx ends, unfinished kept files of nodes that died, and
// uploads that were left behind.
func (s *Server) sweepKept(ctx context.Context) error {
	kept, shared := s.Kept.(postgres.Kept)
	for shared && ctx.Err() == nil {
		if err := kept.Sweep(keptAsks); err != nil && ctx.Err() == nil {
			s.log.Warn("kept files that nobody finished are left", "err", err)
		}
		follow.Sleep(ctx, sweepEvery)
	}
	return nil
}

func (s *Server) sealedAsk(name string) seal.File {
	return seal.File{Keys: s.Keys, Client: domain.LedgerClient, Name: keptAsks + "/" + name}
}

// withContent passes the uploaded content to a verb, from memory or from the
// kept files.
func withContent[Reply any](s *Server, do func(ctx context.Context, in handedIn, content io.Reader) (Reply, error)) verb[handedIn, Reply] {
	return func(ctx context.Context, in handedIn) (reply Reply, err error) {
		if in.content != nil {
			return do(ctx, in, in.content)
		}
		file, err := s.Kept.Open(keptAsks, in.Kept)
		if err != nil {
			return reply, err
		}
		defer file.Close()
		return do(ctx, in, s.sealedAsk(in.Kept).Reader(file, file.Size()))
	}
}

// handIn calls a verb with content, which it stores first if another node
// leads.
func handIn[Reply any](ctx context.Context, s *Server, do verb[handedIn, Reply], in handedIn) (reply Reply, err error) {
	if _, here := s.here(ctx); here {
		return do(ctx, in)
	}
	in.Kept = rand.Text()
	if err := s.keepAsk(in); err != nil {
		return reply, err
	}
	in.content = nil
	reply, err = do(ctx, in)
	_ = s.Kept.Remove(keptAsks, in.Kept) // if this fails, a sweep removes it later
	return reply, err
}

func (s *Server) keepAsk(in handedIn) (err error) {
	k, err := s.Kept.Keep(keptAsks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Drop()) }()
	w := s.sealedAsk(in.Kept).Writer(k)
	if _, err := io.Copy(w, in.content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return k.Commit(in.Kept)
}
