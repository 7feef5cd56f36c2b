package http

// routes binds paths to verbs, one function for each surface.
func (s *Server) routes() {
	s.operationRoutes()
	s.oauthRoutes()
	s.connectRoutes()
	s.answerRoutes()
	s.nativeRoutes()
	s.opsRoutes()
	s.bankRoutes()
	s.vaultRoutes()
	s.relationshipRoutes()
	s.proRoutes()
}
