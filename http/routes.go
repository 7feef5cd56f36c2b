package http

import (
	"slices"

	"github.com/achledger/achledger/http/connect"
	"github.com/achledger/achledger/http/console"
	"github.com/achledger/achledger/http/files"
	"github.com/achledger/achledger/http/links"
	"github.com/achledger/achledger/http/ops"
	"github.com/achledger/achledger/http/pro"
	"github.com/achledger/achledger/http/sandbox"
	"github.com/achledger/achledger/http/vault"
	"github.com/achledger/achledger/http/webhooks"
)

// routes binds the paths of every surface.
func (s *Server) routes() error {
	s.operationRoutes()
	if err := connect.Routes(s.Kit); err != nil {
		return err
	}
	files.Routes(s.Kit)
	links.Routes(s.Kit)
	pro.Routes(s.Kit)
	vault.Routes(s.Kit)
	webhooks.Routes(s.Kit)
	ops.Routes(s.Kit)
	if s.Sandbox != nil {
		sandbox.Routes(s.Kit)
	}
	if s.SignIns != nil {
		console.Routes(s.Kit)
	}
	s.documentRoutes()
	return nil
}

// Routes lists every route by method and path, as in "GET /v1/files/:id".
func (s *Server) Routes() (list []string) {
	for _, r := range s.Echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	slices.Sort(list)
	return list
}
