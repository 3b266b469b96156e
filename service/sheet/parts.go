package sheet

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"danyuan/fault"
)

// ErrZipBomb refuses an Excel file that inflates beyond the limit or has too many entries.
var ErrZipBomb = fault.New(fault.TooLarge, "sheet.zip_bomb", "表格展开后太大，请只留下要导入的那张工作表，或拆成几个文件分别上传。")

const (
	zipEntries     = 4096    // a workbook has some dozens
	directoryBytes = 1 << 20 // what may be read to list them
)

// parts is the zip archive that a workbook is: its files by lower-case path.
type parts struct {
	ctx   context.Context
	files map[string]*zip.File
	left  int64 // bytes that may yet be inflated, over all parts
}

func openParts(ctx context.Context, r io.ReaderAt, size int64, unzipped int64) (*parts, error) {
	budget := &readBudget{ReaderAt: r, left: directoryBytes}
	archive, err := zip.NewReader(budget, size)
	if budget.left < 0 || err == nil && len(archive.File) > zipEntries {
		return nil, ErrZipBomb
	}
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	budget.lifted = true
	p := &parts{ctx: ctx, files: make(map[string]*zip.File), left: unzipped}
	declared, most := uint64(0), uint64(max(unzipped, 0))
	for _, f := range archive.File {
		if f.UncompressedSize64 > most {
			return nil, ErrZipBomb
		}
		if declared += f.UncompressedSize64; declared > most {
			return nil, ErrZipBomb
		}
		if f.Flags&1 != 0 {
			return nil, ErrEncrypted
		}
		p.files[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	return p, nil
}

// readBudget bounds what listing the archive reads: each entry costs several times its bytes.
type readBudget struct {
	io.ReaderAt
	left   int64
	lifted bool
}

func (b *readBudget) ReadAt(p []byte, at int64) (int, error) {
	if !b.lifted {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, ErrZipBomb
		}
	}
	return b.ReaderAt.ReadAt(p, at)
}

func (p *parts) has(name string) bool { return p.files[strings.ToLower(name)] != nil }

// part opens one part; the caller closes it.
func (p *parts) part(name string) (*elements, error) {
	f := p.files[strings.ToLower(name)]
	if f == nil {
		return nil, ErrBroken.Because(fmt.Errorf("no part %q", name))
	}
	content, err := f.Open()
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	return newElements(content, &meter{ctx: p.ctx, left: &p.left, over: ErrZipBomb}), nil
}

// each calls begin at each element of a part, with the name of its parent.
func (p *parts) each(name string, begin func(parent string, e xml.StartElement) error) error {
	el, err := p.part(name)
	if err != nil {
		return err
	}
	defer el.close()
	var open []string
	for {
		token, err := el.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			parent := ""
			if len(open) > 0 {
				parent = open[len(open)-1]
			}
			if err := begin(parent, t); err != nil {
				return err
			}
			open = append(open, t.Name.Local)
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

type relation struct{ id, kind, target string }

// relations lists what a part refers to, "" standing for the whole file; none when it says nothing.
func (p *parts) relations(of string) (list []relation, err error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	if !p.has(name) {
		return nil, nil
	}
	err = p.each(name, func(_ string, e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		target := strings.ReplaceAll(attr(e, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", dir, target)
		}
		list = append(list, relation{attr(e, "Id"), path.Base(attr(e, "Type")), strings.TrimPrefix(path.Clean(target), "/")})
		return nil
	})
	return list, err
}

// broken turns what the decoder or the archive says into the refusal; faults and the end of ctx stay.
func broken(err error) error {
	if fault.Of(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return ErrBroken.Because(err)
}
