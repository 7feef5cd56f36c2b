package http_test

import (
	"context"
	"testing"

	"github.com/achledger/achledger/http/api"
)

// slowFiles is a server whose leader, another node, does not answer in time.
type slowFiles struct{ noFiles }

func (slowFiles) Upload(context.Context, string, []byte, api.FileRequest) (api.Uploaded, bool, error) {
	return api.Uploaded{}, false, &api.StillAtWork{FileID: "0198e000-0000-7000-8000-000000000001"}
}

func TestAnUploadThatIsNotCutInTimeIsAnsweredWithItsPlace(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Files = slowFiles{} })
	client := w.client("business", settings())
	answer := client.call("POST", "/v1/nacha", "1", with{"Content-Type", "text/plain"}).is(202)
	if at := answer.header.Get("Location"); at != "/v1/files/0198e000-0000-7000-8000-000000000001" {
		t.Errorf("it is at %q", at)
	}
}
