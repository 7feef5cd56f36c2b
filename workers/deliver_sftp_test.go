package workers

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// remoteBank is a bank whose files leave by SFTP; one with three entries is
// due, and nothing was delivered yet.
func remoteBank(t *testing.T) (*bank, *remotetest.Server) {
	t.Helper()
	b, s := openBank(t), remotetest.New(t)
	b.setUp(s.Settings)
	b.posts(gym, 3)
	b.clock.Set(at("2026-11-20 14:30"))
	return b, s
}

func (b *bank) setUp(s domain.SFTP) {
	b.t.Helper()
	b.leave(ourBank, bySFTP(s))
	b.delivery.SFTP = &SFTP{}
}

func bySFTP(s domain.SFTP) domain.DeliverySettings {
	return domain.DeliverySettings{Method: domain.BySFTP, SFTP: &s}
}

// leave says how files of an ODFI leave from now on.
func (b *bank) leave(odfi string, d domain.DeliverySettings) {
	b.t.Helper()
	now, err := b.Bank(context.Background(), odfi)
	must(b.t, err)
	events, err := domain.ConfigureBank{Routing: odfi, Delivery: d}.Decide(now)
	must(b.t, err)
	b.write(domain.BankStream(odfi), domain.LedgerClient, now.Version, events...)
}

// restartRemote is restart, with SFTP.
func (b *bank) restartRemote() {
	b.restart()
	b.delivery.SFTP = &SFTP{}
}

// oneWhole fails the test unless the bank has the file, whole and once, and
// the log says so.
func (b *bank) oneWhole(s *remotetest.Server) {
	b.t.Helper()
	f := b.onlyFile()
	if f.State != domain.FileIsDelivered {
		b.t.Errorf("the file is %s", f.State)
	}
	if got := s.Names("outbound"); !slices.Equal(got, []string{f.Rendered.Name}) {
		b.t.Fatalf("the bank has %v, want one file", got)
	}
	got, err := os.ReadFile(filepath.Join(s.Dir, "outbound", f.Rendered.Name))
	must(b.t, err)
	want, err := b.files.Bytes(context.Background(), f.ID)
	must(b.t, err)
	if !bytes.Equal(got, want) {
		b.t.Errorf("the bank has %d bytes, want the %d of the file", len(got), len(want))
	}
}

func TestAFileLeavesBySFTP(t *testing.T) {
	b, s := remoteBank(t)
	must(t, b.batcher.Sweep(context.Background()))
	b.oneWhole(s)
	sessions := s.Sessions.Load()
	must(t, b.batcher.Sweep(context.Background()))
	if s.Sessions.Load() != sessions {
		t.Error("a delivered file was looked at again")
	}
}

// Wherever the server dies, the bank ends with one whole file.
func TestTheServerDies(t *testing.T) {
	for name, die := range map[string]func(*remotetest.Server){
		"in mid-upload":                        func(s *remotetest.Server) { s.DieAfterBytes.Store(500) },
		"after the rename, before the answer":  func(s *remotetest.Server) { s.DieAfterRename.Store(true) },
		"before the first byte of the session": func(s *remotetest.Server) { s.DieAfterBytes.Store(1) },
	} {
		for again, restart := range map[string]bool{"": false, ", and so does the process": true} {
			t.Run(name+again, func(t *testing.T) {
				b, s := remoteBank(t)
				die(s)
				if err := b.batcher.Sweep(context.Background()); err == nil {
					t.Fatal("the server did not die")
				}
				if restart {
					b.restartRemote()
				}
				must(t, b.batcher.Sweep(context.Background()))
				b.oneWhole(s)
			})
		}
	}
}

func TestTheProcessDiesDuringAnUpload(t *testing.T) {
	for _, step := range []string{"before delivering", "after delivering", "before begin", "after begin", "before delivered", "after delivered", "after clear"} {
		t.Run(step, func(t *testing.T) {
			b, s := remoteBank(t)
			b.fault = stopAt(step)
			if err := b.batcher.Sweep(context.Background()); err == nil {
				t.Fatal("the crash did not happen")
			}
			b.restartRemote()
			must(t, b.batcher.Sweep(context.Background()))
			b.oneWhole(s)
		})
	}
}

// What the server lost in a crash of its own is put there again; what the
// bank took or changed meanwhile only a person can tell.
func TestWhatIsFoundAtTheServer(t *testing.T) {
	for name, tt := range map[string]struct {
		step  string
		found func(t *testing.T, path string)
		state domain.FileState
	}{
		"half of the upload": {"before begin", func(t *testing.T, path string) {
			puts, err := filepath.Glob(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".*"))
			must(t, err)
			must(t, os.Truncate(puts[0], 100))
		}, domain.FileIsDelivered},
		"nothing":      {"after begin", func(t *testing.T, path string) { must(t, os.Remove(path)) }, domain.DeliveryUnknown},
		"another file": {"after begin", func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte("x"), 0o600)) }, domain.DeliveryUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := remoteBank(t)
			b.fault = stopAt(tt.step)
			_ = b.batcher.Sweep(context.Background())
			b.restartRemote()
			tt.found(t, filepath.Join(s.Dir, "outbound", b.onlyFile().Rendered.Name))
			must(t, b.batcher.Sweep(context.Background()))
			if f := b.onlyFile(); f.State != tt.state {
				t.Errorf("the file is %s, want %s", f.State, tt.state)
			}
			if tt.state == domain.FileIsDelivered {
				b.oneWhole(s)
			}
		})
	}
}

// puts is how often the delivery of the one file began.
func (b *bank) puts() int {
	b.t.Helper()
	events, err := b.store.ReadStream(context.Background(), domain.FileStream(b.onlyFile().ID), 0)
	must(b.t, err)
	n := 0
	for _, e := range events {
		if e.Type == (domain.FileDelivering{}).Type() {
			n++
		}
	}
	return n
}

// The connection breaks when all bytes have arrived, and nobody knows so:
// looking tells, and what lies there whole is not sent again.
func TestAnUploadWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	b, s := remoteBank(t)
	s.DieAfterClose.Store(true)
	if err := b.batcher.Sweep(context.Background()); err == nil {
		t.Fatal("the server did not die")
	}
	must(t, b.batcher.Sweep(context.Background()))
	b.oneWhole(s)
	if n := b.puts(); n != 1 {
		t.Errorf("it was put %d times", n)
	}
}

// A bank that takes a file the moment it is whole leaves nothing to look at.
func TestABankThatTakesAtOnceGetsAFileOnceAndAPersonTells(t *testing.T) {
	for name, dies := range map[string]bool{"and answers": false, "and its answer is lost": true} {
		t.Run(name, func(t *testing.T) {
			b, s := remoteBank(t)
			s.TakesAtOnce.Store(true)
			s.DieAfterClose.Store(dies)
			for range 3 {
				_ = b.batcher.Sweep(context.Background())
			}
			if f := b.onlyFile(); f.State != domain.DeliveryUnknown {
				t.Errorf("the file is %s", f.State)
			}
			if got := s.Names("taken"); len(got) != 1 {
				t.Errorf("the bank took %v, want one file", got)
			}
		})
	}
}

// blind is a bank that lets nobody read its folder.
type blind struct{ Outbox }

func (blind) Find(context.Context, string, string, []byte) (Location, error) { return Unreadable, nil }

// Where nothing can be read back the bank's answers have to do, and after a
// crash nothing tells.
func TestAFolderThatCannotBeReadTakesFilesByItsAnswers(t *testing.T) {
	for step, want := range map[string]domain.FileState{
		"": domain.FileIsDelivered, "before delivering": domain.FileIsDelivered,
		"before begin": domain.DeliveryUnknown, "after begin": domain.DeliveryUnknown,
	} {
		t.Run("stopped "+step, func(t *testing.T) {
			b := openBank(t)
			b.posts(gym, 1)
			b.clock.Set(at("2026-11-20 14:30"))
			look := func() { b.delivery.Deliverers[domain.ToOutbox] = blind{Outbox(b.outbox())} }
			look()
			b.fault = stopAt(step)
			_ = b.batcher.Sweep(context.Background())
			b.restart()
			look()
			b.sweep()
			if f := b.onlyFile(); f.State != want {
				t.Errorf("the file is %s, want %s", f.State, want)
			}
		})
	}
}

// Not every server refuses to rename over a file that is there.
func TestAFileThatIsThereIsNeverReplaced(t *testing.T) {
	b, s := remoteBank(t)
	b.fault = stopAt("before begin")
	_ = b.batcher.Sweep(context.Background())
	b.restartRemote()
	path := filepath.Join(s.Dir, "outbound", b.onlyFile().Rendered.Name)
	must(t, os.WriteFile(path, []byte("x"), 0o600))
	if err := b.batcher.Sweep(context.Background()); err == nil || !strings.Contains(err.Error(), "exist") {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "x" {
		t.Errorf("the other file is %q now, %v", got, err)
	}
	must(t, os.Remove(path)) // a person moved it away
	must(t, b.batcher.Sweep(context.Background()))
	b.oneWhole(s)
}

func TestNothingIsSentToAStranger(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*bank, *domain.SFTP, *remotetest.Server)
		problem string
	}{
		"another host key": {func(_ *bank, s *domain.SFTP, _ *remotetest.Server) { s.HostKey = remotetest.New(t).Settings.HostKey }, "host key mismatch: it shows SHA256:"},
		"no host key":      {func(_ *bank, s *domain.SFTP, _ *remotetest.Server) { s.HostKey = "AAAA" }, "known_hosts"},
		"another user's private key": {func(_ *bank, s *domain.SFTP, _ *remotetest.Server) {
			s.PrivateKeyFile = remotetest.New(t).Settings.PrivateKeyFile
		}, "unable to authenticate"},
		"no private key": {func(_ *bank, s *domain.SFTP, _ *remotetest.Server) { s.PrivateKeyFile += "x" }, "private key"},
		"a sandbox":      {func(b *bank, _ *domain.SFTP, _ *remotetest.Server) { b.delivery.SFTP.Sandbox = true }, "sandbox folder never delivers"},
		"a folder that is gone": {func(_ *bank, s *domain.SFTP, _ *remotetest.Server) {
			s.OutboundFolder += "/gone"
		}, "not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := remoteBank(t)
			settings := s.Settings
			tt.change(b, &settings, s)
			sandbox := b.delivery.SFTP.Sandbox
			if settings != s.Settings {
				b.setUp(settings)
			}
			b.delivery.SFTP.Sandbox = sandbox
			err := b.batcher.Sweep(context.Background())
			if err == nil || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("got %v, want %q", err, tt.problem)
			}
			if got := s.Names("outbound"); len(got) != 0 {
				t.Errorf("the server has %v", got)
			}
			b.setUp(s.Settings) // put right, it leaves
			must(t, b.batcher.Sweep(context.Background()))
			b.oneWhole(s)
		})
	}
}
