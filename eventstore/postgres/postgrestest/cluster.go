package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore/freeport"
)

// Cluster is a PostgreSQL server in a folder of its own, reached on loopback.
// Its superuser is owner, who needs no password.
type Cluster struct {
	Port int

	folder   string // ours
	data     string // the server's
	bin      string
	as       *syscall.Credential // nil: as this process
	process  *exec.Cmd
	exited   chan struct{}
	model    sync.Once
	strategy string // by which it copies databases, as the end of a statement
	frozen   []int
}

// ErrNotInstalled: there is no PostgreSQL on this machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed, and the tests of its store need it: run .ci/postgres as root, or sudo apt-get install postgresql")

// Start makes a cluster and starts it. It is fast because nothing waits for a
// disk: the folder lies in memory where the machine has such a place, and fsync
// is on as in earnest.
func Start() (*Cluster, error) { return StartAt(0) }

// StartAt is Start on a port; 0 is any free one.
func StartAt(port int) (*Cluster, error) {
	c := &Cluster{Port: port}
	var err error
	if c.bin, err = binaries(); err != nil {
		return nil, err
	}
	if c.folder, err = os.MkdirTemp(memory(), "postgrestest-"); err != nil {
		return nil, err
	}
	if err = c.make(); err == nil {
		err = c.Run()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a PostgreSQL for tests: %w", err), os.RemoveAll(c.folder))
	}
	return c, nil
}

// binaries finds the newest server's programs.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", ErrNotInstalled
}

// memory is a folder in memory, or the usual one for temporary files.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// make makes the data folder. PostgreSQL does not run as root: its package's
// user does it then.
func (c *Cluster) make() error {
	c.data = filepath.Join(c.folder, "data")
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return fmt.Errorf("PostgreSQL does not run as root, and its own user is missing: %w", err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(c.folder, uid, gid); err != nil {
			return err
		}
	}
	return c.run("initdb", "--pgdata", c.data, "--auth", "trust", "--username", "owner", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
}

// command is a program of the server's package, as its user.
func (c *Cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = c.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	return cmd
}

func (c *Cluster) run(program string, args ...string) error {
	if out, err := c.command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

// settings of a server for tests: small, many sessions, and nothing less durable
// than in earnest.
var settings = []string{
	"fsync=on", "full_page_writes=on", "max_connections=300", "shared_buffers=64MB", "listen_addresses=127.0.0.1",
	"unix_socket_directories=", "autovacuum_naptime=5s", "log_min_messages=warning", "wal_level=replica", "max_wal_senders=5",
	"hot_standby=on", "wal_keep_size=256MB",
}

// Run starts the server, after Stop or Kill again on the same port.
func (c *Cluster) Run(more ...string) error {
	if c.Port == 0 {
		ports, err := freeport.Of(1)
		if err != nil {
			return err
		}
		c.Port = ports[0]
	}
	args := []string{"-D", c.data, "-p", strconv.Itoa(c.Port)}
	for _, s := range append(slices.Clone(settings), more...) {
		args = append(args, "-c", s)
	}
	log, err := os.OpenFile(c.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.process = c.command("postgres", args...)
	c.process.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	c.process.Stdout, c.process.Stderr = log, log
	if c.exited, err = launch(c.process); err != nil {
		return err
	}
	return c.await()
}

// launch starts a process from a thread that lasts as long: the kernel ends the
// process with the thread.
func launch(p *exec.Cmd) (exited chan struct{}, err error) {
	started, exited := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		err := p.Start()
		started <- err
		if err == nil {
			_ = p.Wait()
			close(exited)
		}
	}()
	return exited, <-started
}

func (c *Cluster) log() string { return filepath.Join(c.folder, "server.log") }

// await waits until the server takes sessions.
func (c *Cluster) await() error {
	for end := time.Now().Add(60 * time.Second); ; {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		conn, err := pgx.Connect(ctx, c.URL("owner", "postgres"))
		if err == nil {
			c.strategy = fastest(conn.PgConn().ParameterStatus("server_version"))
			_ = conn.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-c.exited:
			said, _ := os.ReadFile(c.log())
			return fmt.Errorf("the server ended: %s", said)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) {
			return err
		}
	}
}

// fastest is the strategy by which a small database is copied with least work.
// Servers before 15 know no other.
func fastest(version string) string {
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < 15 {
		return ""
	}
	return " STRATEGY file_copy"
}

// URL names a database of the cluster, as a user.
func (c *Cluster) URL(user, database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", user, c.Port, database)
}

// Signal sends a signal to the server's first process.
func (c *Cluster) Signal(s os.Signal) error { return c.process.Process.Signal(s) }

// Freeze stops every process of the server, which holds its connections and
// answers nothing.
func (c *Cluster) Freeze() error {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.process.Process.Pid, c.process.Process.Pid))
	if err != nil {
		return err
	}
	if err := c.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for _, child := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have ended
			c.frozen = append(c.frozen, pid)
		}
	}
	return nil
}

// Thaw lets a frozen server continue.
func (c *Cluster) Thaw() error {
	for _, pid := range c.frozen {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	c.frozen = nil
	return c.Signal(syscall.SIGCONT)
}

// Set changes a setting that needs no restart, and waits until new sessions have
// it.
func (c *Cluster) Set(name, value string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("owner", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, fmt.Sprintf("ALTER SYSTEM SET %s = '%s'", name, value)); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_reload_conf()"); err != nil {
		return err
	}
	for now := value + "?"; now != value && ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		if err := conn.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&now); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Kill ends the server at once, as if the machine lost its power; what the
// kernel holds stays. Run starts it again.
func (c *Cluster) Kill() error { return c.end(syscall.SIGQUIT) }

// Stop ends the server and its sessions.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

func (c *Cluster) end(s os.Signal) error {
	if len(c.frozen) > 0 {
		if err := c.Thaw(); err != nil {
			return err
		}
	}
	if err := c.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.exited
	return nil
}

// Create makes an empty database, with UTF-8 and no language's order.
func (c *Cluster) Create(database string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("owner", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	return err
}

// Answers reports whether the server answers a question within a second.
func (c *Cluster) Answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("owner", "postgres"))
	if err != nil {
		return false
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "SELECT 1")
	return err == nil
}

// Commits reports whether the server acknowledges within a second that it
// committed a statement in a database.
func (c *Cluster) Commits(ctx context.Context, database, sql string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("owner", database))
	if err != nil {
		return false
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err == nil
}

// PID is the server's first process.
func (c *Cluster) PID() int { return c.process.Process.Pid }

// Standby copies the cluster into another folder and starts the copy, which
// follows it. It counts as synchronous under its name when the cluster's
// synchronous_standby_names has it.
func (c *Cluster) Standby(name string) (*Cluster, error) { return c.StandbyAt(name, 0) }

// StandbyAt is Standby on a port; 0 is any free one.
func (c *Cluster) StandbyAt(name string, port int) (*Cluster, error) {
	folder, err := os.MkdirTemp(memory(), "postgrestest-")
	if err != nil {
		return nil, err
	}
	s := &Cluster{Port: port, folder: folder, data: filepath.Join(folder, "data"), bin: c.bin, as: c.as}
	if s.as != nil {
		err = os.Chown(folder, int(s.as.Uid), int(s.as.Gid))
	}
	if err == nil {
		err = s.run("pg_basebackup", "--pgdata", s.data, "--write-recovery-conf", "--checkpoint=fast",
			"--dbname", c.URL("owner", "postgres")+"&application_name="+name)
	}
	if err == nil {
		err = s.Run()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a standby for tests: %w", err), os.RemoveAll(folder))
	}
	return s, nil
}

// Promote makes a standby a primary.
func (c *Cluster) Promote() error { return c.run("pg_ctl", "promote", "--pgdata", c.data, "--wait") }

// Remove ends the server and deletes everything.
func (c *Cluster) Remove() error { return errors.Join(c.Kill(), os.RemoveAll(c.folder)) }
