// Package cluster runs a whole installation of several nodes on one machine,
// for trying it and for tests: a PostgreSQL primary and a synchronous standby,
// three NATS servers, three nodes and a proxy that knows which are ready.
//
// Each part is a process of its own that may be killed or stopped at any time.
// What an operating system's supervisor and a failover manager do elsewhere is
// done here: a part that ended is started again, and the standby takes over when
// the primary does not answer.
package cluster
