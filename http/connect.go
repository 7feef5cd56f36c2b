package http

import (
	"github.com/achledger/achledger/domain"
)

// connectRoutes are ACH Connect.
func (s *Server) connectRoutes() {
	e := s.echo
	e.POST("/api/transaction", s.client(domain.ScopeOriginate, s.originate))
	e.POST("/api/transaction/bulk", s.client(domain.ScopeOriginate, s.bulk))
	e.GET("/api/transaction/event", s.client(domain.ScopeRead, s.listEvents))
	e.GET("/api/transaction/events", s.client(domain.ScopeRead, s.listEvents))
	e.GET("/api/transaction/:id", s.client(domain.ScopeRead, s.getTransaction))
	e.DELETE("/api/transaction/:id/events/:event", s.client(domain.ScopeOriginate, s.recall))
	e.DELETE("/api/transaction/:id/event/:event", s.client(domain.ScopeOriginate, s.recall))
	s.sizes["/api/transaction/bulk"] = noLimit
}
