package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"iter"
	"strconv"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/sheet"
)

// TableFormat is a kind of table to take away.
type TableFormat = sheet.Format

// The formats: Excel for people, CSV for other programs.
const (
	XLSX = sheet.XLSX
	CSV  = sheet.CSV
)

// importLimits bounds a table: 10 MiB, 50,000 rows.
var importLimits = sheet.Limits{Bytes: 10 << 20, Rows: 50_000, CellRunes: 500}

// importTitles are the names of the tables, as templates and notices write them.
var importTitles = map[model.ImportKind]string{model.StructureImport: "网格楼栋", model.RosterImport: "居民名册"}

var importColumns = map[model.ImportKind][]sheet.Column{model.StructureImport: structureColumns, model.RosterImport: rosterColumns}

// errImportKind refuses a kind of table that there is not. The API knows only the two.
var errImportKind = fault.New(fault.Invalid, "import.kind_unknown", "没有这种表格，请选择“网格楼栋”或“居民名册”。")

// ImportTemplate writes the Excel table of a kind, to be filled in.
func (s *Service) ImportTemplate(w io.Writer, kind model.ImportKind) error {
	columns, ok := importColumns[kind]
	if !ok {
		return errImportKind
	}
	return sheet.Template(w, importTitles[kind], columns)
}

// HandIn takes a table for a community, to be imported by a job. It refuses at once what is no readable
// table of the kind, and a second table while one is not over; rows are checked by the job. A dry run
// changes nothing and tells what would have happened.
func (s *Service) HandIn(ctx context.Context, cmd Command, community int64, kind model.ImportKind, dryRun bool, file []byte) (model.Import, error) {
	columns, ok := importColumns[kind]
	if !ok {
		return model.Import{}, errImportKind
	}
	if err := s.replay(ctx, cmd); err != nil {
		return model.Import{}, err
	}
	if err := s.mayImportTo(s.DB.Read(ctx), cmd.By, community); err != nil {
		return model.Import{}, err
	}
	rows := int64(0)
	err := sheet.Read(ctx, bytes.NewReader(file), int64(len(file)), columns, importLimits, func(int, []string) error { rows++; return nil })
	if err != nil {
		return model.Import{}, err
	}
	sum := sha256.Sum256(file)
	return inTx(ctx, s, cmd, func(t *tx) (model.Import, error) {
		if err := s.mayImportTo(t.DB, cmd.By, community); err != nil {
			return model.Import{}, err
		}
		imp := model.Import{
			Kind: kind, NodeID: community, ByUserID: cmd.By.UserID, ByPersonID: cmd.By.PersonID, DryRun: dryRun,
			File: file, FileHash: base64.RawURLEncoding.EncodeToString(sum[:]), TotalRows: rows, CreatedAt: t.now,
		}
		if err := model.AddImport(t.DB, &imp); err != nil {
			return imp, err
		}
		if err := t.owe(importTable, imp.ID, importTable+":"+strconv.FormatInt(imp.ID, 10), t.now); err != nil {
			return imp, err
		}
		imp.File = nil
		return imp, t.audit("import.hand_in", community, "import", imp.ID, importDetail(imp))
	})
}

// CancelImport calls off an import that is not over. One that is being written at that moment is over
// first, and the answer says so.
func (s *Service) CancelImport(ctx context.Context, cmd Command, id int64) (model.Import, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Import, error) {
		imp, err := model.LockImport(t.DB, id)
		if err == nil {
			err = s.mayImport(t.DB, cmd.By, imp)
		}
		if err != nil {
			return imp, err
		}
		if imp.State.Over() {
			return imp, model.ErrImportOver
		}
		imp.State, imp.Failure, imp.FinishedAt = model.ImportCancelled, model.ErrImportCancelled.Code, &t.now
		if _, err := model.EndImport(t.DB, imp); err != nil {
			return imp, err
		}
		return imp, t.audit("import.cancel", imp.NodeID, "import", imp.ID, importDetail(imp))
	})
}

// Import gives how far an import has come.
func (s *Service) Import(ctx context.Context, by model.Actor, id int64) (model.Import, error) {
	h := s.DB.Read(ctx)
	imp, err := model.ImportByID(h, id)
	if err == nil {
		err = s.mayImport(h, by, imp)
	}
	if err != nil {
		return model.Import{}, err
	}
	return imp, nil
}

// Imports gives a community's imports, the newest first.
func (s *Service) Imports(ctx context.Context, by model.Actor, community int64, page model.Slice) ([]model.Import, error) {
	h := s.DB.Read(ctx)
	if err := s.mayImportTo(h, by, community); err != nil {
		return nil, err
	}
	return model.ImportsOfNode(h, community, page)
}

// ImportFaults gives what is wrong with the table of an import, from its first line on.
func (s *Service) ImportFaults(ctx context.Context, by model.Actor, id int64, page model.Slice) ([]model.ImportFault, error) {
	if _, err := s.Import(ctx, by, id); err != nil {
		return nil, err
	}
	return model.FaultsOfImport(s.DB.Read(ctx), id, page)
}

// WriteImportFaults writes what is wrong as a table to take away: 行, 列, 问题.
func (s *Service) WriteImportFaults(ctx context.Context, by model.Actor, id int64, format TableFormat, w io.Writer) error {
	imp, err := s.Import(ctx, by, id)
	if err != nil {
		return err
	}
	return sheet.Write(w, format, "错误清单", []string{"行", "列", "问题"}, s.faultRows(ctx, imp))
}

func (s *Service) faultRows(ctx context.Context, imp model.Import) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		told := int64(0)
		for page := (model.Slice{Limit: 500}); ; {
			faults, err := model.FaultsOfImport(s.DB.Read(ctx), imp.ID, page)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range faults {
				told++
				page.After = f.ID
				if !yield([]string{lineText(f.Line), f.ColumnName, f.Text}, nil) {
					return
				}
			}
			if len(faults) <= page.Limit {
				break
			}
		}
		if more := imp.Faults - told; more > 0 {
			yield([]string{"", "", "还有 " + strconv.FormatInt(more, 10) + " 处没有列出，请先改正以上内容再上传。"}, nil)
		}
	}
}

func lineText(line int64) string {
	if line == 0 {
		return "整个表格"
	}
	return strconv.FormatInt(line, 10)
}

// mayImportTo refuses what is no community, or none that the actor may import to.
func (s *Service) mayImportTo(h *gorm.DB, by model.Actor, id int64) error {
	node, err := model.NodeByID(h, id)
	if err != nil {
		return err
	}
	switch {
	case !by.May(model.ImportRoster, node.Path, s.now()):
		return model.ErrNodeNotFound
	case node.State != model.NodeActive:
		return model.ErrNodeEnded
	case node.Kind != model.Community:
		return model.ErrImportPlace
	}
	return nil
}

// mayImport answers for somebody else's import as if there were none.
func (s *Service) mayImport(h *gorm.DB, by model.Actor, imp model.Import) error {
	node, err := model.NodeByID(h, imp.NodeID)
	if err == nil && !by.May(model.ImportRoster, node.Path, s.now()) {
		err = model.ErrImportNotFound
	}
	return err
}

// importDetail is what the audit log says of an import.
func importDetail(imp model.Import) string {
	detail := string(imp.Kind) + " " + string(imp.State)
	if imp.DryRun {
		detail += " dry_run"
	}
	return detail
}
