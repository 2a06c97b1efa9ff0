package app

import (
	_ "embed"
	"net/http"

	"github.com/labstack/echo/v4"
)

//go:embed page.html
var pageHTML []byte

// isPage tells the routes of the web page from those of the API. The page needs no key and sends from a browser.
func isPage(r *http.Request) bool {
	return r.URL.Path == "/" && r.Method == http.MethodGet || r.URL.Path == "/preview" && r.Method == http.MethodPost
}

// sameOrigin lets the page of this backend use /preview, and no page of another origin.
func sameOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
			}
			return next(c)
		}
	}
}

// page is GET /. Its policy lets it run its own inline script and talk to this origin alone.
func page(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set(echo.HeaderReferrerPolicy, "no-referrer")
	return c.HTMLBlob(http.StatusOK, pageHTML)
}
