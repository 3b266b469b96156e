package fake

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"rsc.io/qr"
)

var sceneForm = regexp.MustCompile(`^[0-9A-Za-z!#$&'()*+,/:;=?@._~-]*$`)

// wxacode is getUnlimitedQRCode. The picture is an ordinary QR code, so that any scanner reads the link
// that the mini-program code would open: "pages/unit/index?scene=ABC".
func (s *Server) wxacode(_ *http.Request, body []byte) answer {
	q := struct {
		Scene string `json:"scene"`
		Page  string `json:"page"`
		Check bool   `json:"check_path"`
		Width int    `json:"width"`
	}{Check: true, Width: 430}
	switch {
	case json.Unmarshal(body, &q) != nil || q.Scene == "" || len([]rune(q.Scene)) > 32:
		return refusal{40169, "invalid length for scene, or the data is not json string"}
	case !sceneForm.MatchString(q.Scene):
		return refusal{40129, "invalid scene"}
	case strings.HasPrefix(q.Page, "/") || strings.Contains(q.Page, "?") || q.Check && !slices.Contains(s.opts.Pages, q.Page):
		return refusal{41030, "invalid page"}
	}
	b, err := draw(q.Page+"?scene="+q.Scene, min(max(q.Width, 280), 1280))
	if err != nil {
		return refusal{-1, "system error"}
	}
	return picture(b)
}

// draw makes a JPEG of about width pixels with a quiet zone of four modules.
func draw(text string, width int) ([]byte, error) {
	const quiet = 4
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	modules := c.Size + 2*quiet
	scale := max(width/modules, 2)
	img := image.NewGray(image.Rect(0, 0, modules*scale, modules*scale))
	for y := range modules * scale {
		for x := range modules * scale {
			if !c.Black(x/scale-quiet, y/scale-quiet) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var b bytes.Buffer
	err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}
