package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// process is a server that runs in a process of its own.
type process struct {
	cmd    *exec.Cmd
	base   string
	folder string
	client folder.Credential
	ops    folder.Credential

	extra    string       // additional settings of its clients
	receiver *http.Server // receives its client's webhook; may be nil
}

// serve runs a ledger in a folder.
func serve(dir, program string, more ...string) (*process, error) {
	return start(dir, program, append([]string{"serve", "--sandbox", "--data", dir,
		"--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0", "--log-level", "warn"}, more...)...)
}

// start runs the program and waits for the line that contains its address.
func start(dir, program string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), folder: dir}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at := strings.Index(lines.Text(), "http://"); at >= 0 {
			p.base = strings.Fields(lines.Text()[at:])[0]
			break
		}
	}
	if p.base == "" {
		return nil, errors.Join(fmt.Errorf("%s %s did not start", program, strings.Join(args, " ")), p.stop())
	}
	return p, nil
}

func (p *process) stop() error {
	if p == nil || p.cmd.ProcessState != nil {
		return nil
	}
	if p.receiver != nil {
		defer p.receiver.Close()
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// kill ends the process with SIGKILL.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = p.cmd.Wait() // returns the error that it was killed
	return nil
}

// forgetPeak resets the peak memory; see proc_pid_clear_refs(5).
func (p *process) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// peak is the peak memory of the process, in bytes.
func (p *process) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(kib)[0], 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("the kernel does not tell the peak of memory")
}

// cpu is the CPU time used by the process.
func (p *process) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // after the name; see proc_pid_stat(5)
	fields := strings.Fields(rest)
	var ticks int64
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	const aSecond = 100 // USER_HZ, the same on all of Linux
	return time.Duration(ticks) * time.Second / aSecond, nil
}

// call makes one request and decodes the response.
func (p *process) call(who folder.Credential, method, path, body string, answer any) error {
	r, err := http.NewRequest(method, p.base+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth(who.Key, who.Secret)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		return fmt.Errorf("%s %s answers %s", method, path, response.Status)
	}
	if answer == nil {
		_, err := io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

// begin prepares a new ledger: it sets the clock to the start of a day and
// creates a client whose payments all wait.
func (p *process) begin(extra string) (who folder.Credential, err error) {
	p.extra = extra
	if p.ops, err = p.credential(); err != nil {
		return who, err
	}
	if err := p.call(p.ops, http.MethodPut, "/v1/simulations/clock", `{"now":"2026-11-24T14:40:00Z"}`, nil); err != nil {
		return who, err
	}
	return p.open(1_000_000_000, "231380104")
}

// credential reads the one that the server wrote to its folder: of operations
// or, if the server is bare, of its client.
func (p *process) credential() (folder.Credential, error) {
	return folder.Folder(p.folder).ReadCredential()
}

// open creates a client of a bank and returns its credential. Its files are
// cut at maxEntries entries; its only window is in the last minute of the day.
func (p *process) open(maxEntries int, routing string) (folder.Credential, error) {
	var opened struct{ Credential folder.Credential }
	err := p.call(p.ops, http.MethodPost, "/v1/ops/clients", clientBody(maxEntries, routing, p.extra), &opened)
	return opened.Credential, err
}

func clientBody(maxEntries int, routing, extra string) string {
	return fmt.Sprintf(`{"name":"Bench","company_name":"BENCH","company_identifications":["1840000017"],
		"odfi_routing_numbers":[%q],"sec_codes":["PPD"],"batching":{"max_entries":%d,"windows":["23:59"]},
		"file":{"immediate_destination":"061000146","immediate_destination_name":"FEDERAL RESERVE BANK",
		        "immediate_origin":%[1]q,"immediate_origin_name":"LANTERN SAVINGS BANK"}%[3]s}`, routing, maxEntries, extra)
}
