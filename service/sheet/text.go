package sheet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

var utf8BOM = []byte("\xEF\xBB\xBF")

// recordBytes bounds one record; an unclosed quote would else take the rest of the file for one cell.
const recordBytes = 1 << 20

// textSource reads comma- or tab-separated text.
type textSource struct {
	csv   *csv.Reader
	left  int64
	line  int // of the last record, as Excel counts
	extra int // line breaks inside cells so far: Excel counts rows, the reader lines
}

var errRecord = errors.New("record too long")

func openText(ctx context.Context, r io.ReaderAt, size int64) (source, error) {
	decoded, err := recogniseText(ctx, r, size)
	if err != nil {
		return nil, err
	}
	sample := make([]byte, 64<<10)
	n, err := io.ReadFull(decoded(), sample)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	s := &textSource{left: recordBytes}
	s.csv = csv.NewReader(&meter{ctx: ctx, r: decoded(), left: &s.left, over: errRecord})
	s.csv.Comma = separator(string(sample[:n]))
	s.csv.FieldsPerRecord = -1
	s.csv.ReuseRecord = true
	return s, nil
}

func (s *textSource) next(int) (int, []string, error) {
	cells, err := s.csv.Read()
	if err != nil {
		return 0, nil, s.refusal(err)
	}
	s.left = recordBytes
	start, _ := s.csv.FieldPos(0)
	s.line = start - s.extra
	for _, cell := range cells {
		s.extra += strings.Count(cell, "\n")
	}
	return s.line, cells, nil
}

func (s *textSource) merged() []area { return nil }

func (s *textSource) close() {}

func (s *textSource) refusal(err error) error {
	var parse *csv.ParseError
	switch {
	case s.left < 0:
		return ErrBroken.Because(err).Saying(fmt.Sprintf("第 %d 行太长，可能是引号没有成对。请检查，或用 Excel 另存为 .xlsx 再上传。", s.line+1))
	case errors.As(err, &parse):
		return ErrBroken.Because(err).Saying(fmt.Sprintf("第 %d 行的引号没有成对。请删去多余的引号，或用 Excel 另存为 .xlsx 再上传。", parse.StartLine-s.extra))
	}
	return err
}

// recogniseText tells UTF-8 from GB18030 by reading the text once to its end: no row is given of a
// file that turns out unreadable later. It gives a way to read the text, decoded, from its beginning.
func recogniseText(ctx context.Context, r io.ReaderAt, size int64) (func() io.Reader, error) {
	bom := make([]byte, min(size, int64(len(utf8BOM))))
	if _, err := r.ReadAt(bom, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("sheet: read: %w", err)
	}
	skip := int64(0)
	if bytes.Equal(bom, utf8BOM) {
		skip = int64(len(utf8BOM))
	}
	plain := func() io.Reader { return io.NewSectionReader(r, skip, size-skip) }
	_, err := io.Copy(io.Discard, transform.NewReader(&proseOnly{ctx, plain()}, encoding.UTF8Validator))
	if err == nil {
		return plain, nil
	}
	if !errors.Is(err, encoding.ErrInvalidUTF8) {
		return nil, err
	}
	if skip > 0 {
		return nil, ErrBroken
	}
	chinese := func() io.Reader { return transform.NewReader(plain(), simplifiedchinese.GB18030.NewDecoder()) }
	for text := bufio.NewReader(transform.NewReader(&proseOnly{ctx, plain()}, simplifiedchinese.GB18030.NewDecoder())); ; {
		switch char, _, err := text.ReadRune(); {
		case errors.Is(err, io.EOF):
			return chinese, nil
		case err != nil:
			return nil, err
		case char == utf8.RuneError:
			return nil, ErrNotATable
		}
	}
}

// proseOnly refuses bytes that no text holds.
type proseOnly struct {
	ctx context.Context
	r   io.Reader
}

func (p *proseOnly) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	if bytes.IndexByte(b[:n], 0) >= 0 {
		return 0, ErrNotATable
	}
	return n, err
}

// separator is the one that the first lines hold more of.
func separator(sample string) rune {
	commas, tabs, lines := 0, 0, 0
	for line := range strings.Lines(sample) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		commas += strings.Count(line, ",")
		tabs += strings.Count(line, "\t")
		if lines++; lines == headerSearch {
			break
		}
	}
	if tabs > commas {
		return '\t'
	}
	return ','
}
