package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

//go:embed static
var static embed.FS

// asset is a static file that pages load. Its URL contains its hash, so a
// browser may cache it forever: a release with other content uses another URL.
type asset struct {
	path, mediaType string
	content         []byte
}

var assets = map[string]asset{
	"css":  loadAsset("console.css", "text/css; charset=utf-8"),
	"js":   loadAsset("console.js", "text/javascript; charset=utf-8"),
	"icon": loadAsset("icon.svg", "image/svg+xml"),
}

func loadAsset(name, mediaType string) asset {
	content, err := fs.ReadFile(static, "static/"+name)
	if err != nil {
		panic(err) // embedded, so the build itself is broken
	}
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	hashed := name[:len(name)-len(ext)] + "-" + hex.EncodeToString(sum[:6]) + ext
	return asset{Path + "/static/" + hashed, mediaType, content}
}

// assetRoutes serves static files without a session: the sign-in page needs
// them, and they reveal nothing about the ledger.
func (s *surface) assetRoutes() {
	for _, a := range assets {
		s.Echo.GET(a.path, func(c echo.Context) error {
			h := c.Response().Header()
			secure(h)
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
			return c.Blob(http.StatusOK, a.mediaType, a.content)
		})
	}
}
