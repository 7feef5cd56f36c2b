package text_test

import (
	"fmt"

	"github.com/achledger/achledger/domain/text"
)

func ExampleToASCII() {
	name, changed, err := text.ToASCII("José Núñez")
	fmt.Println(name, changed, err)
	// Output:
	// Jose Nunez true <nil>
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
