package http

import "slices"

// routes binds paths to verbs, one function for each surface.
func (s *Server) routes() {
	s.operationRoutes()
	s.oauthRoutes()
	s.connectRoutes()
	s.answerRoutes()
	s.nativeRoutes()
	s.opsRoutes()
	s.bankRoutes()
	if s.Sandbox != nil {
		s.simulationRoutes()
	}
	s.vaultRoutes()
	s.relationshipRoutes()
	s.proRoutes()
}

// Routes lists every route by method and path, as in "GET /v1/files/:id".
func (s *Server) Routes() (list []string) {
	for _, r := range s.echo.Routes() {
		list = append(list, r.Method+" "+r.Path)
	}
	slices.Sort(list)
	return list
}
