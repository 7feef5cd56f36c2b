// Package domain decides what happens to a payment. It is pure: a command
// looks at an aggregate and answers with events or a refusal; an aggregate
// evolves by events; time, ids and sealed account numbers arrive as arguments.
//
// # Words
//
// Terms of ACH keep their meaning: entry, batch, addenda, trace number, ODFI
// (the originating bank, here always one of ours), RDFI (the receiving bank),
// effective entry date, settlement date, return, notification of change,
// dishonored return, prenote. The words that are ours:
//
//	client      the tenant; everything belongs to one. "_ledger" is the ledger itself.
//	transaction a payment with all that happened to it, in one stream of the log.
//	item        one thing that happened to a transaction: its origination, or an
//	            answer. The API calls it an event; in the code an event is a fact
//	            in the log.
//	answer      an item that replies to another: return, correction, dishonor,
//	            contest, refused correction, reversal, retry. Package answers
//	            holds the rules.
//	operator    the ACH operator, the Federal Reserve. People who run the ledger
//	            are operations.
//	filed       said of an item: the log says which file it leaves in, in which
//	            batch, under which trace number.
//	cut         to decide in the log what a file holds and to close it; also that
//	            moment. Nothing about a file is decided afterwards, save its dates.
//	window      a time of day in New York at which what waits is cut.
//	release     to take an item out of a file that was not processed.
//	hold        to keep an item out of files until a person approves or rejects it.
//	unmatched   an inbound entry that waits for a person; its money is accounted for.
//	name        a stored way to say a bank account: vault token, recipient's
//	            account, relationship. It points to one BankAccount.
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
// What an API shows beside these follows from the file: a filed item is
// Released once its file is cut, Transmitted once it is delivered. An item
// that came from the bank is InHand from the start.
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
// until delivery begins; from then on the file may have left. One that cannot be
// completed, because its client was stopped or numbers ran out, is given up
// instead of cut.
package domain
