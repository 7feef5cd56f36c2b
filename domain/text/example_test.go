package text_test

import (
	"fmt"

	"github.com/achledger/achledger/domain/text"
)

func ExampleFit() {
	name, changed, err := text.Fit("José Núñez", 22)
	fmt.Println(name, changed, err)

	_, _, err = text.Fit("Bartholomew Featherstonehaugh", 22)
	fmt.Println("name", err)
	// Output:
	// Jose Nunez true <nil>
	// name has 29 characters, at most 22 fit
}

func ExampleParseDollars() {
	cents, _ := text.ParseDollars("5000.25")
	fmt.Println(cents, text.FormatDollars(cents))

	_, err := text.ParseDollars("1.005")
	fmt.Println(err)
	// Output:
	// 500025 5000.25
	// an amount has at most two decimals
}
