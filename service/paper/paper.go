// Package paper draws what people take away on paper: the certificate of a volunteer's service, and a
// document of titled lists, as a PDF with its fonts in it. Its one job is the drawing: it must not know where what it draws comes from, who
// may have it, or what time it is. The same certificate gives the same bytes.
package paper

import (
	"bytes"
	"time"
)

// Certificate is what one certificate says. Every text is as it is to be read; times are wall times.
type Certificate struct {
	Number   string // 编号
	Code     string // 验证码
	Holder   string
	IDNumber string // masked; "" where none is known
	From, To time.Time
	Issuer   string
	IssuedAt time.Time
	Services int
	Minutes  int64
	Lines    []Line
	Site     string // the page where the number and the code are verified; "" where there is none
}

// Scan is what the QR code says. What stands behind the # of an address is sent to no server.
func (c Certificate) Scan() string {
	if c.Site == "" {
		return "志愿服务记录证明 编号" + c.Number + " 验证码" + c.Code
	}
	return c.Site + "#" + c.Number + "." + c.Code
}

// Line is one record of service.
type Line struct {
	Start, End time.Time
	Content    string
	Place      string
	Minutes    int64
	Organiser  string
	Evaluation string
}

// Write draws the certificate.
func (c Certificate) Write() ([]byte, error) {
	s, err := newSheet(c)
	if err != nil {
		return nil, err
	}
	s.opening()
	s.table()
	s.closing()
	s.missingGlyphs()
	s.footers()
	var out bytes.Buffer
	err = s.pdf.Output(&out)
	return out.Bytes(), err
}
