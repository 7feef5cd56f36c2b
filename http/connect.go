package http

// connectRoutes are ACH Connect.
func (s *Server) connectRoutes() {}
