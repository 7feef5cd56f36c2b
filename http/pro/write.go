package pro

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

func noContent(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
