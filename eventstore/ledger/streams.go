package ledger

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Stream is a stream of the log that is read as an aggregate.
type Stream[T any] struct {
	Name   string
	Client string // the client that owns the stream, if it has no events yet

	empty   T // before the first event
	evolve  func(*T, domain.Fact)
	missing error // see Existing
	// completes adds what other streams contribute to the aggregate.
	completes func(ctx context.Context, l *Ledger, a *T) error
	// beside returns the changes of other streams that follow from new events.
	beside func(ctx context.Context, l *Ledger, a T, events []domain.Event) ([]Change, error)
	// known is where the aggregate is cached; nil: nowhere.
	known func(*Known) *knownStreams[T]
	// through is how Execute writes; nil: Ledger.Write.
	through func(ctx context.Context, changes ...Change) error
}

// aggregate is anything that evolves by facts.
type aggregate[T any] interface {
	*T
	Evolve(domain.Fact)
}

func streamOf[T any, A aggregate[T]](name, client string) Stream[T] {
	return Stream[T]{Name: name, Client: client, evolve: func(a *T, f domain.Fact) { A(a).Evolve(f) }}
}

// Existing is the stream for a command that requires it to exist: one without
// events is refused as not found, under the given name.
func (s Stream[T]) Existing(format string, name ...any) Stream[T] {
	s.missing = domain.Refuse(domain.NotFound, "there is no "+format, name...)
	return s
}

// Through makes Execute write with a function of its caller.
func (s Stream[T]) Through(write func(ctx context.Context, changes ...Change) error) Stream[T] {
	s.through = write
	return s
}

func (s Stream[T]) write(ctx context.Context, l *Ledger, changes []Change) error {
	if s.through != nil {
		return s.through(ctx, changes...)
	}
	_, err := l.Write(ctx, changes...)
	return err
}

// standing is the present state of an aggregate.
type standing[T any] struct {
	aggregate T
	version   int64
	newest    [16]byte // id of the newest event
	client    string
}

func (s Stream[T]) read(ctx context.Context, l *Ledger) (standing[T], error) {
	read := s.readAll
	if s.known != nil && l.Known != nil {
		read = func(ctx context.Context, l *Ledger) (standing[T], error) { return s.known(l.Known).read(ctx, l, s) }
	}
	now, err := read(ctx, l)
	if err == nil && now.version > 0 && s.completes != nil {
		err = s.completes(ctx, l, &now.aggregate)
	}
	return now, err
}

// readAll reads the stream from its beginning.
func (s Stream[T]) readAll(ctx context.Context, l *Ledger) (standing[T], error) {
	events, err := l.Store.ReadStream(ctx, s.Name, 0)
	if err != nil {
		return standing[T]{aggregate: s.empty}, fmt.Errorf("read stream %s: %w", s.Name, err)
	}
	if len(events) == 0 {
		return standing[T]{aggregate: s.empty, client: s.Client}, s.missing
	}
	newest := events[len(events)-1]
	a, err := s.fold(events)
	return standing[T]{a, newest.Version, newest.EventID, events[0].Client}, err
}

func (s Stream[T]) fold(events []eventstore.Recorded) (T, error) {
	a := s.empty
	err := fold(events, func(f domain.Fact) { s.evolve(&a, f) })
	return a, err
}

// Load reads the aggregate of a stream; without events it is in its initial
// state.
func Load[T any](ctx context.Context, l *Ledger, at Stream[T]) (T, error) {
	now, err := at.read(ctx, l)
	return now.aggregate, err
}

// TransactionStream is a client's transaction. Events about a notification of
// change are written to the bank account's stream as well.
func TransactionStream(client, id string) Stream[domain.Transaction] {
	s := streamOf[domain.Transaction](domain.TransactionStream(client, id), client)
	s.empty.Client = client
	s.beside = func(ctx context.Context, l *Ledger, t domain.Transaction, events []domain.Event) ([]Change, error) {
		return l.ofAccount(ctx, t, events)
	}
	return s
}

// FileStream is a file; client may be empty for one that was opened.
func FileStream(client, id string) Stream[domain.File] {
	return streamOf[domain.File](domain.FileStream(id), client)
}

// HolderStream is a client's holder of bank links.
func HolderStream(client, id string) Stream[domain.Holder] {
	s := streamOf[domain.Holder](domain.HolderStream(client, id), client)
	s.known = func(k *Known) *knownStreams[domain.Holder] { return &k.holders }
	s.empty.Client, s.empty.ID = client, id
	return s
}

// VerifiedHolderStream is HolderStream in which the relationships whose account
// its bank refused are rejected. An entry that verifies such an account came
// back, and the worker has not yet written that to the holder's stream.
func VerifiedHolderStream(client, id string) Stream[domain.Holder] {
	s := HolderStream(client, id)
	s.completes = func(ctx context.Context, l *Ledger, h *domain.Holder) error { return l.rejectRefused(ctx, *h) }
	return s
}

// AccountStream is a client's bank account, by its fingerprint.
func AccountStream(client, id string) Stream[domain.BankAccount] {
	return streamOf[domain.BankAccount](domain.AccountStream(client, id), client)
}

// ClientStream is a client's settings.
func ClientStream(id string) Stream[domain.Client] {
	return streamOf[domain.Client](domain.ClientStream(id), id)
}

// BankStream is the settings of one of our ODFIs, by its routing number.
func BankStream(routing string) Stream[domain.Bank] {
	return streamOf[domain.Bank](domain.BankStream(routing), domain.LedgerClient)
}

// InboundStream is a file from the bank.
func InboundStream(id string) Stream[domain.Inbound] {
	return streamOf[domain.Inbound](domain.InboundStream(id), domain.LedgerClient)
}

// UnmatchedStream is an entry that waits for a person.
func UnmatchedStream(entry string) Stream[domain.Unmatched] {
	return streamOf[domain.Unmatched](domain.UnmatchedStream(entry), domain.LedgerClient)
}

// TraceStream is an ODFI's trace numbers.
func TraceStream(odfi8 string) Stream[domain.Traces] {
	return streamOf[domain.Traces](domain.TraceStream(odfi8), domain.LedgerClient)
}

// OriginStream is an immediate origin's file id modifiers.
func OriginStream(immediateOrigin string) Stream[domain.Modifiers] {
	return streamOf[domain.Modifiers](domain.OriginStream(immediateOrigin), domain.LedgerClient)
}

// CredentialStream is a credential of a client, by its key. The hash of its
// secret stays sealed: see Credential.
func CredentialStream(client, key string) Stream[domain.Credential] {
	return streamOf[domain.Credential](domain.CredentialStream(key), client)
}

// TokenStream is a client's vault token.
func TokenStream(client, id string) Stream[domain.VaultToken] {
	s := streamOf[domain.VaultToken](domain.TokenStream(client, id), client)
	s.known = func(k *Known) *knownStreams[domain.VaultToken] { return &k.tokens }
	return s
}

// CustomerStream is a client's customer, by the name from CustomerKey.
func CustomerStream(client, name string) Stream[domain.Customer] {
	return streamOf[domain.Customer](domain.CustomerStream(client, name), client)
}

// RecipientStream is a client's recipient of ACH Pro.
func RecipientStream(client, id string) Stream[domain.Recipient] {
	return streamOf[domain.Recipient](domain.RecipientStream(client, id), client)
}

// ProfileStream is a client's ACH Pro profile.
func ProfileStream(client string) Stream[domain.Profile] {
	return streamOf[domain.Profile](domain.ProfileStream(client), client)
}

// ProfileFileStream is a client's ACH Pro file.
func ProfileFileStream(client, id string) Stream[domain.ProfileFile] {
	return streamOf[domain.ProfileFile](domain.ProfileFileStream(client, id), client)
}

// OperatorsStream has the people who run the ledger.
func OperatorsStream() Stream[domain.Operators] {
	return streamOf[domain.Operators](domain.OperatorsStream, domain.LedgerClient)
}

// PolicyStream says which actions need two people.
func PolicyStream() Stream[domain.Policy] {
	return streamOf[domain.Policy](domain.PolicyStream, domain.LedgerClient)
}

// ApprovalStream is a request for another person's approval.
func ApprovalStream(id string) Stream[domain.Approval] {
	return streamOf[domain.Approval](domain.ApprovalStream(id), domain.LedgerClient)
}

// ExistingApproval is the stream of a request that must be in the log.
func ExistingApproval(id string) Stream[domain.Approval] {
	return ApprovalStream(id).Existing("request for approval %.80q", id)
}

// Approval reads a request that needs two people. It is refused as not found if
// there is none.
func (l *Ledger) Approval(ctx context.Context, id string) (domain.Approval, error) {
	return Load(ctx, l, ExistingApproval(id))
}
