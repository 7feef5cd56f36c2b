package projections

import "testing"

func tempDir(t testing.TB) string { return t.TempDir() }
