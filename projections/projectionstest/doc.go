// Package projectionstest opens views for tests.
package projectionstest
