package workers

import (
	"crypto/sha256"
	"os"
	"testing"
)

// Who finds a file under its final name records it as delivered, so the name must be
// durable. In /proc no name can be made so.
func TestWhatIsFoundUnderItsFinalNameIsDurable(t *testing.T) {
	const folder, name = "/proc/self", "cmdline"
	content, err := os.ReadFile(folder + "/" + name)
	must(t, err)
	sum := sha256.Sum256(content)
	if found, err := Outbox(folder).Find(t.Context(), ".staged", name, sum[:]); err == nil {
		t.Errorf("it is %s, and a power cut may take its name", found)
	}
}
