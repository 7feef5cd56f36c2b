package domain_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/testseed"
)

// dice draws values as callers send them: most are in order, and of the others
// most lie at an edge of what a field holds.
type dice struct {
	*rand.Rand
	odds int // one value in so many is an edge
}

// rolls is how often a test draws, from the environment where more is wanted
// than every day, and the seed it draws with.
func rolls(t *testing.T, everyday int) (n int, d dice) {
	t.Helper()
	if text := os.Getenv("ACHLEDGER_ROLLS"); text != "" {
		var err error
		if everyday, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d rolls (set ACHLEDGER_ROLLS for more)", everyday)
	return everyday, dice{rand.New(rand.NewPCG(testseed.Of(t, 20261120), 0)), 30}
}

func (d dice) edge() bool { return d.IntN(d.odds) == 0 }

func (d dice) of(values ...string) string { return values[d.IntN(len(values))] }

// text is a value for a field of so many characters.
func (d dice) text(good string, width int) string {
	if !d.edge() {
		return good
	}
	switch d.IntN(12) {
	case 0:
		return ""
	case 1:
		return strings.Repeat(" ", 1+d.IntN(width+1))
	case 2:
		return strings.Repeat("0", 1+d.IntN(width+1))
	case 3:
		return strings.Repeat(" 0", (width+1)/2)
	case 4:
		return d.printable(width + 1)
	case 5:
		return " " + d.printable(width-1)
	case 6:
		return d.printable(max(width-1, 1)) + " "
	case 7:
		return d.of(".", "-", "*", `\`, "&", "'", "  .  ", `*\*`, "~")
	case 8:
		return d.of("\n", "\t", "\r\n", "\x00", "\x7f", "A\x1fB", "A\tB")
	case 9:
		return d.of("ÄÖÜ", "Zoë", "\u00a0", "名前", "\xff\xfe", "é"+d.printable(width-1))
	default:
		return d.printable(1 + d.IntN(width))
	}
}

// printable is so many characters of any printable ASCII.
func (d dice) printable(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(byte(' ' + d.IntN('~'-' '+1)))
	}
	return b.String()
}

// maybe is a value that is often not given.
func (d dice) maybe(good string, width int) string {
	if d.IntN(3) > 0 && !d.edge() {
		return ""
	}
	return d.text(good, width)
}

func (d dice) routing() string {
	if d.edge() {
		return d.of("", "000000000", "231380105", "999999990", "12104288", "0121042882", "12104288A", "231380104", "500000005")
	}
	return d.of("121042882", "231380104", "091400606", "011000015", "076401251")
}

func (d dice) point() string {
	if d.edge() {
		return d.text("061000146", 10)
	}
	return d.of("061000146", "841234567", "1841234567", "0841234567", "GYM000017", "AB12345678", "0000000001", "000000010")
}

func (d dice) cents() int64 {
	switch d.IntN(12) {
	case 0:
		return 0
	case 1:
		return d.Int64N(3) - 1
	case 2:
		return domain.MaxAmountCents + d.Int64N(2)
	default:
		return 1 + d.Int64N(1_000_000)
	}
}

// settings are those of a client.
func (d dice) settings() domain.Settings {
	s := settings()
	s.CompanyName = d.text("HARBOR GYM", 16)
	s.CompanyIdentifications = []string{d.text("1840000017", 10), d.text("GYM 17", 10)}
	s.ODFIs = []string{"231380104", "091400606"}
	s.DefaultDescription = d.text("PAYMENT", 10)
	s.File = domain.FileSettings{
		ImmediateDestination: d.point(), ImmediateDestinationName: d.text("FEDERAL RESERVE BANK", 23),
		ImmediateOrigin: d.point(), ImmediateOriginName: d.text("LANTERN SAVINGS BANK", 23), LineEnding: d.of("LF", "CRLF"),
	}
	return s
}

// proposal is one of the class.
func (d dice) proposal(sec string, s domain.Settings) domain.Proposal {
	p := domain.Proposal{
		SEC: sec, PushPull: domain.PushPull(d.of("push", "pull")), FromRouting: d.of(s.ODFIs...), FromName: d.maybe("FRONT DESK", 16),
		FromID: d.maybe("DESK 4", 15), ToRouting: d.routing(), ToAccountType: d.of(domain.Checking, domain.Savings, domain.GL, domain.Loan),
		ToName: d.text("TEST PERSON 01", 22), ToID: d.maybe("MEMBER 17", 15), Description: d.text("DUES NOV", 10),
		AmountCents: d.cents(), CompanyID: d.of(s.CompanyIdentifications...), DiscretionaryData: d.maybe("LOCKER 4", 20),
		PaymentType: d.of("single", "recurring", "single", ""),
	}
	switch sec {
	case "CTX":
		p.ToName = d.text("TEST SUPPLIER 01", 16)
		for range d.IntN(4) {
			p.Addenda = append(p.Addenda, d.text("RMR*IV*17**10.25\\", 80))
		}
	case "TEL":
		p.PushPull = domain.Pull
	case "IAT":
		p.IAT = d.iat()
	}
	if sec != "CTX" && sec != "IAT" && sec != "TEL" && d.IntN(3) == 0 {
		p.Addenda = []string{d.text("INVOICE 17", 80)}
	}
	if sec == "WEB" && p.PushPull == domain.Push {
		p.FromName = d.text("TEST PERSON 02", 15)
	}
	return p
}

func (d dice) iat() *domain.IAT {
	d.odds *= 3 // it has three times the fields
	i := &domain.IAT{
		From: d.party("HARBOR GYM"), FromBank: d.bank("LANTERN SAVINGS BANK"), To: d.party("TEST PERSON 01"), ToBank: d.bank("BANK OF TOYLAND"),
		ForeignExchange: "FF", ForeignReference: d.maybe("FX 17", 15), TransactionType: d.of("MIS", "SAL", "ANN", "WEB"),
		OriginatingCurrency: "USD", DestinationCurrency: "USD",
	}
	if d.IntN(4) == 0 {
		i.ForeignExchange, i.DestinationCurrency = d.of("FV", "VF"), "CAD"
	}
	if d.IntN(4) == 0 {
		ultimate := d.party("TEST PERSON 03")
		i.Ultimate = &ultimate
	}
	for range max(0, d.IntN(8)-4) {
		i.Correspondents = append(i.Correspondents, d.bank("FIRST BANK BETWEEN"))
	}
	for range max(0, d.IntN(6)-3) {
		i.Remittance = append(i.Remittance, d.text("INVOICE 17", 80))
	}
	return i
}

func (d dice) party(name string) domain.IATParty {
	return domain.IATParty{
		Name: d.text(name, 35), Address: d.text("1 QUAY STREET", 35), City: d.text("PORTSIDE", 33), State: d.maybe("ME", 20),
		PostalCode: d.maybe("04101", 31), Country: d.text("US", 2),
	}
}

func (d dice) bank(name string) domain.IATBank {
	return domain.IATBank{Name: d.text(name, 35), ID: d.text("121042882", 34), Qualifier: d.of("01", "02", "03"), Country: d.text("CA", 2)}
}

func (d dice) account() string { return d.text(fmt.Sprintf("%09d", d.IntN(1_000_000_000)), 17) }
