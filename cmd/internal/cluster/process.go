package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/achledger/achledger/eventstore/follow"
)

// restartAfter is how long after its end a process is restarted.
const restartAfter = time.Second

// Process is a program that is started again whenever it ends.
type Process struct {
	Name string

	path   string
	args   []string
	env    []string
	log    string // its output, appended
	logger *slog.Logger

	mu      sync.Mutex
	running *os.Process // nil while it does not run
}

// PID is the process's, 0 while it does not run.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return 0
	}
	return p.running.Pid
}

// Log is the path of the file with the process's output.
func (p *Process) Log() string { return p.log }

// Signal sends a signal to the process, if it is running.
func (p *Process) Signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running != nil {
		_ = p.running.Signal(s) // it may have ended
	}
}

// run keeps the process running until ctx ends, and ends it then.
func (p *Process) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := p.once(ctx)
		if ctx.Err() != nil {
			return
		}
		p.logger.Warn("a part ended and is started again", "part", p.Name, "err", err)
		follow.Sleep(ctx, restartAfter)
	}
}

func (p *Process) once(ctx context.Context) error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.path, p.args...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = log, log
	// The kernel kills it when this thread ends, so that no process is left behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.set(cmd.Process)
	defer p.set(nil)
	end := context.AfterFunc(ctx, func() { p.end(cmd.Process) })
	defer end()
	return cmd.Wait()
}

func (p *Process) set(running *os.Process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = running
}

// end asks a process to end, and kills it if it does not. A stopped one has to
// be continued for that.
func (p *Process) end(process *os.Process) {
	_ = process.Signal(syscall.SIGCONT)
	_ = process.Signal(syscall.SIGTERM)
	time.AfterFunc(20*time.Second, func() { _ = process.Kill() })
}
