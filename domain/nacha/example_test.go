package nacha_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

func ExampleDescriber_Describe() {
	var d nacha.Describer
	fmt.Println(d.Describe("62712104288277000001         0000001025MBR-00001      TEST PERSON 01          0231380100000001"))
	// Output:
	// Entry
	//    2-3   transaction code                     27 (debit checking)
	//    4-12  routing number                       121042882
	//   13-29  account number                       *****0001
	//   30-39  amount, cents                        0000001025 ($10.25)
	//   40-54  individual identification            MBR-00001
	//   55-76  individual name                      TEST PERSON 01
	//   79-79  addenda record indicator             0
	//   80-94  trace number                         231380100000001
}

func ExampleCheck() {
	file, err := os.Open("testdata/vectors/31-bad-entry-hash.ach")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	report, err := nacha.Check(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("file may be trusted:", report.OK())
	for _, batch := range report.Batches {
		fmt.Println("batch", batch.Ordinal, "may be applied:", batch.OK())
		for _, p := range batch.Problems {
			fmt.Printf("  line %d: %s %s\n", p.Line, p.Field, p.Message)
		}
	}
	// Output:
	// file may be trusted: true
	// batch 1 may be applied: false
	//   line 5: entry hash says 0046276021, the entries make 46276020
}

func ExampleRender() {
	file := nacha.File{
		Header: nacha.FileHeader{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: "231380104", ImmediateOriginName: "LANTERN SAVINGS BANK",
			CreatedOn: "261120", CreatedAt: "1405", Modifier: "A",
		},
		Batches: []nacha.Batch{{
			Header: nacha.BatchHeader{
				ServiceClass: nacha.DebitClass, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD",
				Description: "DUES NOV", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: "23138010", Number: 1,
			},
			Entries: []nacha.Entry{{
				Code: 27, Routing: "121042882", Account: "77000001", AmountCents: 1025,
				IndividualID: "MBR-00001", Name: "TEST PERSON 01", Trace: "231380100000001",
			}},
		}},
	}
	data, err := nacha.Render(file, "\n")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, line := range strings.Split(string(data), "\n")[:5] {
		fmt.Println(strings.TrimRight(line, " "))
	}
	c := nacha.NewComparison(file.Header)
	c.Batch(file.Batches[0].Header)
	c.Entry(file.Batches[0].Entries[0])
	c.Write(data)
	fmt.Println(c.Close())
	// Output:
	// 101 061000146 2313801042611201405A094101FEDERAL RESERVE BANK   LANTERN SAVINGS BANK
	// 5225HARBOR GYM                          1840000017PPDDUES NOV        261123   1231380100000001
	// 62712104288277000001         0000001025MBR-00001      TEST PERSON 01          0231380100000001
	// 822500000100121042880000000010250000000000001840000017                         231380100000001
	// 9000001000001000000010012104288000000001025000000000000
	// <nil>
}
