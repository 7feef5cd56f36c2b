// Package relationships advances bank links: from QUEUED through their
// verification to APPROVED or REJECTED, and from CANCEL_REQUESTED to CANCELED.
package relationships
