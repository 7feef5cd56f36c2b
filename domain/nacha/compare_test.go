package nacha

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// compare compares bytes with a file, announced record by record.
func compare(data []byte, want File) error {
	c := NewComparison(want.Header)
	announce(c, want)
	_, _ = c.Write(data)
	return c.Close()
}

func announce(c *Comparison, file File) {
	for _, b := range file.Batches {
		c.Batch(b.Header)
		for _, e := range b.Entries {
			c.Entry(e)
		}
	}
}

// Whatever single thing was decided otherwise, down to the last field of the
// last addenda, a Comparison says so.
func TestEveryFieldOfTheModelIsCompared(t *testing.T) {
	for _, name := range goldenNames() {
		want, data := goldens()[name], golden(t, name)
		if err := compare(data, want); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		alter(reflect.ValueOf(&want).Elem(), name, func(path string) {
			if err := compare(data, want); err == nil {
				t.Errorf("%s differs and nobody noticed", path)
			}
		})
	}
}

// No text of any record takes a letter of two bytes, or a hundred letters:
// moov-io/ach would write the one and cut the other.
func TestNoFieldTakesWhatDoesNotFit(t *testing.T) {
	for _, name := range goldenNames() {
		file := goldens()[name]
		for _, text := range []string{"Ä", strings.Repeat("X", 100), "A\nB"} {
			eachString(reflect.ValueOf(&file).Elem(), name, func(path string, s reflect.Value) {
				old := s.String()
				s.SetString(text)
				if _, err := Render(file, "\n"); err == nil {
					t.Errorf("%s took %q", path, text)
				}
				s.SetString(old)
			})
		}
	}
}

// eachString visits every string below v.
func eachString(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		visit(path, v)
	case reflect.Struct:
		for i := range v.NumField() {
			eachString(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			eachString(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachString(v.Index(i), path, visit)
		}
	}
}

// alter changes every leaf below v in turn, calls check, and changes it back.
func alter(v reflect.Value, path string, check func(path string)) {
	set := func(what string, other reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.Set(other)
		check(path + what)
		v.Set(old)
	}
	switch v.Kind() {
	case reflect.String:
		set("", reflect.ValueOf(v.String()+"?").Convert(v.Type()))
	case reflect.Int, reflect.Int64:
		set("", reflect.ValueOf(v.Int()+1).Convert(v.Type()))
	case reflect.Struct:
		for i := range v.NumField() {
			alter(v.Field(i), path+"."+v.Type().Field(i).Name, check)
		}
	case reflect.Pointer:
		if v.IsNil() {
			set(" made up", reflect.New(v.Type().Elem()))
			return
		}
		set(" left out", reflect.Zero(v.Type()))
		alter(v.Elem(), path, check)
	case reflect.Slice:
		set(" with one more", reflect.Append(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()+1), v), reflect.Zero(v.Type().Elem())))
		if n := v.Len(); n > 0 {
			set(" with one less", v.Slice(0, n-1))
			alter(v.Index(n-1), path+"[last]", check)
		}
	}
}

// A Comparison reads along while a file is written, whatever pieces it comes in.
func TestAFileIsComparedInPieces(t *testing.T) {
	for _, name := range goldenNames() {
		file, data := goldens()[name], golden(t, name)
		for _, size := range []int{1, 7, 95, 1000} {
			c := NewComparison(file.Header)
			announce(c, file)
			for piece := range slices.Chunk(data, size) {
				_, _ = c.Write(piece)
			}
			if err := c.Close(); err != nil {
				t.Errorf("%s in pieces of %d: %v", name, size, err)
			}
		}
	}
}

// Of a large file no more is kept than what the writer holds back.
func TestAComparisonKeepsOnlyWhatWasNotReadBack(t *testing.T) {
	file := manyEntries(10_000)
	c := NewComparison(file.Header)
	w, err := NewWriter(c, file.Header, "\n")
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, b := range file.Batches {
		c.Batch(b.Header)
		if err := w.Begin(b.Header); err != nil {
			t.Fatal(err)
		}
		for i := range b.Entries {
			c.Entry(b.Entries[i])
			if err := w.Entry(&b.Entries[i]); err != nil {
				t.Fatal(err)
			}
			kept = max(kept, len(c.entries))
		}
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if kept > 1000 {
		t.Errorf("%d entries were kept", kept)
	}
}

// What is announced and does not come is an error, and so is a file that breaks
// off.
func TestWhatWasAnnouncedMustCome(t *testing.T) {
	file, data := goldens()["ppd"], golden(t, "ppd")
	more := file
	more.Batches = append(slices.Clone(file.Batches), file.Batches[0])
	none := NewComparison(file.Header)
	for name, err := range map[string]error{
		"a batch more": compare(data, more),
		"broken off":   compare(data[:3*95], file),
		"nothing":      none.Close(),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The error says where to look and shows nothing of what stands there.
func TestTheErrorNamesLineAndFieldOnly(t *testing.T) {
	want := goldens()["ppd"]
	want.Batches[0].Entries[3].Account = "99999999"
	err := compare(golden(t, "ppd"), want)
	if err == nil || err.Error() != "line 6: account number is not what was decided" {
		t.Errorf("got %v", err)
	}
	bad := edit(t, golden(t, "ppd"), "0000001025", "000000102A")
	if err := compare(bad, goldens()["ppd"]); err == nil || !regexp.MustCompile(`line [36]\b`).MatchString(err.Error()) {
		t.Errorf("got %v", err)
	}
}

// A file that says what it should is refused nevertheless for anything wrong
// with it, and for not being written as we write.
func TestCompareTakesNoProblemOfAnyScope(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"of the file":    {edit(t, golden(t, "ccd"), "9000001000001", "9000001000002"), "block-count"},
		"of the batch":   {edit(t, golden(t, "ccd"), "8220000003", "8220000004"), "entry-count"},
		"of an entry":    {edit(t, golden(t, "ccd"), "00010000102", "00020000102"), "addenda"},
		"no padding":     {golden(t, "ccd")[:95*7], "rendering"},
		"ten nines more": {append(golden(t, "ccd"), []byte(strings.Repeat(nines+"\n", 10))...), "rendering"},
	} {
		err := compare(tt.data, goldens()["ccd"])
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
