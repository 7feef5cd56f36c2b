package workers

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// writeOnly is a bank whose server shows nothing; a file with three entries is
// due.
func writeOnly(t *testing.T, rename *bool) (*bank, *remotetest.Server) {
	t.Helper()
	b, s := remoteBank(t)
	s.WriteOnly.Store(true)
	b.asks(domain.BankProfile{WriteOnly: true, Rename: rename})
	return b, s
}

func no() *bool { return new(bool) }

// The server never has to list its folder or to let anything be read.
func TestAWriteOnlyServerIsNeverAskedWhatItHas(t *testing.T) {
	for name, rename := range map[string]*bool{"renamed": nil, "in place": no()} {
		t.Run(name, func(t *testing.T) {
			b, s := writeOnly(t, rename)
			b.sweep()
			b.oneWhole(s)
			if n := s.Peeks.Load(); n > 0 {
				t.Errorf("it was asked %d times", n)
			}
			b.verify()
		})
	}
}

// What may be repeated, and what only a person can settle.
func TestAWriteOnlyDeliveryThatFails(t *testing.T) {
	for name, tt := range map[string]struct {
		rename *bool
		fails  func(b *bank, s *remotetest.Server)
		state  domain.FileState // after the next sweep
		sent   int              // files under their final name
	}{
		"before the first byte, renamed":    {nil, func(_ *bank, s *remotetest.Server) { s.DieAfterBytes.Store(30) }, domain.FileIsDelivered, 1},
		"all of it handed over, renamed":    {nil, func(_ *bank, s *remotetest.Server) { s.DieAfterBytes.Store(500) }, domain.DeliveryUnknown, 0},
		"at the close, renamed":             {nil, func(_ *bank, s *remotetest.Server) { s.DieAfterClose.Store(true) }, domain.DeliveryUnknown, 0},
		"at the rename":                     {nil, func(_ *bank, s *remotetest.Server) { s.DieAfterRename.Store(true) }, domain.DeliveryUnknown, 1},
		"a crash before the rename":         {nil, func(b *bank, _ *remotetest.Server) { b.fault = stopAt("before begin") }, domain.DeliveryUnknown, 0},
		"a crash before the last word":      {nil, func(b *bank, _ *remotetest.Server) { b.fault = stopAt("before delivered") }, domain.DeliveryUnknown, 1},
		"before the first byte, in place":   {no(), func(_ *bank, s *remotetest.Server) { s.DieAfterBytes.Store(30) }, domain.DeliveryUnknown, 0},
		"at the close, in place":            {no(), func(_ *bank, s *remotetest.Server) { s.DieAfterClose.Store(true) }, domain.DeliveryUnknown, 1},
		"a crash before the first byte":     {no(), func(b *bank, _ *remotetest.Server) { b.fault = stopAt("after delivering") }, domain.DeliveryUnknown, 0},
		"a crash before anything was begun": {no(), func(b *bank, _ *remotetest.Server) { b.fault = stopAt("before delivering") }, domain.FileIsDelivered, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := writeOnly(t, tt.rename)
			tt.fails(b, s)
			_ = b.batcher.Sweep(t.Context())
			b.restartRemote()
			_ = b.batcher.Sweep(t.Context())
			_ = b.batcher.Sweep(t.Context())
			f := b.onlyFile()
			if f.State != tt.state {
				t.Errorf("the file is %s, want %s", f.State, tt.state)
			}
			sent := 0
			for _, have := range s.Names("outbound") {
				if have == f.Name() {
					sent++
				}
			}
			if sent != tt.sent || s.Peeks.Load() > 0 {
				t.Errorf("the bank has %v and was asked %d times", s.Names("outbound"), s.Peeks.Load())
			}
		})
	}
}

// Delivery is paused between the upload and the rename. Nobody can look at the
// bank, but its server confirmed the upload, and nobody renamed it.
func TestAWriteOnlyDeliveryOutlivesAPause(t *testing.T) {
	for name, until := range map[string]string{"of a moment": "2026-11-20 14:31", "beyond its dates": "2026-11-23 12:00"} {
		t.Run(name, func(t *testing.T) {
			b, s := writeOnly(t, nil)
			switched := &switching{}
			b.switched = switched
			b.newWorkers()
			b.delivery.SFTP = &SFTP{}
			b.fault = onceAt("after delivering", 1, func() { switched.paused = true })
			b.sweep()
			if f := b.onlyFile(); f.State != domain.FileIsDelivering {
				t.Fatalf("in the pause the file is %s", f.State)
			}
			switched.paused = false
			b.sweepAt(until)
			f, sent := b.onlyFile(), 0
			for _, have := range s.Names("outbound") {
				if have == f.Name() {
					sent++
				}
			}
			if f.State != domain.FileIsDelivered || sent != 1 || s.Peeks.Load() > 0 {
				t.Errorf("the file is %s; the bank has %v and was asked %d times", f.State, s.Names("outbound"), s.Peeks.Load())
			}
			content, err := os.ReadFile(filepath.Join(s.Dir, "outbound", f.Name()))
			must(t, err)
			want, err := b.files.Bytes(t.Context(), f.ID)
			must(t, err)
			if !bytes.Equal(content, want) {
				t.Errorf("the bank has %d bytes, the file has %d", len(content), len(want))
			}
			b.verify()
		})
	}
}

func TestAPersonSettlesAWriteOnlyDelivery(t *testing.T) {
	b, s := writeOnly(t, nil)
	s.DieAfterClose.Store(true)
	_ = b.batcher.Sweep(t.Context())
	_ = b.batcher.Sweep(t.Context())
	must(t, b.delivery.Resend(t.Context(), b.onlyFile().ID))
	f := b.onlyFile()
	if f.State != domain.FileIsDelivered || !slices.Contains(s.Names("outbound"), f.Name()) {
		t.Errorf("the file is %s; the bank has %v", f.State, s.Names("outbound"))
	}
}

// What a person has sent again must not leave a second time under the copy that
// the first delivery put there, although nobody can see that copy.
func TestSendingAgainToAWriteOnlyServerWithdrawsTheEarlierCopy(t *testing.T) {
	taken := func(_ *bank, s *remotetest.Server) { // whatever is there
		for _, have := range s.Names("outbound") {
			must(t, os.Remove(filepath.Join(s.Dir, "outbound", have)))
		}
	}
	for name, then := range map[string]func(*bank, *remotetest.Server){
		"it is there":                        func(*bank, *remotetest.Server) {},
		"it is not there":                    taken,
		"the response to the rename is lost": func(_ *bank, s *remotetest.Server) { s.DieAfterRename.Store(true) },
	} {
		t.Run(name, func(t *testing.T) {
			b, s := writeOnly(t, nil)
			b.fault = stopAt("before begin")
			_ = b.batcher.Sweep(t.Context())
			b.restartRemote()
			_ = b.batcher.Sweep(t.Context())
			f := b.onlyFile()
			earlier := f.Temporary()
			if got := s.Names("outbound"); f.State != domain.DeliveryUnknown || !slices.Equal(got, []string{earlier}) {
				t.Fatalf("the file is %s, and the bank has %v", f.State, got)
			}
			then(b, s)
			if s.DieAfterRename.Load() {
				if err := b.delivery.Resend(t.Context(), f.ID); err == nil || slices.Contains(s.Names("outbound"), f.Name()) {
					t.Errorf("it was sent again although the earlier copy may be there: %v", err)
				}
				taken(b, s) // the withdrawn copy, which nobody removes
			}
			must(t, b.delivery.Resend(t.Context(), f.ID))
			b.oneWhole(s)
			if s.Peeks.Load() > 0 {
				t.Errorf("it was asked %d times", s.Peeks.Load())
			}
		})
	}
}

func TestFilesOfABankThatWantsThemApart(t *testing.T) {
	for segment, want := range map[string]int{"": 1, domain.NoSegments: 1, domain.ByDirection: 2, domain.BySEC: 2} {
		b := openBank(t)
		b.asks(domain.BankProfile{Segment: segment})
		b.posts(gym, 2)
		b.posts(gym, 2, push, func(p *domain.Proposal) { p.SEC = "CCD" })
		b.sweepAt("2026-11-20 14:30")
		if files := b.cutFiles(); len(files) != want {
			t.Errorf("by %q: %d files, want %d", segment, len(files), want)
		}
		b.verify()
	}
	b := openBank(t)
	b.asks(domain.BankProfile{Segment: domain.BySEC})
	if _, err := b.upload(rendered(t, payroll(3))); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("a client's own file of two classes: %v", err)
	}
}
