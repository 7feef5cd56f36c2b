package workers

import (
	"maps"
	"sync"
	"time"
)

// Rests after consecutive failures: the first, which doubles with each failure
// up to the longest.
const (
	firstRetry   = time.Second
	longestRetry = time.Minute
)

// queues are what Run remembers between its passes: which ODFIs have one under
// way, and how often what failed. They matter only within the process; the log
// says what there is to deliver.
type queues struct {
	mu       sync.Mutex
	underWay map[string][]string // by ODFI: files that arrived during the pass
	settings map[string]int64    // by ODFI: version of its settings at the last pass
	servers  failures            // by ODFI
	files    failures            // by id
}

func newQueues() queues {
	return queues{underWay: map[string][]string{}, settings: map[string]int64{}, servers: failures{}, files: failures{}}
}

// begin marks an ODFI as under way, unless it is already or its server rests.
// Changed settings end a rest.
func (q *queues) begin(odfi string, version int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, is := q.underWay[odfi]
	if is || q.settings[odfi] == version && q.servers.pause(odfi) > 0 {
		return false
	}
	q.underWay[odfi], q.settings[odfi] = nil, version
	return true
}

// append gives a file to the pass under way for its ODFI, if there is one.
func (q *queues) append(odfi, id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	ids, is := q.underWay[odfi]
	if is {
		q.underWay[odfi] = append(ids, id)
	}
	return is
}

// next returns the files that arrived during the pass; if there are none, the
// pass of the ODFI ends. Files for a server that was not reached are left to a
// later sweep.
func (q *queues) next(odfi string) []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	ids := q.underWay[odfi]
	if len(ids) == 0 || q.servers.pause(odfi) > 0 {
		delete(q.underWay, odfi)
		return nil
	}
	q.underWay[odfi] = nil
	return ids
}

// server and file record the outcome of a pass for a server and for a file.

func (q *queues) server(odfi string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.servers.note(odfi, err)
}

func (q *queues) file(id string, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.files.note(id, err)
}

// due drops the files that rest from the list, and forgets failures of finished
// files.
func (q *queues) due(list []*odfiFiles) {
	q.mu.Lock()
	defer q.mu.Unlock()
	unfinished := map[string]bool{}
	for _, of := range list {
		var ids []string
		for _, id := range of.ids {
			unfinished[id] = true
			if q.files.pause(id) == 0 {
				ids = append(ids, id)
			}
		}
		of.ids = ids
	}
	maps.DeleteFunc(q.files, func(id string, _ *failure) bool { return !unfinished[id] })
}

// failures are consecutive failures, by ODFI or file.
type failures map[string]*failure

type failure struct {
	times int
	until time.Time // on the machine's clock
}

func (f failures) note(name string, err error) {
	if err == nil {
		delete(f, name)
		return
	}
	if f[name] == nil {
		f[name] = &failure{}
	}
	f[name].until = time.Now().Add(min(firstRetry<<min(f[name].times, 16), longestRetry))
	f[name].times++
}

func (f failures) pause(name string) time.Duration {
	if f[name] == nil {
		return 0
	}
	return max(0, time.Until(f[name].until))
}

// Failing returns how many times in a row each ODFI's server was not reached.
func (d *Delivery) Failing() map[string]int {
	d.queues.mu.Lock()
	defer d.queues.mu.Unlock()
	counts := map[string]int{}
	for odfi, f := range d.queues.servers {
		counts[odfi] = f.times
	}
	return counts
}
