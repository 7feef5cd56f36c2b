package fed

import (
	"regexp"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// Script decides what the receiving bank does with a forward entry of ours.
type Script func(h nacha.BatchHeader, e nacha.Entry) Plan

// Plan is what happens to an entry after it settled. With the zero Plan nothing
// does.
type Plan struct {
	Return  string // code; empty: not returned
	Late    bool   // after its time frame
	Twice   bool   // and again on the next day
	Change  string // code of a notification of change
	Contest string // code with which a dishonor of the return is contested
}

var (
	planReturn  = regexp.MustCompile(`\bR(0[1-9]|[1-4][0-9]|5[0-3]|8[0-5])\b`)
	planContest = regexp.MustCompile(`\bR7[1-7]\b`)
	planChange  = regexp.MustCompile(`\bC(0[1-9]|1[34])\b`)
)

// Scripted reads the plan from the receiver's name and identification: a
// return code returns the entry, LATE and TWICE say how, a change code
// corrects it, and R71 to R77 contest a dishonor of the return.
func Scripted(_ nacha.BatchHeader, e nacha.Entry) Plan {
	text := strings.ToUpper(e.Name + " " + e.IndividualID)
	if e.IAT != nil {
		text = strings.ToUpper(e.IAT.Receiver.Name + " " + e.IAT.ReceiverID)
	}
	return Plan{
		Return: planReturn.FindString(text), Contest: planContest.FindString(text), Change: planChange.FindString(text),
		Late: strings.Contains(text, "LATE"), Twice: strings.Contains(text, "TWICE"),
	}
}
