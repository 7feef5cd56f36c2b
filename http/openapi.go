package http

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"

	"github.com/labstack/echo/v4"
	swagger "github.com/swaggo/files/v2"
	"go.yaml.in/yaml/v3"

	"github.com/achledger/achledger/http/api"
)

// The OpenAPI document is written by hand, a file for each surface, and put
// together when it is first needed, which takes longer than the rest of a start:
// paths, tags and components of all files are one document.
//
//go:embed openapi/*.yaml
var openapiFiles embed.FS

// OpenAPI returns the document of every surface, as JSON and as YAML. It is
// merged once per process; callers must not modify the result.
func OpenAPI() (asJSON, asYAML []byte, err error) {
	document, err := encoded()
	return document.asJSON, document.asYAML, err
}

type encodedDocument struct{ asJSON, asYAML []byte }

var encoded = sync.OnceValues(func() (encodedDocument, error) {
	document, err := merged()
	if err != nil {
		return encodedDocument{}, err
	}
	asJSON, err := json.MarshalIndent(document, "", " ")
	if err != nil {
		return encodedDocument{}, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	asYAML, err := yaml.Marshal(document)
	return encodedDocument{asJSON, asYAML}, err
})

// filters are those of the document, which is not kept.
var filters = sync.OnceValues(func() (api.Filters, error) {
	document, err := merged()
	return api.FiltersOf(document), err
})

func merged() (map[string]any, error) {
	names, err := fs.Glob(openapiFiles, "openapi/*.yaml")
	if err != nil {
		return nil, err
	}
	document := map[string]any{}
	for _, name := range names {
		content, err := openapiFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var part map[string]any
		if err := yaml.Unmarshal(content, &part); err != nil {
			return nil, fmt.Errorf("read %s: %w", path.Base(name), err)
		}
		if err := merge(document, part, ""); err != nil {
			return nil, fmt.Errorf("merge %s: %w", path.Base(name), err)
		}
	}
	return document, nil
}

// merge adds part to whole. Lists are concatenated; a value that both have is
// an error.
func merge(whole, part map[string]any, at string) error {
	for key, value := range part {
		before, there := whole[key]
		if !there {
			whole[key] = value
			continue
		}
		switch before := before.(type) {
		case map[string]any:
			more, ok := value.(map[string]any)
			if !ok {
				return fmt.Errorf("%s/%s is not an object", at, key)
			}
			if err := merge(before, more, at+"/"+key); err != nil {
				return err
			}
		case []any:
			more, _ := value.([]any)
			whole[key] = append(before, more...)
		default:
			return fmt.Errorf("%s/%s is there twice", at, key)
		}
	}
	return nil
}

func (s *Server) documentRoutes() {
	s.Filters = filters
	s.Echo.GET("/openapi.json", func(c echo.Context) error {
		asJSON, _, err := OpenAPI()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, asJSON)
	})
	s.Echo.GET("/openapi.yaml", func(c echo.Context) error {
		_, asYAML, err := OpenAPI()
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "application/yaml", asYAML)
	})
	s.Echo.GET("/", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/docs") })
	s.Echo.GET("/docs", func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", api.DocsPolicy)
		return c.HTML(http.StatusOK, docsPage)
	})
	s.Echo.GET("/docs/:file", docsFile)
}

// docsPage shows the document with Swagger UI, whose files are in the binary:
// nothing is loaded from elsewhere.
const docsPage = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>achledger API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const docsStart = `SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0});
`

func docsFile(c echo.Context) error {
	switch name := c.Param("file"); name {
	case "start.js":
		return c.Blob(http.StatusOK, "text/javascript", []byte(docsStart))
	case "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png":
		h := c.Response().Header()
		h.Set("Cache-Control", "public, max-age=86400")
		http.ServeFileFS(c.Response(), c.Request(), swagger.FS, name)
		return nil
	default:
		return api.FromStatus(http.StatusNotFound)
	}
}
