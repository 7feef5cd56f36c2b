package projections

import (
	"slices"
	"strings"
	"testing"
)

// Every question about items and what waits is a seek in an index, also on a
// database without statistics, where SQLite guesses: finding the item of a
// filed event once went through all of its client's.
func TestNoQuestionScans(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	questions := []string{
		madeDays.next, otherDays.next, firstClient, nextClient, nextDelivery, nextCut, queueParts, positionsQueued, deliveredFiles, undeliveredFiles,
		latestDay, waitingOfAll, waitingOfGroup, listedOfAll, listedOfClient, entryGroups,
		shownInFile, unsentOfAll, unsentOfOne, sentOfAll, sentOfOne, carriedFiles, filesInState, filesInStateOf, nextAnswered, unanswered, transactionAt, transactionsOfDay, transactionsOfAll, filesOfClient, fileByID, fileByName, unfinishedFiles, entriesOfFile,
		queueDues, waitingRows, passedDeadlines, nextDeadline, findItem, findFiled, findPending, findFileRef, clientCredentials, odfiClients,
		postingRows, changedTo, unindexed, itemsTraced, originsCoded, transactionsOfFile, fileAsked, paymentsOfBlock, linesOfDay, deliveredOn,
		listApprovals, undoneApprovals, waitsApproval, waitsHeldFile, waitsQuarantine, waitsUnknown, waitsDeadline, lapsedRequests, nextRequest, actsOfClient, heldItems + oldestHeld, heldByRule + oldestHeld, heldOfOwner + oldestHeld, heldSince + longestHeld, unmatchedSince, decisionsSince, requestsSince,
		countedWaiting, countedBatches, countedInBatch, countedMade, entriesOfGroup, bankTerms,
	}
	for _, way := range []itemQuery{madeDays.items, otherDays.items, itemsOfFile, itemsCut, itemsChanged, itemsQueued} {
		questions = append(questions, string(way))
	}
	for _, way := range unfiledDays {
		questions = append(questions, way.next, string(way.items))
	}
	for _, q := range questions {
		var plan []string
		w.must(v.read(w.ctx, func(s snapshot) error {
			return s.query("EXPLAIN QUERY PLAN "+q, nil, func(row []value) error {
				plan = append(plan, row[3].(string))
				return nil
			})
		}))
		if slices.ContainsFunc(plan, func(step string) bool { return strings.HasPrefix(step, "SCAN") }) {
			t.Errorf("%s\nscans: %s", q, strings.Join(plan, "; "))
		}
		sorts := slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, "TEMP B-TREE") })
		if sorts && strings.Contains(q, "FROM items@") && !strings.Contains(q, "FROM files@") {
			t.Errorf("%s\nsorts: %s", q, strings.Join(plan, "; "))
		}
	}
}

// What waits for a person is summed up as it comes, and read without a scan,
// however much it is.
func TestWhatWaitsIsReadWithoutAScan(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	for _, q := range []string{waitsHeld, waitsApproval, waitsUnmatched, waitsDecision, waitsRequest} {
		w.must(v.read(w.ctx, func(s snapshot) error {
			return s.query("EXPLAIN QUERY PLAN "+q, nil, func(row []value) error {
				if step := row[3].(string); strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") {
					t.Errorf("%s\nlooks at all: %s", q, step)
				}
				return nil
			})
		}))
	}
}

// For how long it waits is counted in indexes alone, and what is held in sums by
// the minute.
func TestAgesAreCountedInIndexesAlone(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	for _, q := range waitAges[1:4] {
		w.must(v.read(w.ctx, func(s snapshot) error {
			return s.query("EXPLAIN QUERY PLAN "+q.sql, nil, func(row []value) error {
				if step := row[3].(string); !strings.Contains(step, "COVERING INDEX") {
					t.Errorf("%s\nlooks up: %s", q.sql, step)
				}
				return nil
			})
		}))
	}
}

// A page begins with a seek to its first row, however far into a day or a file
// that is.
func TestAPageBeginsWithASeek(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	for _, tt := range []struct {
		name, sql, seek string
	}{
		{"a day", string(madeDays.items), "(client=? AND day=? AND rowid>?)"},
		{"a day of what is not ours", string(otherDays.items), "(client=? AND other_day=? AND rowid>?)"},
		{"a day of what waits", string(unfiledDays[Pending].items), "(client=? AND status=? AND unfiled_day=? AND rowid>?)"},
		{"a part of the queue", string(itemsQueued), "(client=? AND odfi=? AND answers=? AND due=? AND rowid>? AND rowid<?)"},
		{"a file", string(itemsOfFile), "(file=? AND (batch,trace)>(?,?))"},
		{"changes", string(itemsChanged), "(client=? AND changed>? AND changed<?)"},
		{"a client's transactions", transactionsOfDay, "(client=? AND day=? AND rowid<?)"},
		{"everyone's transactions", transactionsOfAll, "(rowid>? AND rowid<?)"},
		{"what other banks sent", receivedOnes + newestOf, "(direction=? AND rowid>? AND rowid<?)"},
		{"what other banks sent a client", receivedOfClient + newestOf, "(client=? AND rowid>? AND rowid<?)"},
		{"what was rejected, recalled or returned", rareOnes + newestOf, "(listed=? AND rowid>? AND rowid<?)"},
		{"a client's of these", rareOfClient + newestOf, "(client=? AND listed=? AND rowid>? AND rowid<?)"},
		{"a client's waiting ones", waitingOfGroup, "(client=? AND odfi=? AND answers=? AND due=? AND rowid>? AND rowid<?)"},
		{"what is held, or what the bank sent", listedOfAll, "(listed=? AND rowid>? AND rowid<?)"},
		{"a client's of these", listedOfClient, "(client=? AND listed=? AND rowid>? AND rowid<?)"},
		{"what lies in a file", shownInFile, "(shown_in=? AND rowid>? AND rowid<?)"},
		{"a search behind the index", unindexed, "(rowid>? AND rowid<?)"},
		{"a client's returns", answersOfClient, "(client=? AND kind=? AND direction=? AND rowid<?)"},
		{"a client's deliveries", deliveredFiles, "(client=? AND delivered>?)"},
		{"deliveries behind a position", nextDelivery, "(client=? AND delivered>?)"},
		{"cuts behind a position", nextCut, "(client=? AND cut>?)"},
		{"what is unfinished", unfinishedFiles, "(state=?)"},
		{"what is not delivered", undeliveredFiles, "(delivered=? AND client=? AND rowid>?)"},
		{"files that were delivered", sentOfAll, "(newest>? AND (newest,oldest)<(?,?))"},
		{"a client's files that were not", unsentOfOne, "(client=? AND newest>? AND (newest,oldest)<(?,?))"},
		{"files in a state", filesInState, "(state=? AND rowid<?)"},
		{"a client's files in a state", filesInStateOf, "(client=? AND state=? AND rowid<?)"},
		{"files nobody answered", unanswered, "(odfi=? AND delivered_at<?)"},
		{"a client's day", linesOfDay, "(client=? AND day=? AND rowid>?)"},
		{"payments with a code", originsCoded, "(code=? AND origin>? AND origin<?)"},
		{"a client's payments with a code", originsCodedOf, "(client=? AND code=? AND origin>? AND origin<?)"},
		{"payments in a file", transactionsOfFile, "(file=? AND (batch,trace)>(?,?))"},
		{"what waits", waitingRows, "(client=? AND odfi=? AND answers=? AND due=? AND rowid>?)"},
		{"what a rule holds", heldByRule + oldestHeld, "(rule=? AND rowid>?)"},
		{"what is held of a client", heldOfOwner + oldestHeld, "(client=? AND rowid>?)"},
		{"what is held since a while", heldSince + longestHeld, "(held_at>? AND held_at<?)"},
		{"what is unmatched since a while", unmatchedSince, "(queued_at>? AND queued_at<?)"},
		{"what is undecided since a while", decisionsSince, "(received_at>? AND received_at<?)"},
		{"what is asked back since a while", requestsSince, "(asked_at>? AND asked_at<?)"},
		{"files of a settlement day", settledFiles, "(day=? AND (odfi,file)>(?,?))"},
		{"a client's files", filesOfClient, "(client=? AND rowid<?)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var plan []string
			w.must(v.read(w.ctx, func(s snapshot) error {
				return s.query("EXPLAIN QUERY PLAN "+tt.sql, nil, func(row []value) error {
					plan = append(plan, row[3].(string))
					return nil
				})
			}))
			if !strings.HasSuffix(plan[0], tt.seek) {
				t.Errorf("begins with %s; want a seek by %s", plan[0], tt.seek)
			}
		})
	}
}

// A status that few transactions have is not searched for row by row among
// all the others.
func TestARareStatusIsNotSearchedForRowByRow(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.originate("gym")
	v := w.caughtUp(Options{})
	for _, status := range []string{Pending, Released, Transmitted, Recalled, Rejected, Returned} {
		for _, client := range []string{"", "gym"} {
			_, _, err := v.Transactions(w.ctx, TransactionFilter{Status: status, Client: client})
			w.must(err)
		}
	}
	asked := map[string]bool{}
	for range 2 * maxReaders { // the lists were answered by one connection after the other
		w.must(v.read(w.ctx, func(s snapshot) error {
			for _, sql := range s.c.Statements() {
				asked[sql] = true
			}
			return nil
		}))
	}
	for _, every := range []string{transactionsOfAll, transactionsOfDay} {
		if asked[every] {
			t.Errorf("asked %s", every)
		}
	}
	if !asked[unsentOfOne] {
		t.Error("this test sees no statements")
	}
}
