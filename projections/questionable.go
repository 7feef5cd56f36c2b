package projections

import "context"

// questionableReturns are those that codes.SuspectedFraud selects; the index
// contains only these.
const questionableReturns = `SELECT client, count(*) FROM items@ INDEXED BY items_questionable@
	WHERE kind = 'Return' AND code = 'R17' AND substr(information, 1, 12) = 'QUESTIONABLE' GROUP BY client`

// QuestionableReturns counts by client the returns in which a bank says that
// it suspects fraud.
func (v *Views) QuestionableReturns(ctx context.Context) (counts map[string]int64, err error) {
	counts = map[string]int64{}
	err = v.each(ctx, questionableReturns, nil, func(row []value) { counts[row[0].(string)] = row[1].(int64) })
	return counts, err
}
