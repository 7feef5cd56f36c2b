package ops

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

func TestOfAllThatWaitsTheQueueSaysWhatHappensWhereItIsAndWhoActs(t *testing.T) {
	for _, kind := range projections.WaitKinds {
		w := shownWaits(projections.Waits{What: kind}, domain.Policy{FourEyes: true})
		if w.Then == "" || w.List == "" || len(w.Who.Roles) == 0 {
			t.Errorf("of %s it says %+v", kind, w)
		}
		if held := kind == projections.WaitsHeld || kind == projections.WaitsHeldFile; held && !w.Who.TwoPeople {
			t.Errorf("one person releases %s", kind)
		}
	}
}
