package api

import (
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Preferred returns which of some media types the caller wants most, by the weights
// of the Accept header (RFC 9110, 12.5.1); of equals the one that is named first. It
// returns "" if the header names none of them: a wildcard names nothing.
func Preferred(r *http.Request, offered ...string) string {
	wanted, best := "", 0.0
	for _, named := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, params, _ := mime.ParseMediaType(strings.TrimSpace(named))
		weight, err := strconv.ParseFloat(params["q"], 64)
		if err != nil {
			weight = 1
		}
		if weight > best && slices.Contains(offered, media) {
			wanted, best = media, weight
		}
	}
	return wanted
}
