package codes_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

var (
	today     = calendar.NewDate(2026, 11, 20)
	sanctions = calendar.NewDate(2028, 3, 17) // R90 comes into force
)

// The columns of the rule book: code, who, whose accounts, time frame, may it
// be presented again. A row here and a row of the table are written twice on
// purpose.
const rulebook = `
R01 RDFI         both         2-banking-days                       twice-in-180-days
R02 RDFI         both         2-banking-days                       after-fixing
R03 RDFI         both         2-banking-days                       after-fixing
R04 RDFI         both         2-banking-days                       after-fixing
R05 RDFI         consumer     60-days                              with-new-authorization
R06 RDFI         both         by-agreement                         after-fixing
R07 RDFI         consumer     60-days                              with-new-authorization
R08 RDFI         both         2-banking-days                       with-new-authorization
R09 RDFI         both         2-banking-days                       twice-in-180-days
R10 RDFI         both         60-days                              with-new-authorization
R11 RDFI         consumer     60-days                              after-fixing
R12 RDFI         both         2-banking-days                       after-fixing
R13 operator     both         next-file                            after-fixing
R14 RDFI         both         2-banking-days                       no
R15 RDFI         consumer     2-banking-days                       no
R16 RDFI,gateway both         2-banking-days                       no
R17 RDFI         both         2-banking-days                       after-fixing
R18 operator     both         next-file                            after-fixing
R19 operator     both         next-file                            after-fixing
R20 RDFI         both         2-banking-days                       no
R21 RDFI         non-consumer 2-banking-days                       after-fixing
R22 RDFI         both         2-banking-days                       after-fixing
R23 RDFI         both         2-banking-days-after-refusal-notice  with-new-authorization
R24 RDFI         both         2-banking-days                       no
R25 operator     both         next-file                            after-fixing
R26 operator     both         next-file                            after-fixing
R27 operator     both         next-file                            after-fixing
R28 operator     both         next-file                            after-fixing
R29 RDFI         non-consumer 2-banking-days                       with-new-authorization
R30 operator     both         next-file                            no
R31 RDFI         non-consumer by-agreement                         with-new-authorization
R32 operator     both         next-file                            after-fixing
R33 RDFI         both         60-days                              no
R34 operator     both         next-file                            after-fixing
R35 operator     both         next-file                            no
R36 operator     both         next-file                            no
R37 RDFI         both         60-days                              no
R38 RDFI         both         60-days                              no
R39 RDFI         both         2-banking-days                       no
R40 agency       both         by-agreement                         after-fixing
R41 agency       both         by-agreement                         after-fixing
R42 agency       both         by-agreement                         after-fixing
R43 agency       both         by-agreement                         after-fixing
R44 agency       both         by-agreement                         after-fixing
R45 agency       both         by-agreement                         after-fixing
R46 agency       both         by-agreement                         after-fixing
R47 agency       both         by-agreement                         after-fixing
R50 RDFI         consumer     2-banking-days                       no
R51 RDFI         consumer     60-days                              no
R52 RDFI         consumer     60-days                              no
R53 RDFI         consumer     60-days                              no
R61 ODFI         both         5-banking-days-after-return          no
R62 ODFI         both         5-banking-days-after-return          no
R67 ODFI         both         5-banking-days-after-return          no
R68 ODFI         both         5-banking-days-after-return          no
R69 ODFI         both         5-banking-days-after-return          no
R70 ODFI         both         5-banking-days-after-return          no
R71 RDFI         both         2-banking-days-after-dishonor        no
R72 RDFI         both         2-banking-days-after-dishonor        no
R73 RDFI         both         2-banking-days-after-dishonor        no
R74 RDFI         both         2-banking-days-after-dishonor        no
R75 RDFI         both         2-banking-days-after-dishonor        no
R76 RDFI         both         2-banking-days-after-dishonor        no
R77 RDFI         both         2-banking-days-after-dishonor        no
R80 gateway      both         2-banking-days                       after-fixing
R81 gateway      both         2-banking-days                       no
R82 gateway      both         2-banking-days                       after-fixing
R83 gateway      both         2-banking-days                       no
R84 gateway      both         2-banking-days                       no
R85 RDFI,gateway both         2-banking-days                       after-fixing
`

func TestReturnCodesAgreeWithTheRuleBook(t *testing.T) {
	rows := strings.Split(strings.TrimSpace(rulebook), "\n")
	list := codes.Returns(today)
	if len(list) != len(rows) {
		t.Errorf("%d codes, want %d", len(list), len(rows))
	}
	for i, c := range list[:min(len(list), len(rows))] {
		var by []string
		for _, party := range c.By {
			by = append(by, string(party))
		}
		got := fmt.Sprintln(c.Code, strings.Join(by, ","), c.Accounts, c.TimeFrame, c.Again)
		if want := strings.Join(strings.Fields(rows[i]), " ") + "\n"; got != want {
			t.Errorf("got %swant %s", got, want)
		}
	}
}

func TestNoGatewayUsesR16AfterTheSanctionsCodeIsInForce(t *testing.T) {
	for on, gateway := range map[calendar.Date]bool{sanctions.Add(-1): true, sanctions: false} {
		c, _ := codes.Return("R16", on)
		if got := slices.Contains(c.By, codes.Gateway); got != gateway || !slices.Contains(c.By, codes.RDFI) {
			t.Errorf("on %s R16 is used by %v", on, c.By)
		}
	}
}

func TestEveryCodeExplainsItself(t *testing.T) {
	for _, on := range []calendar.Date{today, sanctions} {
		for _, c := range codes.Returns(on) {
			explains(t, c.Code, c.Title, c.Meaning, c.WhatToDo, c.TimeFrame, c.Step)
			if len(c.SECs) > 0 && len(c.NotSECs) > 0 || c.Entries == "" || c.Again == "" || len(c.By) == 0 {
				t.Errorf("%s is incomplete: %+v", c.Code, c)
			}
		}
		for _, c := range codes.Changes(on) {
			explains(t, c.Code, c.Title, c.Meaning, c.WhatToDo, c.TimeFrame, c.Step)
			if len(c.By) == 0 {
				t.Errorf("%s is used by nobody", c.Code)
			}
		}
	}
}

func explains(t *testing.T, code, title, meaning, whatToDo string, frame codes.TimeFrame, step codes.Step) {
	t.Helper()
	if title == "" || strings.HasSuffix(title, ".") || step == "" {
		t.Errorf("%s: title %q, step %q", code, title, step)
	}
	for _, sentence := range []string{meaning, whatToDo} {
		if !strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: %q is no sentence", code, sentence)
		}
	}
	if frame.Words() == "" {
		t.Errorf("%s: time frame %q has no words", code, frame)
	}
}

func TestCodesComeAndGo(t *testing.T) {
	for _, tt := range []struct {
		story, code string
		on          calendar.Date
		title       string
		valid       bool
	}{
		{"R90 is known but not yet usable", "R90", sanctions.Add(-1), "Returned for sanctions compliance obligations", false},
		{"R90 from its day", "R90", sanctions, "Returned for sanctions compliance obligations", true},
		{"R16 still speaks of OFAC", "R16", sanctions.Add(-1), "Account frozen or entry returned per OFAC instruction", true},
		{"R16 no longer does", "R16", sanctions, "Account frozen", true},
		{"R62 before its day", "R62", calendar.NewDate(2015, 3, 19), "Return of erroneous or reversing debit", false},
		{"R62 today", "R62", today, "Return of erroneous or reversing debit", true},
		{"R63 does not exist", "R63", today, "", false},
		{"lower case is another word", "r01", today, "", false},
	} {
		t.Run(tt.story, func(t *testing.T) {
			c, ok := codes.Return(tt.code, tt.on)
			if ok != tt.valid || c.Title != tt.title {
				t.Errorf("got %q, %t", c.Title, ok)
			}
			listed := slices.ContainsFunc(codes.Returns(tt.on), func(c codes.ReturnCode) bool { return c.Code == tt.code })
			if listed != tt.valid {
				t.Errorf("listed %t", listed)
			}
		})
	}
}

func TestChangeCodes(t *testing.T) {
	var list []string
	for _, c := range codes.Changes(today) {
		list = append(list, c.Code)
	}
	const want = "C01 C02 C03 C05 C06 C07 C08 C09 C13 C14 C61 C62 C63 C64 C65 C66 C67 C68 C69"
	if got := strings.Join(list, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if c, ok := codes.Change("C04", today); ok || c.Title == "" {
		t.Errorf("C04 was withdrawn but can be explained: %q, %t", c.Title, ok)
	}
	if _, ok := codes.Change("C04", calendar.NewDate(2015, 3, 19)); !ok {
		t.Error("C04 was used until 2015-03-19")
	}
	if c, ok := codes.Change("C10", today); ok || c.Code != "" {
		t.Errorf("C10 is unknown: %+v", c)
	}
	if c, _ := codes.Change("C61", today); c.Step != codes.Refused || c.By[0] != codes.ODFI || c.TimeFrame != codes.FifteenAfterNotice {
		t.Errorf("C61 is a refusal: %+v", c)
	}
	if c, _ := codes.Change("C61", today); !slices.Contains(c.NotSECs, "IAT") {
		t.Error("there is no refusal of an international correction")
	}
	if c, _ := codes.Change("C14", today); c.Step != codes.Changed || c.By[0] != codes.Gateway {
		t.Errorf("C14 comes from a gateway: %+v", c)
	}
}

func TestWhatCountsForWhichReturnRate(t *testing.T) {
	classes := map[codes.Class][]string{}
	for _, c := range codes.Returns(today) {
		classes[c.Class] = append(classes[c.Class], c.Code)
	}
	if got := fmt.Sprint(classes[codes.Unauthorized]); got != "[R05 R07 R10 R11 R29 R51]" {
		t.Errorf("unauthorized: %s", got)
	}
	if got := fmt.Sprint(classes[codes.Administrative]); got != "[R02 R03 R04]" {
		t.Errorf("administrative: %s", got)
	}
}

func TestWhatACodeAsksFor(t *testing.T) {
	want := map[string]func(codes.ReturnCode) bool{
		"[R14 R15]":                     func(c codes.ReturnCode) bool { return c.DateOfDeath },
		"[R17 R69]":                     func(c codes.ReturnCode) bool { return c.NeedsInformation },
		"[R05 R07 R10 R11 R37 R51 R53]": func(c codes.ReturnCode) bool { return c.NeedsStatement },
		"[R01 R09]":                     func(c codes.ReturnCode) bool { return c.Again == codes.Twice },
		"[R23 R36]":                     func(c codes.ReturnCode) bool { return c.Entries == codes.Credits },
		"[R70 R73 R74 R75 R76 R77]":     func(c codes.ReturnCode) bool { return len(c.Answers) > 0 },
		"[R61 R62 R67 R68 R69 R70]":     func(c codes.ReturnCode) bool { return c.Step == codes.Dishonored },
		"[R71 R72 R73 R74 R75 R76 R77]": func(c codes.ReturnCode) bool { return c.Step == codes.Contested },
		"[R61 R62 R67 R68 R69 R70 R71 R72 R73 R74 R75 R76 R77 R85]": func(c codes.ReturnCode) bool { return slices.Contains(c.NotSECs, "IAT") },
		"[R80 R81 R82 R83 R84]":             func(c codes.ReturnCode) bool { return slices.Equal(c.SECs, []string{"IAT"}) },
		"[R40 R41 R42 R43 R44 R45 R46 R47]": func(c codes.ReturnCode) bool { return slices.Contains(c.SECs, "ENR") },
	}
	for list, asks := range want {
		var got []string
		for _, c := range codes.Returns(today) {
			if asks(c) {
				got = append(got, c.Code)
			}
		}
		if fmt.Sprint(got) != list {
			t.Errorf("got %v, want %s", got, list)
		}
	}
}

func TestATimeFrameEndsOnABankingDay(t *testing.T) {
	monday := calendar.NewDate(2026, 11, 16)
	for frame, sendOn := range map[codes.TimeFrame]string{
		codes.TwoBankingDays:     "2026-11-17",
		codes.AfterRefusal:       "2026-11-17",
		codes.SixtyDays:          "2027-01-15",
		codes.FiveAfterReturn:    "2026-11-23",
		codes.TwoAfterDishonor:   "2026-11-18",
		codes.TwoAfterEntry:      "2026-11-18",
		codes.FifteenAfterNotice: "2026-12-01",
		codes.NextFile:           "",
		codes.ByAgreement:        "",
		codes.NotYetSet:          "",
	} {
		limit, ok := frame.Limit(monday)
		if limit.SendOn.String() != sendOn || ok != (sendOn != "") {
			t.Errorf("%s from %s ends on %s, %t; want %q", frame, monday, limit.SendOn, ok, sendOn)
		}
	}
}

func TestACodeInJSON(t *testing.T) {
	c, _ := codes.Return("R90", sanctions)
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"code":"R90"`, `"by":["RDFI","gateway"]`, `"valid_from":"2028-03-17"`, `"time_frame":"not-set"`} {
		if !strings.Contains(string(written), part) {
			t.Errorf("%s is missing in %s", part, written)
		}
	}
	if strings.Contains(string(written), "valid_until") {
		t.Errorf("a code without an end has none: %s", written)
	}
}
