package nacha

import (
	"bytes"
	"testing"
)

// What was read can be written again, byte for byte, and compares equal.
func TestSoundVectorsSurviveReadingAndRendering(t *testing.T) {
	for _, number := range []string{"01", "02", "04", "05", "06", "07", "09", "20"} {
		t.Run(number, func(t *testing.T) {
			data := vector(t, number)
			all := readAll(t, data)
			if codes := all.codes(); len(codes) > 0 || !all.Complete {
				t.Fatalf("problems %v, complete %v", codes, all.Complete)
			}
			ending := "\n"
			if bytes.Contains(data, []byte("\r\n")) {
				ending = "\r\n"
			}
			got, err := Render(all.File, ending)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, data) {
				t.Errorf("rendered\n%s\nwant\n%s", got, data)
			}
			if err := compare(data, all.File); err != nil {
				t.Error(err)
			}
		})
	}
}

// What each vector says, read back.
func TestWhatTheVectorsSay(t *testing.T) {
	returned := readAll(t, vector(t, "02")).Entries[0]
	if r := returned.Entry.Return; returned.Kind != KindReturn || r.Code != "R01" || r.OriginalTrace != "231380100000001" {
		t.Errorf("02: %+v", r)
	}
	want := []Change{
		{Account: "9900112233"}, {Routing: "076401251"}, {Routing: "076401251", Account: "9900112244"}, {Code: 37},
		{Account: "9900 112255-A", Code: 37}, {Routing: "076401251", Account: "9900112266", Code: 37},
	}
	for i, e := range readAll(t, vector(t, "04")).Entries {
		c := e.Entry.Correction
		if got, err := ParseChange(c.Code, c.Data, false); err != nil || got != want[i] {
			t.Errorf("04: %s is %+v, %v", c.Code, got, err)
		}
	}
	credits := readAll(t, vector(t, "05"))
	if a, b := credits.Entries[0].Entry, credits.Entries[1].Entry; a.AmountCents != 151250 || a.Code != 22 || b.AmountCents != 98999 || b.Code != 32 {
		t.Errorf("05: %+v, %+v", a, b)
	}
	if got := readAll(t, vector(t, "06")).Entries[0].Entry.Addenda05[0]; got != `TXP*750000099*0110*261031*T*2500000\` {
		t.Errorf("06: %q", got)
	}
	abroad := readAll(t, vector(t, "07")).Entries[0].Entry
	if a := abroad.IAT; a.Receiver.Name != "ADA EXAMPLE" || a.Originator.Name != "NORTH SENDER" || a.OriginatorBank.Country != "CA" || a.Remittance[0] != "RENT NOVEMBER" {
		t.Errorf("07: %+v", a)
	}
	for _, number := range []string{"20", "21"} {
		if same := readAll(t, vector(t, number)); same.Hash != credits.Hash || same.Key() != credits.Key() {
			t.Errorf("%s is not the same file as 05", number)
		}
	}
	if all := readAll(t, vector(t, "31")); !all.OK() || all.Batches[0].OK() {
		t.Error("31: the batch is out of balance, the file is not")
	}
	if all := readAll(t, vector(t, "37")); all.Complete || len(all.Good()) > 0 {
		t.Error("37 is unfinished and none of it good")
	}
}
