package main

import (
	"fmt"

	"github.com/achledger/achledger/cmd/internal/cluster"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// instruct prints commands to try with the cluster.
func instruct(c *cluster.Cluster, harbor folder.Credential) {
	fmt.Printf("The API is at %s, a proxy before three nodes. Another payment:\n\n", c.Base)
	fmt.Printf("  curl -u %s:%s -H 'Content-Type: application/json' -d '%s' %s/api/transaction\n\n", harbor.Key, harbor.Secret, onePayment, c.Base)
	fmt.Printf("Files appear in %s. Kill any part, or stop it with -STOP and wake it with -CONT:\n\n", c.Outbox)
	for _, n := range c.Nodes {
		fmt.Printf("  kill -9 %-8d # node %s, %s; it is started again after a second\n", n.PID(), n.Name, n.Base())
	}
	for _, b := range c.Brokers {
		fmt.Printf("  kill -9 %-8d # NATS server %s; the other two go on\n", b.PID(), b.Name)
	}
	fmt.Printf("  kill -9 %-8d # the primary database; its standby takes over within seconds\n", c.Databases.Primary().PID())
	fmt.Printf("  kill -9 %-8d # the standby; payments wait until there is one again\n\n", c.Databases.Standby().PID())
	fmt.Printf("Who leads, and how far each node is: curl %s/readyz\n", c.Nodes[0].Admin)
	fmt.Println("Ctrl-C ends every part and removes all of it.")
}
