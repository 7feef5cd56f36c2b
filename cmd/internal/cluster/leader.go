package cluster

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Leader is the node that says it leads, in the newest term that any node knows
// of; nil where none does. A node that is stopped or cut off says nothing.
func (c *Cluster) Leader(ctx context.Context) (leader *Node) {
	term := int64(0)
	for _, n := range c.Nodes {
		if leads, its := n.leads(ctx); leads && its > term {
			leader, term = n, its
		}
	}
	return leader
}

// leads asks a node whether it leads.
func (n *Node) leads(ctx context.Context) (leads bool, term int64) {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, n.Admin+"/readyz", nil)
	if err != nil {
		return false, 0
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, 0
	}
	defer answer.Body.Close()
	var health struct {
		Leads bool  `json:"leads"`
		Term  int64 `json:"term"`
	}
	if json.NewDecoder(answer.Body).Decode(&health) != nil {
		return false, 0
	}
	return health.Leads, health.Term
}
