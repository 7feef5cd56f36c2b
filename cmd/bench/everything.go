package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// limits are too high to hold anything, but are counted for every entry.
const limits = `,"limits":[{"direction":"credit","per":"settlement_date","cents":9000000000000000}]`

// listen receives a webhook's messages about all of the client's payments. It
// runs in this process, so its CPU time counts as the load generator's.
func (p *process) listen() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.receiver = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})}
	go func() { _ = p.receiver.Serve(l) }()
	return p.call(p.client, http.MethodPost, "/v1/webhooks", fmt.Sprintf(`{"url":"http://%s/","types":["*"]}`, l.Addr()), nil)
}
