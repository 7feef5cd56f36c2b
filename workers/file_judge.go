package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// judge has the guard judge a file that its client made. A rejected file is
// released at once; if that is interrupted, the next sweep finishes it. The
// caller holds the file's lock.
func (f *Files) judge(ctx context.Context, file domain.File) (stopped bool, err error) {
	verdict, err := f.Guard.File(ctx, file)
	if err != nil || verdict == nil {
		return false, err
	}
	f.Log.Warn("a file is stopped by a rule", "file", file.ID, "client", file.Opened.Client,
		"rule", verdict.Rule, "action", verdict.Action, "saw", verdict.SawInAll(), "limit", verdict.Limit)
	ctx = ledger.WithWorker(ctx, "guard")
	if err := f.record(ctx, "judged", file, domain.GuardFile{Verdict: *verdict}); err != nil {
		return true, err
	}
	if file, err = f.Ledger.File(ctx, file.ID); err == nil {
		_, err = f.finishRelease(ctx, file)
	}
	return true, err
}

// lapse rejects a held file that nobody approved in time and whose rule does
// not let it stay held.
func (f *Files) lapse(ctx context.Context, id string) error {
	unlock, ok := f.busy.try(id)
	if !ok {
		return nil // the next pass tries again
	}
	defer unlock()
	return f.conclude(ctx, id, "lapsed", domain.LapseFile{Now: f.Ledger.Now()})
}

// Decided records an engine's answer about a held file.
func (f *Files) Decided(ctx context.Context, id string, answer domain.RecordEngineAnswerOnFile) error {
	unlock, ok := f.busy.try(id)
	if !ok {
		return nil // the engine is asked again
	}
	defer unlock()
	return f.conclude(ctx, id, "decided", answer)
}
