package ledger_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/testseed"
)

// Events are written with encoding/json and read with a faster package. Both
// must understand the same by what stands in the log: every event, with
// something in every field, or in some.
func TestEveryEventIsReadAsEncodingJSONWouldReadIt(t *testing.T) {
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	for kind := range domain.Types() {
		for range 50 {
			event, err := domain.New(kind)
			must(t, err)
			fill(random, reflect.ValueOf(event).Elem(), 0)
			data, err := json.Marshal(event)
			must(t, err)
			want, err := domain.New(kind)
			must(t, err)
			must(t, json.Unmarshal(data, want))

			got, err := ledger.Fact(eventstore.Recorded{Type: kind, Data: data, Meta: json.RawMessage(
				`{"at":"2026-11-24T14:40:12.123456Z","request_id":"r\u00e9 \"1\"","actor":"key"}`)})
			must(t, err)
			if !reflect.DeepEqual(got.Event, want) {
				t.Fatalf("%s: %s\nis read as  %+v\nand not as %+v", kind, data, got.Event, want)
			}
			at := time.Date(2026, 11, 24, 14, 40, 12, 123456000, time.UTC)
			if (got.Meta != domain.Meta{At: at, RequestID: "ré \"1\"", Actor: "key"}) {
				t.Fatalf("meta is read as %+v", got.Meta)
			}
		}
	}
}

func TestAnEventThatIsNoneIsAnErrorThatSaysWhere(t *testing.T) {
	for name, r := range map[string]eventstore.Recorded{
		"an unknown type": {Position: 7, Type: "transaction.imagined", Data: json.RawMessage(`{}`), Meta: json.RawMessage(`{}`)},
		"data cut short":  {Position: 7, Type: "transaction.recalled", Data: json.RawMessage(`{"item_id":"x"`), Meta: json.RawMessage(`{}`)},
		"another shape":   {Position: 7, Type: "transaction.recalled", Data: json.RawMessage(`{"item_id":5}`), Meta: json.RawMessage(`{}`)},
		"meta cut short":  {Position: 7, Type: "transaction.recalled", Data: json.RawMessage(`{}`), Meta: json.RawMessage(`{"at":`)},
		"a huge number":   {Position: 7, Type: "odfi.traces_taken", Data: json.RawMessage(`{"last":99999999999999999999}`), Meta: json.RawMessage(`{}`)},
	} {
		t.Run(name, func(t *testing.T) {
			if f, err := ledger.Fact(r); err == nil {
				t.Errorf("it is read as %+v", f)
			} else if want := "position 7: "; err.Error()[:len(want)] != want {
				t.Errorf("the error does not say where: %v", err)
			}
		})
	}
}

// odd are texts that a decoder may stumble over.
var odd = []string{"", "x", "José <&>", "\"\\/\b\f\n\r\t", "\u2028\U0001f3e6", "0123456789"}

// fill puts random values into all that JSON shows, leaving a part empty.
func fill(random *rand.Rand, v reflect.Value, depth int) {
	if random.IntN(4) == 0 || depth > 6 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(odd[random.IntN(len(odd))])
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.SetInt(random.Int64() >> random.IntN(64) * (1 - 2*int64(random.IntN(2))) >> (64 - v.Type().Bits()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(random, v.Elem(), depth+1)
	case reflect.Slice:
		fillSlice(random, v, depth)
	case reflect.Array:
		for i := range v.Len() {
			fill(random, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range random.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(random, key, depth+1)
			fill(random, value, depth+1)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMicro(random.Int64N(1 << 51)).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(random, v.Field(i), depth+1)
			}
		}
	}
}

func fillSlice(random *rand.Rand, v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[json.RawMessage]() {
		v.SetBytes([]byte(`{"of":["the client",1.5e3,null]}`))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), random.IntN(3), 3))
	for i := range v.Len() {
		if v.Index(i).Kind() == reflect.Uint8 {
			v.Index(i).SetUint(uint64(random.IntN(256)))
			continue
		}
		fill(random, v.Index(i), depth+1)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
