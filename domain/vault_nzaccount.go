package domain

import (
	"fmt"
	"slices"
	"strconv"
)

// nzAlgorithm is a way New Zealand banks compute the check digit of an
// account: weights for bank (2), branch (4), base (8) and suffix (4), and the
// modulus. Where folded, the digits of each product are added up, twice.
// Source: Inland Revenue, bank account number validation.
type nzAlgorithm struct {
	weights [18]int
	modulus int
	folded  bool
}

var (
	nzA = nzAlgorithm{[18]int{0, 0, 6, 3, 7, 9, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0}, 11, false}
	nzB = nzAlgorithm{[18]int{0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0}, 11, false}
	nzD = nzAlgorithm{[18]int{0, 0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0}, 11, false}
	nzE = nzAlgorithm{[18]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 0, 1}, 11, true}
	nzF = nzAlgorithm{[18]int{0, 0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1, 0, 0, 0, 0}, 10, false}
	nzG = nzAlgorithm{[18]int{0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 0, 3, 7, 1}, 10, true}
	nzX = nzAlgorithm{[18]int{}, 1, false}
)

// nzBanks are the branches of each bank and how it checks its accounts; nil
// is A for bases below 00990000 and B above.
var nzBanks = map[string]struct {
	branches  [][2]int
	algorithm *nzAlgorithm
}{
	"01": {[][2]int{{1, 999}, {1100, 1199}, {1800, 1899}}, nil},
	"02": {[][2]int{{1, 999}, {1200, 1299}}, nil},
	"03": {[][2]int{{1, 999}, {1300, 1399}, {1500, 1599}, {1700, 1799}, {1900, 1999}}, nil},
	"06": {[][2]int{{1, 999}, {1400, 1499}}, nil},
	"08": {[][2]int{{6500, 6599}}, &nzD},
	"09": {[][2]int{{0, 0}}, &nzE},
	"11": {[][2]int{{5000, 6499}, {6600, 8999}}, nil},
	"12": {[][2]int{{3000, 3299}, {3400, 3499}, {3600, 3699}}, nil},
	"13": {[][2]int{{4900, 4999}}, nil},
	"14": {[][2]int{{4700, 4799}}, nil},
	"15": {[][2]int{{3900, 3999}}, nil},
	"16": {[][2]int{{4400, 4499}}, nil},
	"17": {[][2]int{{3300, 3399}}, nil},
	"18": {[][2]int{{3500, 3599}}, nil},
	"19": {[][2]int{{4600, 4649}}, nil},
	"20": {[][2]int{{4100, 4199}}, nil},
	"21": {[][2]int{{4800, 4899}}, nil},
	"22": {[][2]int{{4000, 4049}}, nil},
	"23": {[][2]int{{3700, 3799}}, nil},
	"24": {[][2]int{{4300, 4349}}, nil},
	"25": {[][2]int{{2500, 2599}}, &nzF},
	"26": {[][2]int{{2600, 2699}}, &nzG},
	"27": {[][2]int{{3800, 3849}}, nil},
	"28": {[][2]int{{2100, 2149}}, &nzG},
	"29": {[][2]int{{2150, 2299}}, &nzG},
	"30": {[][2]int{{2900, 2949}}, nil},
	"31": {[][2]int{{2800, 2849}}, &nzX},
	"33": {[][2]int{{6700, 6799}}, &nzF},
	"35": {[][2]int{{2400, 2499}}, nil},
	"38": {[][2]int{{9000, 9499}}, nil},
}

// CheckNZAccount reports why a number is not an account of a New Zealand
// bank: bank 2, branch 4, base 7 and suffix 2 or 3 digits, written together,
// with the check digit of its bank.
func CheckNZAccount(number string) error {
	if len(number) != 15 && len(number) != 16 {
		return fmt.Errorf("a New Zealand account has 15 or 16 digits: bank 2, branch 4, base 7, suffix 2 or 3")
	}
	for _, r := range number {
		if r < '0' || r > '9' {
			return fmt.Errorf("a New Zealand account is digits only")
		}
	}
	bank, ok := nzBanks[number[:2]]
	if !ok {
		return fmt.Errorf("%s is not a New Zealand bank", number[:2])
	}
	branch, _ := strconv.Atoi(number[2:6]) // digits
	if !slices.ContainsFunc(bank.branches, func(b [2]int) bool { return b[0] <= branch && branch <= b[1] }) {
		return fmt.Errorf("branch %s does not belong to bank %s", number[2:6], number[:2])
	}
	base, suffix := "0"+number[6:13], number[13:]
	for len(suffix) < 4 {
		suffix = "0" + suffix
	}
	algorithm := bank.algorithm
	switch {
	case algorithm != nil:
	case base < "00990000":
		algorithm = &nzA
	default:
		algorithm = &nzB
	}
	if algorithm.sum(number[:6]+base+suffix)%algorithm.modulus != 0 {
		return fmt.Errorf("the check digit of the New Zealand account is wrong")
	}
	return nil
}

func (a nzAlgorithm) sum(digits string) int {
	sum := 0
	for i, w := range a.weights {
		product := int(digits[i]-'0') * w
		if a.folded {
			product = product/10 + product%10
			product = product/10 + product%10
		}
		sum += product
	}
	return sum
}
