package node

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// newman runs Postman collections; .ci/node installs it.
func newman(t *testing.T) string {
	t.Helper()
	program := filepath.Join("..", "..", "..", ".ci", "npm", "node_modules", ".bin", "newman")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("no newman: run bash .ci/node (%v)", err)
	}
	return program
}

// All requests of the collection are made in order. Every answer must have a status
// that the OpenAPI document has for it.
func TestThePostmanCollectionRunsGreenAgainstASandbox(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	run := exec.CommandContext(t.Context(), newman(t), "run", filepath.Join("..", "..", "..", "deploy", "postman", "achledger.json"),
		"--env-var", "base="+r.Base, "--env-var", "ops_key="+r.ops.Key, "--env-var", "ops_secret="+r.ops.Secret,
		"--timeout-request", "60000", "--reporter-cli-no-banner", "--color", "off", "--disable-unicode")
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
