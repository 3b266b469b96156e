package service

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/sheet"
)

// How many rows are compared with the database at a time, and after how many progress is told.
const (
	rowsAtOnce   = 500
	progressRows = 2000
)

// importing is how one kind of table is imported. check reads a row on its own and notes what is wrong with
// it; settle compares rows with the database, counts what they do, and does it when it may write.
type importing[R any] struct {
	check  func(line int, cells []string, faults *faultList) R
	settle func(p *pass, rows []R) error
	finish func(p *pass) error // after the last row; nil where nothing is left to do
}

// pass is one time through the rows of a table: checking them, or writing.
type pass struct {
	id      int64 // of the import
	db      *gorm.DB
	write   *tx // nil while checking
	now     time.Time
	keys    *model.Keys
	places  *placeTree
	homes   map[homeKey]int64 // households, with id 0 when not stored yet
	by      model.Actor       // who handed the table in, as they are now
	claimed map[int64]int     // person → the line that is about them
	counts  model.ImportCounts
	faults  *faultList

	children []*placed // rows about those under 14
	grown    map[personAtHome]bool
	unknown  map[string]int // name → how many rows that bear it are about nobody of this community
}

type homeKey struct {
	unit int64
	room string // model.PlainRoom
}

// errImportGone stops a run whose import somebody else has ended: it was called off, or another worker
// has done it.
var errImportGone = errors.New("service: the import is over already")

// runImport is the body of the import job. It checks every row first, outside any transaction, then
// writes all of them in one, or none. Run again after a crash it begins anew; once the import is over
// it does nothing. An error means: try again later.
func (s *Service) runImport(ctx context.Context, id int64) error {
	imp, err := s.beginImport(ctx, id)
	if err != nil {
		return s.giveUpImport(ctx, imp, err)
	}
	switch {
	case imp.Tries > model.ImportTries: // it has taken the process down with it each time
		err = model.ErrImportFailed
	case imp.Kind == model.StructureImport:
		err = importRows(ctx, s, imp, structureColumns, structure)
	case imp.Kind == model.RosterImport:
		err = importRows(ctx, s, imp, rosterColumns, roster)
	default:
		err = errImportKind
	}
	return s.giveUpImport(ctx, imp, err)
}

func (s *Service) beginImport(ctx context.Context, id int64) (model.Import, error) {
	return inTx(ctx, s, Command{}, func(t *tx) (model.Import, error) {
		begun, err := model.BeginImport(t.DB, id)
		if err != nil {
			return model.Import{}, err
		}
		imp, err := model.ImportByID(t.DB, id)
		switch {
		case err != nil:
			return imp, err
		case !begun:
			return imp, errImportGone
		}
		return imp, nil
	})
}

// importRows checks a table and, unless it is a dry run or something is wrong, writes it.
func importRows[R any](ctx context.Context, s *Service, imp model.Import, columns []sheet.Column, kind func(now time.Time) importing[R]) error {
	w := kind(s.now())
	rows, p, err := checkRows(ctx, s, &imp, columns, w)
	if err != nil {
		return err
	}
	imp.ImportCounts, imp.State = p.counts, model.ImportDone
	if p.faults.total == 0 && !imp.DryRun {
		p, err = writeRows(ctx, s, imp, rows, w)
		if err != nil || p.faults.total == 0 {
			return err
		}
	}
	if p.faults.total > 0 {
		imp.ImportCounts, imp.State, imp.Failure = model.ImportCounts{}, model.ImportRefused, model.ErrImportRows.Code
	}
	p.tellElsewhere()
	return s.endImport(ctx, imp, p.faults)
}

// checkRows reads the table from its first row to its last and compares it with the database as it is.
func checkRows[R any](ctx context.Context, s *Service, imp *model.Import, columns []sheet.Column, w importing[R]) ([]R, *pass, error) {
	file, err := model.ImportFile(s.DB.Read(ctx), imp.ID)
	if err != nil {
		return nil, nil, err
	}
	table, err := sheet.Open(ctx, bytes.NewReader(file), int64(len(file)), columns, importLimits)
	if err != nil {
		return nil, nil, err
	}
	defer table.Close()
	imp.Ignored = table.Ignored()
	p, err := s.newPass(s.DB.Read(ctx), nil, *imp)
	if err != nil {
		return nil, nil, err
	}
	rows, settled := make([]R, 0, imp.TotalRows), 0
	err = table.Each(ctx, func(line int, cells []string) error {
		imp.DoneRows++
		before := p.faults.total
		if row := w.check(line, cells, p.faults); p.faults.total == before {
			rows = append(rows, row)
		}
		if len(rows)-settled >= rowsAtOnce {
			fresh := rows[settled:]
			settled = len(rows)
			if err := w.settle(p, fresh); err != nil {
				return err
			}
		}
		if imp.DoneRows%progressRows == 0 {
			return s.noteProgress(ctx, *imp)
		}
		return nil
	})
	if err == nil && settled < len(rows) {
		err = w.settle(p, rows[settled:])
	}
	if err == nil && w.finish != nil {
		err = w.finish(p)
	}
	if err == nil {
		err = s.noteProgress(ctx, *imp)
	}
	return rows, p, err
}

// newPass looks at a community as it is now; with write, it locks what it sees.
func (s *Service) newPass(h *gorm.DB, write *tx, imp model.Import) (*pass, error) {
	node, err := model.ActiveNode(h, imp.NodeID)
	if err != nil {
		return nil, err
	}
	p := &pass{id: imp.ID, db: h, write: write, now: s.now(), keys: s.DB.Keys(), homes: map[homeKey]int64{}, claimed: map[int64]int{}, grown: map[personAtHome]bool{}, unknown: map[string]int{}, faults: &faultList{}}
	if p.places, err = loadPlaces(h, node); err != nil {
		return nil, err
	}
	if p.by, err = model.ActorOfUser(h, imp.ByUserID); err != nil {
		return nil, err
	}
	return p, p.loadHomes(p.places.units)
}

func (p *pass) loadHomes(units []int64) error {
	homes, err := model.HomesOf(p.db, units, p.write != nil)
	for _, h := range homes {
		if key := keyOf(h); p.homes[key] == 0 {
			p.homes[key] = h.ID
		}
	}
	return err
}

func keyOf(h model.Household) homeKey { return homeKey{h.UnitID, model.PlainRoom(h.Room)} }

// newHome notes a household, and tells whether it is a new one.
func (p *pass) newHome(h model.Household) bool {
	key := keyOf(h)
	if _, known := p.homes[key]; known {
		return false
	}
	p.homes[key] = 0
	p.counts.Homes++
	return true
}

// writeRows compares the rows once more, under the lock of the org tree and of what they find, and does
// what they do. Whatever changed since they were checked, all of it happens or nothing.
func writeRows[R any](ctx context.Context, s *Service, imp model.Import, rows []R, w importing[R]) (*pass, error) {
	var p *pass
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		var err error
		if p, err = s.lockPass(t, imp); err != nil {
			return struct{}{}, err
		}
		for some := range slices.Chunk(rows, rowsAtOnce) {
			if err := w.settle(p, some); err != nil {
				return struct{}{}, err
			}
		}
		if p.faults.total == 0 && w.finish != nil {
			if err := w.finish(p); err != nil {
				return struct{}{}, err
			}
		}
		if p.faults.total > 0 {
			return struct{}{}, model.ErrImportRows
		}
		if p.counts != (model.ImportCounts{Unchanged: p.counts.Unchanged}) {
			t.touch(model.NodeTopic(imp.NodeID))
		}
		imp.ImportCounts = p.counts
		return struct{}{}, t.endImport(imp, nil)
	})
	if errors.Is(err, model.ErrImportRows) {
		return p, nil
	}
	return p, err
}

// lockPass begins the writing: the person who handed the table in must still be allowed to.
func (s *Service) lockPass(t *tx, imp model.Import) (*pass, error) {
	if err := model.LockOrg(t.DB); err != nil {
		return nil, err
	}
	now, err := model.LockImport(t.DB, imp.ID)
	if err != nil {
		return nil, err
	}
	if now.State.Over() {
		return nil, errImportGone
	}
	p, err := s.newPass(t.DB, t, imp)
	if err != nil {
		return nil, err
	}
	t.by = p.by
	if !t.by.May(model.ImportRoster, p.places.root.Path, t.now) {
		err = model.ErrImportNoRole
	}
	return p, err
}

// noteProgress tells how many rows are checked, and stops a run whose import is over.
func (s *Service) noteProgress(ctx context.Context, imp model.Import) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		goesOn, err := model.NoteImportProgress(t.DB, imp.ID, imp.DoneRows)
		if err == nil && !goesOn {
			err = errImportGone
		}
		return struct{}{}, err
	})
	return err
}
