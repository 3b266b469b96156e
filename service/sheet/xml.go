package sheet

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// What one part of a workbook may make us hold at once. Excel's longest cell is some 200 KB as XML.
const (
	tokenBytes = 1 << 20
	xmlDepth   = 100
)

var errXML = errors.New("sheet: token too long, elements nested too deep or unbalanced")

// elements reads the XML of one part token by token. Raw tokens keep no stack, so that hostile nesting
// costs nothing; what remains to be checked of the form is checked here: a part that breaks off fails.
type elements struct {
	dec   *xml.Decoder
	in    *tokenReader
	depth int
	begun bool
}

func newElements(part io.ReadCloser, m *meter) *elements {
	m.r = part
	in := &tokenReader{buf: bufio.NewReaderSize(m, 32<<10), Closer: part}
	return &elements{dec: xml.NewDecoder(in), in: in}
}

func (e *elements) close() { _ = e.in.Close() }

// next gives the next token, which holds until the following call; io.EOF after the root's end.
func (e *elements) next() (xml.Token, error) {
	e.in.n = 0
	token, err := e.dec.RawToken()
	if errors.Is(err, io.EOF) && (e.depth != 0 || !e.begun) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch token.(type) {
	case xml.StartElement:
		e.depth++
		e.begun = true
	case xml.EndElement:
		e.depth--
	}
	if e.depth < 0 || e.depth > xmlDepth {
		return nil, errXML
	}
	return token, nil
}

// collect appends the text of the element just begun and reads past its end. In rich text only <t>
// counts, and not the pronunciation given in <rPh>.
func (e *elements) collect(text *strings.Builder, rich bool) error {
	outside, hint, take := e.depth-1, 0, !rich
	for {
		token, err := e.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			if take && hint == 0 {
				text.Write(t)
			}
		case xml.StartElement:
			take = take || t.Name.Local == "t"
			if t.Name.Local == "rPh" && hint == 0 {
				hint = e.depth
			}
		case xml.EndElement:
			if e.depth == outside {
				return nil
			}
			take = take && !(rich && t.Name.Local == "t")
			if e.depth < hint {
				hint = 0
			}
		}
	}
}

// tokenReader lets tokenBytes through a token; n is set to 0 when a new one begins.
type tokenReader struct {
	buf *bufio.Reader
	n   int
	io.Closer
}

func (r *tokenReader) Read([]byte) (int, error) { return 0, errXML } // the decoder takes bytes singly

func (r *tokenReader) ReadByte() (byte, error) {
	if r.n++; r.n > tokenBytes {
		return 0, errXML
	}
	return r.buf.ReadByte()
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
