package node

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/testseed"
)

// walkSeeds are walked every day.
var walkSeeds = []uint64{1, 3, 20261123}

// Three clients make requests to every surface at once, with steps drawn from a seed,
// between steps of operations and of the bank. A naive model, which shares no code with
// the ledger, remembers what was answered with 2xx. It decides what must be in the files
// and which client may see what.
//
// ACHLEDGER_WALK_STEPS asks for more steps of each seed, ACHLEDGER_SEED for one
// seed only, ACHLEDGER_WALK_KEEP for an archive of the folder it leaves.
func TestARandomWalkOverEverySurface(t *testing.T) {
	t.Parallel()
	steps := 250
	if n, err := strconv.Atoi(os.Getenv("ACHLEDGER_WALK_STEPS")); err == nil {
		steps = n
	}
	seeds := walkSeeds
	if testseed.Explores() {
		seeds = []uint64{testseed.Of(t, 0)}
	}
	var mu sync.Mutex
	done := map[string]int{} // by all seeds
	missing := func() []string {
		return slices.DeleteFunc(slices.Clone(walkSteps), func(step string) bool { return done[step] > 0 })
	}
	from := func(t *testing.T, seed uint64) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, seed)
			w.running = serve(t, "", func(o *Options) { o.Log = w.log.logger() })
			w.walk(steps)
			w.finish()
			if archive := os.Getenv("ACHLEDGER_WALK_KEEP"); archive != "" {
				w.keep(archive)
			}
			mu.Lock()
			defer mu.Unlock()
			for step, n := range w.done {
				done[step] += n
			}
			t.Logf("seed %d came to %v", seed, w.done)
		})
	}
	t.Run("each seed", func(t *testing.T) {
		for _, seed := range seeds {
			from(t, seed)
		}
	})
	if len(seeds) == 1 {
		return
	}
	// The clients act at once, so that a seed does not come to the same steps each time.
	for seed := uint64(100); len(missing()) > 0 && seed < 110 && !t.Failed(); seed++ {
		t.Run("one more", func(t *testing.T) { from(t, seed) })
	}
	if steps := missing(); len(steps) > 0 && !t.Failed() {
		t.Errorf("no walk came to %q", steps)
	}
}

// walk is the state of the walk with one seed.
type walk struct {
	*running
	log     *walkLog
	seed    uint64
	rng     *rand.Rand // of operations and the bank; each client has its own
	clients []*walker

	mu      sync.Mutex
	number  int                // how many account numbers and amounts were made
	numbers map[string]bool    // every account number, in full
	heard   []string           // answers to callers without scope reveal
	owner   map[string]string  // client by id, as the answers showed them
	shown   map[string]*walker // who was shown a part of an answer last
	done    map[string]int     // completed steps by name
	stay    map[string]bool    // traces of refused files whose entries the bank answered
}

func newWalk(t *testing.T, seed uint64) *walk {
	w := &walk{
		log: &walkLog{}, seed: seed, rng: rand.New(rand.NewPCG(seed, 0)),
		numbers: map[string]bool{}, owner: map[string]string{}, shown: map[string]*walker{}, done: map[string]int{}, stay: map[string]bool{},
	}
	return w
}

// walk opens the clients and lets them take steps.
func (w *walk) walk(steps int) {
	w.t.Helper()
	w.day("2026-11-23T13:00:00Z") // a Monday, 08:00 in New York
	w.takeOn("Harbor Gym", object{"same_day": true, "relationship_verification": "none"})
	w.takeOn("Harbor Diner", object{"relationship_verification": "prenote", "batching": object{"max_entries": 6}})
	w.takeOn("Keystone Linen", object{"relationship_verification": "none", "batching": object{"max_age": "30m", "windows": []string{}}})
	w.listen()
	for range steps / len(w.clients) {
		w.round()
	}
}

// takeOn opens a client with additional settings, and issues a second credential that
// sees account numbers in full.
func (w *walk) takeOn(name string, more object) {
	w.t.Helper()
	n := len(w.clients)
	c := &walker{w: w, n: n, rng: rand.New(rand.NewPCG(w.seed, uint64(n+1))), receives: fmt.Sprintf("%s99%d", walkDigits, n), carries: map[string]bool{}}
	body := object{
		"name": name, "company_name": "HARBOR", "company_identifications": []string{c.company()},
		"odfi_routing_numbers": []string{walkODFI}, "sec_codes": []string{"PPD", "CCD", "WEB", "TEL", "CTX", "IAT"},
		"receiving_accounts": []string{c.receives + "*"},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": walkODFI, "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}
	for k, v := range more {
		body[k] = v
	}
	var opened struct {
		ID         string `json:"client_id"`
		Credential folder.Credential
	}
	w.must(201, w.ops, "POST", "/v1/ops/clients", body, &opened)
	c.id, c.credential = opened.ID, opened.Credential
	w.must(201, w.ops, "POST", "/v1/ops/clients/"+c.id+"/credentials", object{"scopes": []string{"read", "reveal"}}, &c.reveal)
	w.clients = append(w.clients, c)
}

// round makes all clients take a step at once, then the bank one, and then makes
// requests for other clients' objects, which must be refused.
func (w *walk) round() {
	w.t.Helper()
	var all sync.WaitGroup
	for _, c := range w.clients {
		all.Go(c.step)
	}
	all.Wait()
	w.bank()
	for range 3 {
		w.pry()
	}
	if w.rng.IntN(12) == 0 {
		for _, c := range w.clients {
			c.lists()
		}
	}
	if w.t.Failed() {
		w.t.Fatalf("seed %d: see above", w.seed)
	}
}

// finish lets everything that is due leave, and makes all checks.
func (w *walk) finish() {
	w.t.Helper()
	before := w.settle()
	w.subscribe()
	w.end()
	w.searchNumbers(string(w.folder))
	VerifyFolder(w.t, w.folder)
	w.startAnew(before)
}

// settle lets everything that is due leave, compares files and states with the model,
// and returns each client's lists.
func (w *walk) settle() []map[string]string {
	w.t.Helper()
	w.release()
	w.lapsed()
	w.compareFiles() // before the lists are read: its downloads are recorded in the log
	lists := make([]map[string]string, len(w.clients))
	for n, c := range w.clients {
		lists[n] = c.lists()
		c.everythingLeft()
	}
	return lists
}

// end waits for the event streams and stops the server.
func (w *walk) end() {
	w.t.Helper()
	w.hearOut()
	if err := w.stop(); err != nil {
		w.t.Fatal(err)
	}
}
