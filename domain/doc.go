// Package domain decides what happens to a payment. It is pure: a command
// examines an aggregate and returns events or a refusal; an aggregate evolves
// by events; time, ids and sealed account numbers are arguments.
//
// # Words
//
// Terms of ACH keep their meaning: entry, batch, addenda, trace number, ODFI
// (the originating bank, here always one of ours), RDFI (the receiving bank),
// effective entry date, settlement date, return, notification of change,
// dishonored return, prenote. The words that are ours:
//
//	client      the tenant; everything belongs to one. "_ledger" is the ledger itself.
//	transaction a payment with everything that happened to it, in one stream of the
//	            log.
//	item        one thing that happened to a transaction: its origination, or an
//	            answer. The API calls it an event; in the code an event is a fact
//	            in the log.
//	answer      an item that responds to another: return, correction, dishonor,
//	            contest, refused correction, reversal, retry. Package answers
//	            holds the rules.
//	operator    the ACH operator, the Federal Reserve. People who run the ledger
//	            are operations.
//	filed       said of an item: the log says which file it leaves in, in which
//	            batch, under which trace number.
//	cut         to decide in the log what a file contains and to close it; also that
//	            moment. Afterwards only the dates of a file may be decided again.
//	window      a time of day in New York at which waiting items are cut.
//	release     to take an item out of a file that was not processed.
//	hold        to keep an item out of files until a person approves or rejects it.
//	unmatched   said of an inbound entry that waits for a person; its money is
//	            accounted for.
//	name        a stored reference to a BankAccount: vault token, recipient's
//	            account, relationship.
//	view        a table made from the log, in package projections.
//
// # The life of an item that leaves
//
//	           hold             approve
//	Pending ─────────► Held ─────────────► Pending
//	   │  │              │
//	   │  ├─ recall ─────┼──────► Recalled
//	   │  └─ reject ─────┴──────► Rejected
//	   ▼
//	 Filed ──────────── release ──────────► Pending
//
// The other statuses of an API follow from the file: a filed item is Released
// once its file is cut, Transmitted once it is delivered. An item from the bank
// is InHand from the start.
//
// # The life of a file
//
//	opened ─► filled … filled ─► cut ─► rendered ─► delivering ─► delivered ─► acknowledged
//	                              ▲  │       │            │                 └► refused
//	                              │  │       │            ▼
//	                    redated ──┘  └───────┴►released   delivery_unknown ─► confirmed or sent again
//
// A file is opened for one client and one ODFI and filled in several appends.
// Its bytes are a pure function of its events and its items', so rendering and
// everything after it may be repeated. Dates may be decided again (redated)
// until delivery begins; from then on the file may have left. A file that cannot
// be completed, because its client was suspended or numbers ran out, is given up
// instead of cut.
package domain
