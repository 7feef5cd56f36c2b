// Package conn speaks to one SQLite database without database/sql: on the
// accept path its pooling and conversions cost as much as the insert itself.
package conn
