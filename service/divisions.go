package service

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/sheet"
)

// yingjiang holds the real divisions of the district (National Bureau of Statistics, edition of 2023).
//
//go:embed data/yingjiang-divisions.csv
var yingjiang []byte

// divisionColumns are the four columns of a file of divisions.
var divisionColumns = []sheet.Column{
	{Title: "code", Aliases: []string{"代码", "区划代码"}, Required: true, Text: true},
	{Title: "name", Aliases: []string{"名称", "区划名称"}, Required: true},
	{Title: "level", Aliases: []string{"级别"}, Required: true},
	{Title: "parent_code", Aliases: []string{"上级代码"}, Required: true, Text: true},
}

// divisionLimits let the whole nation in: 665,000 rows, some 45 MB.
var divisionLimits = sheet.Limits{Bytes: 256 << 20, Rows: 1_000_000, CellRunes: 200}

// Refusals of an import are listed with row and column, up to this many.
const divisionFaults = 100

// divisionBatch is how many rows are compared and stored at once.
const divisionBatch = 1000

// DivisionReport is what an import did, in divisions. One that was both renamed and moved is in both.
type DivisionReport struct{ Added, Renamed, Moved, Unchanged int }

// ImportDivisions brings the org tree in line with a file of divisions, all of it or none of it, in
// memory that does not grow with the divisions of a nation. Divisions are known by code: a renamed one
// keeps its node, a moved one takes everything below it along, one that the file leaves out stays, and
// so does one whose parent_code is empty. A parent stands in the file before its children, or in the
// tree already. progress, which may be nil, hears how many rows are done. An actor imports into their
// own scope; what the system does itself has no bounds. Refusals: model.ErrDivision…, sheet's own.
func (s *Service) ImportDivisions(ctx context.Context, cmd Command, file io.ReaderAt, size int64, progress func(rows int)) (DivisionReport, error) {
	return inTx(ctx, s, cmd, func(t *tx) (DivisionReport, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return DivisionReport{}, err
		}
		last, err := model.LastNodeID(t.DB)
		if err != nil {
			return DivisionReport{}, err
		}
		in := newDivisionImport(t, cmd, last)
		rows := 0
		err = sheet.Read(ctx, file, size, divisionColumns, divisionLimits, func(line int, cells []string) error {
			if err := in.take(line, cells); err != nil {
				return err
			}
			if rows++; progress != nil && rows%divisionBatch == 0 {
				progress(rows)
			}
			return nil
		})
		if err == nil {
			err = in.flush()
		}
		if err := in.refusal(err); err != nil {
			return DivisionReport{}, err
		}
		if progress != nil {
			progress(rows)
		}
		r := in.report
		return r, t.audit("division.import", 0, "node", 0,
			fmt.Sprintf("added=%d renamed=%d moved=%d unchanged=%d", r.Added, r.Renamed, r.Moved, r.Unchanged))
	})
}

// LoadDistrict loads the divisions of 迎江区 that are part of danyuan, when there are none at all yet.
func (s *Service) LoadDistrict(ctx context.Context) (DivisionReport, error) {
	begun, err := model.AnyNode(s.DB.Read(ctx))
	if err != nil || begun {
		return DivisionReport{}, err
	}
	file, size := DistrictDivisions()
	return s.ImportDivisions(ctx, Command{}, file, size, nil)
}

// DistrictDivisions gives the file of divisions that is part of danyuan.
func DistrictDivisions() (file io.ReaderAt, size int64) {
	return bytes.NewReader(yingjiang), int64(len(yingjiang))
}

// bySystem tells whether nobody asked: every command that comes from outside has a key.
func (c Command) bySystem() bool { return c.Key == "" && c.By.UserID == 0 }

// refuse notes what is wrong with a row, and stops the reading when that is enough for one list.
func (in *divisionImport) refuse(line int, column string, why *fault.Fault) error {
	if in.first == nil {
		in.first = why
	}
	in.faults = append(in.faults, fault.Field{Path: fmt.Sprintf("第%d行 %s", line, column), Text: why.Text})
	if len(in.faults) == divisionFaults {
		return in.first
	}
	return nil
}

// refusal gives what a person is told of an import that went wrong: the code of the first fault, and
// all of them by row and column.
func (in *divisionImport) refusal(err error) error {
	if in.first == nil || err != nil && fault.Of(err) == nil {
		return err
	}
	more := ""
	if len(in.faults) == divisionFaults {
		more = "（只列出前面的一部分）"
	}
	return in.first.Saying("区划文件里有错，没有导入任何一行。请按列出的行和列改正" + more + "，再重新导入。").With(in.faults...)
}
