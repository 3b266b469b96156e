package sheet

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"danyuan/fault"
)

// Refusals of a file for what it is.
var (
	ErrNotATable = fault.New(fault.Invalid, "sheet.not_a_table", "这不是能识别的表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
	ErrOldExcel  = fault.New(fault.Invalid, "sheet.old_excel", "这是旧版 Excel 文件（.xls），请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
	ErrEncrypted = fault.New(fault.Invalid, "sheet.encrypted", "文件设有密码，请取消密码后再上传。")
	ErrBroken    = fault.New(fault.Invalid, "sheet.broken", "文件已损坏或不完整，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
)

// open tells the type of a file by its first bytes; names and media types lie.
func open(ctx context.Context, r io.ReaderAt, size int64, limits Limits) (source, error) {
	head := make([]byte, min(size, 512))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("sheet: read: %w", err)
	}
	switch text := bytes.TrimSpace(bytes.TrimPrefix(head, utf8BOM)); {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return openWorkbook(ctx, r, size, limits)
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return nil, refuseOLE(ctx, io.NewSectionReader(r, 0, size))
	case bytes.HasPrefix(text, []byte("<")):
		return nil, ErrNotATable.Saying("这是网页格式的表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
	}
	return openText(ctx, r, size)
}

// refuseOLE says which refusal fits an OLE container: an encrypted workbook, an old one, or no table.
func refuseOLE(ctx context.Context, r io.Reader) error {
	const overlap = 64
	marks := []struct {
		name    []byte
		refusal *fault.Fault
	}{
		{utf16le("EncryptedPackage"), ErrEncrypted},
		{utf16le("Workbook\x00"), ErrOldExcel},
		{utf16le("Book\x00"), ErrOldExcel},
	}
	buf, kept := make([]byte, 64<<10), 0
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(r, buf[kept:])
		for _, m := range marks {
			if bytes.Contains(buf[:kept+n], m.name) {
				return m.refusal
			}
		}
		if err != nil {
			return ErrNotATable
		}
		kept = copy(buf, buf[len(buf)-overlap:])
	}
}

func utf16le(ascii string) []byte {
	var b []byte
	for _, c := range []byte(ascii) {
		b = append(b, c, 0)
	}
	return b
}

// meter lets left bytes through and answers over to more; it ends with ctx.
type meter struct {
	ctx  context.Context
	r    io.Reader
	left *int64
	over error
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if *m.left -= int64(n); *m.left < 0 {
		return 0, m.over
	}
	return n, err
}
